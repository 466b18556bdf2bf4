import pytest

from bench import activation


async def test_two_versions_are_activated_and_scores_follow(
    capsys: pytest.CaptureFixture[str],
) -> None:
    await activation.run(activation.SMALL)

    printed = capsys.readouterr().out
    assert "other weights: in force" in printed
    assert "decay: all scores follow" in printed
    assert printed.count("60+0 scored") == 3
