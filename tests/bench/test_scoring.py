import pytest

from bench import scoring


async def test_the_phases_of_a_run_are_shown(capsys: pytest.CaptureFixture[str]) -> None:
    await scoring.run(scoring.Size(activities=300, people=60, groups=5))

    printed = capsys.readouterr().out
    assert "the first run, everybody" in printed
    assert "60+0 scored" in printed
    assert "the run of the next day" in printed
