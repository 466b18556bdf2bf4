"""The long run: processes act on groups at once, some are killed and replaced, all is judged.

    python -m tests.concurrency.soak --seconds 300 --processes 4 --seed 1

Ends with 1 when something is found that no sequential order of the calls explains, or when the
events have a gap, a double, or an order that a reader did not see.
"""

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from bench.ground import ground
from execution.context import Context
from store.driver import Document
from store.relay import event_key
from tests.concurrency import arena as arenas
from tests.concurrency.arena import Arena
from tests.concurrency.calls import Record, read_log
from tests.concurrency.judgement import Judgement, events_of, judge, settle

PROJECT = Path(__file__).parents[2]
END_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Size:
    """How much of everything; a kill comes every so many seconds, and never when it is 0."""

    seconds: float
    processes: int
    seed: int
    lanes: int = 8
    groups: int = 40
    people: int = 12
    heat: float = 0.5
    kill_each: float = 2.0


@dataclass(slots=True)
class Reader:
    """Somebody who follows positions: asks for what is behind the last one, again and again."""

    ctx: Context
    read: list[tuple[int, str]] = field(default_factory=list)

    async def follow(self) -> None:
        """Until it is cancelled."""
        while True:
            await self.next()
            await asyncio.sleep(0.02)

    async def next(self) -> None:
        """What there is behind the last position now."""
        tenant = self.ctx.viewer.tenant
        last = self.read[-1][0] if self.read else 0
        behind = {"_id": {"$gt": event_key(tenant, last), "$lt": f"{tenant}:~"}}
        cursor = self.ctx.stores.database["events"].find(
            behind, {"position": 1, "event_id": 1}, sort=[("_id", 1)]
        )
        self.read += [(event["position"], event["event_id"]) async for event in cursor]


@dataclass(slots=True)
class Troupe:
    """The processes that act, each with a log of its own."""

    uri: str
    database: str
    folder: Path
    size: Size
    playing: list["subprocess.Popen[bytes]"] = field(default_factory=list)
    started: int = 0
    kills: int = 0

    def start(self, seconds: float) -> None:
        """Another process that acts for some seconds."""
        self.started += 1
        name = f"p{self.started}"
        self.playing.append(
            subprocess.Popen(
                [
                    *(sys.executable, "-m", "tests.concurrency.actors", self.uri, self.database),
                    *(str(self.folder / "arena.json"), str(self.folder / f"{name}.log"), name),
                    *(str(self.size.seed), str(self.size.lanes), str(seconds)),
                ],
                cwd=PROJECT,
            )
        )

    def kill(self, random: Random) -> None:
        """One of them ends, in the middle of whatever it does."""
        one = self.playing.pop(random.randrange(len(self.playing)))
        one.kill()
        one.wait()
        self.kills += 1

    async def ended(self) -> list[int]:
        """How those who were not killed ended."""
        return [await asyncio.to_thread(one.wait, END_SECONDS) for one in self.playing]

    def records(self) -> list[Record]:
        """All calls of all of them."""
        found: list[Record] = []
        for log in sorted(self.folder.glob("*.log")):
            found += read_log(log.read_text().splitlines(keepends=True))
        return found


@dataclass(frozen=True, slots=True)
class Played:
    """What a run was and what was found."""

    records: list[Record]
    judgement: Judgement
    kills: int
    groups: int
    violations: list[str]


async def play(uri: str, ctx: Context, arena: Arena, folder: Path, size: Size) -> Played:
    """Let processes act and die, then judge; the folder is for their logs."""
    (folder / "arena.json").write_text(json.dumps(arena.document()))
    random = Random(size.seed)
    troupe = Troupe(uri, ctx.stores.database.name, folder, size)
    reader = Reader(ctx)
    following = asyncio.create_task(reader.follow())
    until = time.monotonic() + size.seconds
    try:
        for _ in range(size.processes):
            troupe.start(size.seconds)
        while size.kill_each and until - time.monotonic() > size.kill_each:
            await asyncio.sleep(random.uniform(0.5, 1.5) * size.kill_each)
            troupe.kill(random)
            troupe.start(max(0.0, until - time.monotonic()))
        codes = await troupe.ended()
    finally:
        for one in troupe.playing:
            one.kill()
        following.cancel()
        await asyncio.wait([following])
    await settle(ctx)
    await reader.next()
    judgement = await judge(ctx, arena, troupe.records())
    violations = [f"a process ended with {code}" for code in codes if code]
    violations += judgement.violations + _misread(reader, await events_of(ctx))
    return Played(troupe.records(), judgement, troupe.kills, len(arena.groups), violations)


def _misread(reader: Reader, events: list[Document]) -> list[str]:
    expected = [(event["position"], event["event_id"]) for event in events]
    if reader.read == expected:
        return []
    return [f"a reader got {len(reader.read)} events, other than the {len(expected)} there are"]


async def soak(size: Size) -> Played:
    """The whole run on a MongoDB of its own."""
    with tempfile.TemporaryDirectory(prefix="qs") as folder:
        async with ground() as made:
            arena = await arenas.build(made.ctx, "Soak", size.groups, size.people, size.heat)
            return await play(made.uri, made.ctx, arena, Path(folder), size)


def show(played: Played, size: Size) -> None:
    """Print what was done and found."""
    answers = [record.answer for record in played.records]
    told = [answer for answer in answers if answer]
    outcomes = [outcome.split(" ")[0] for answer in told for outcome in answer.outcomes]
    print(f"seed {size.seed}, {size.seconds:.0f} s, {size.processes} processes")
    print(f"calls {len(answers)}, without an answer {len(answers) - len(told)}")
    print(f"conflicts {sum(answer.is_conflict for answer in told)}")
    for outcome in sorted(set(outcomes)):
        print(f"outcomes {outcome}: {outcomes.count(outcome)}")
    print(f"groups {played.groups}, kills {played.kills}, events {played.judgement.events}")
    print(f"own events not seen at once: {played.judgement.late}")
    print(f"violations {len(played.violations)}")
    for violation in played.violations[:20]:
        print(f"  {violation[:1000]}")


def main() -> None:
    """The command."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--seconds", type=float, default=60)
    arguments.add_argument("--processes", type=int, default=4)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--lanes", type=int, default=8)
    arguments.add_argument("--groups", type=int, default=40)
    arguments.add_argument("--kill-each", type=float, default=2.0)
    size = Size(**vars(arguments.parse_args()))
    played = asyncio.run(soak(size))
    show(played, size)
    sys.exit(bool(played.violations))


if __name__ == "__main__":
    main()
