import pytest

from bench.sharing import run


@pytest.mark.long
async def test_workers_share_creation_and_maintenance(capsys: pytest.CaptureFixture[str]) -> None:
    await run(3, [2])

    lines = capsys.readouterr().out.splitlines()
    shown = [line for line in lines if "groups/s" in line]
    assert [line.split("  ")[0] for line in shown] == [
        "creation, 2 workers",
        "maintenance, 2 workers",
    ]
    assert all("12 in" in line for line in shown)
