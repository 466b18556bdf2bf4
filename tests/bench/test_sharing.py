import pytest

from bench.sharing import run


async def test_workers_do_creation_and_maintenance(capsys: pytest.CaptureFixture[str]) -> None:
    await run(3, [1])

    lines = capsys.readouterr().out.splitlines()
    shown = [line for line in lines if "groups/s" in line]
    assert [line.split("  ")[0] for line in shown] == [
        "creation, 1 workers",
        "maintenance, 1 workers",
    ]
    assert all("12 in" in line for line in shown)
