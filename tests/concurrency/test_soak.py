"""The long run, made short: processes act, relay and are killed, and the history is sequential."""

from pathlib import Path

from execution.context import Context
from tests.concurrency import arena
from tests.concurrency.soak import Size, play

SHORT = Size(seconds=1.5, processes=2, seed=1, lanes=3, groups=2, people=5, kill_each=1.2)


async def test_processes_that_are_killed_leave_a_sequential_history(
    home: Context, mongodb_uri: str, tmp_path: Path
) -> None:
    ground = await arena.build(home, "Soak", SHORT.groups, SHORT.people, SHORT.heat)

    played = await play(mongodb_uri, home, ground, tmp_path, SHORT)

    assert played.violations == []
    assert played.kills == 1
    assert any(record.answer for record in played.records)
