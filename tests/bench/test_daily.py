import pytest

from bench.daily import run


async def test_days_are_held_against_the_full_run(capsys: pytest.CaptureFixture[str]) -> None:
    await run(accounts=5)

    lines = capsys.readouterr().out.splitlines()
    assert [line[:60].rstrip() for line in lines] == [
        "the full run",
        "a day without changes",
        "part of the full run",
        "a day with 1 % changed",
        "part of the full run",
        "a changed requirement",
    ]
    gone_through = [line.rpartition("  ")[2] for line in lines if "gone through" in line]
    assert gone_through == [f"{count} groups gone through" for count in (5, 0, 1)]
