import pytest

from bench import executing


async def test_what_an_answer_takes_is_told_by_its_parts(
    capsys: pytest.CaptureFixture[str],
) -> None:
    await executing.run(40, 0.01)

    told = [line.split("  ")[0] for line in capsys.readouterr().out.splitlines()]
    assert told[:5] == [
        "browse: an answer",
        "browse: reading",
        "browse: building",
        "browse: writing",
        "browse: ordinary",
    ]
    assert told[-1] == "overview: ordinary"
