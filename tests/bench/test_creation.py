import pytest

from bench.creation import run


async def test_every_phase_is_measured_on_a_few_accounts(
    capsys: pytest.CaptureFixture[str],
) -> None:
    await run(accounts=6, people=30)

    lines = capsys.readouterr().out.splitlines()
    measured = [line.split("  ")[0] for line in lines if " groups/s" in line]
    assert measured == [
        "creation, relayed and scored",
        "maintenance, nothing new",
        "maintenance, one or two people more in each group",
        "a changed requirement",
    ]
