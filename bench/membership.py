"""What membership commands cost: many writers on one group and on many, and groups of any size.

    python -m bench.membership [--seconds 5] [--small]

The writers are spread over processes of their own. The peer that a busy group is held against
saves every command alone: it loads, decides and tries again until nobody was faster. Both are
measured in the same run, so that their ratio does not depend on the machine.
"""

import argparse
import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from random import Random
from typing import Any, TypeVar

from bench.figures import percentile, show
from bench.ground import Ground, context, ground
from domain.identifiers import PersonId
from domain.membership import Claim
from domain.role_templates import TemplateRole, Weighting
from execution.context import Context
from resolvers import roles
from resolvers.membership import Assignment, CommandsDone, assign_members
from store.driver import aggregate, close, open_client, open_database
from store.records import Records
from tests import stored

T = TypeVar("T")

PROJECT = Path(__file__).parents[1]
ROLES = ("Decision Maker", "Practitioner", "Champion")
PEOPLE = 20
COMMANDS_ON_A_SIZE = 15


@dataclass(frozen=True, slots=True)
class Load:
    """So many writers in so many processes on so many groups; `alone` is the peer."""

    processes: int
    writers: int
    groups: int
    seconds: float
    alone: bool = False


@dataclass(frozen=True, slots=True)
class Measured:
    """The seconds of all and of every command that was done, and how many ended in a conflict."""

    seconds: float
    taken: list[float]
    conflicts: int

    @property
    def rate(self) -> float:
        return len(self.taken) / self.seconds

    def show(self, what: str) -> None:
        """Print the rate, with the percentiles."""
        milliseconds = [each * 1000 for each in self.taken] or [0.0]
        middle, slow = percentile(milliseconds, 50), percentile(milliseconds, 99)
        note = f"p50 {middle:.0f} ms, p99 {slow:.0f} ms, conflicts {self.conflicts}"
        show(what, self.rate, "commands/s", note)


async def fill(ctx: Context, groups: int, sizes: Sequence[int]) -> None:
    """Store one account with its people, a template, so many groups, and one of each size."""
    directory = await roles.directory(ctx)
    entries = [
        TemplateRole(role, Weighting.NORMAL, True, 2)
        for name in ROLES
        if (role := directory.find(name)) is not None
    ]
    people = max([PEOPLE, *(size + 1 for size in sizes)])
    documents = [stored.an_account(), stored.a_template("rt_1", *entries)]
    documents += [stored.a_person(person(n), f"Person {n}") for n in range(people)]
    documents += [stored.a_stored_group(f"bg_{n}", roles=entries) for n in range(groups)]
    for size in sizes:
        members: dict[str, str | Sequence[Claim] | None] = {
            person(n): entries[n % len(entries)].role for n in range(size)
        }
        documents.append(stored.a_stored_group(f"bg_of_{size}", members=members, roles=entries))
    for name in {name for name, _ in documents}:
        rows = [{**row, "tenant": ctx.viewer.tenant} for of, row in documents if of == name]
        await ctx.stores.database[name].insert_many(rows)


def person(number: int) -> PersonId:
    """The id of a person of the account."""
    return PersonId(f"per_{number:05d}")


async def write(ctx: Context, load: Load, random: Random, until: float) -> Measured:
    """Command after command of one writer."""
    taken: list[float] = []
    conflicts = 0
    while time.monotonic() < until:
        group = f"bg_{random.randrange(load.groups)}"
        said = Assignment(person(random.randrange(PEOPLE)), random.choice(ROLES))
        start = time.perf_counter()
        done = await assign_members(ctx, group, [said])
        if isinstance(done, CommandsDone):
            taken.append(time.perf_counter() - start)
        else:
            conflicts += 1
    return Measured(load.seconds, taken, conflicts)


async def join(uri: str, database: str, load: Load, number: int) -> None:
    """The part of one process: it says that it is ready, waits for the word, and writes."""
    client = open_client(uri)
    ctx = context(open_database(client, database))
    if load.alone:
        groups: Any = ctx.stores.groups
        groups.change = partial(Records.change, groups)
        groups.turns.take = _at_once
    await ctx.stores.groups.one("bg_0")
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.readline)
    start = time.monotonic()
    until = start + load.seconds
    own = range(number, load.writers, load.processes)
    done = await asyncio.gather(*(write(ctx, load, Random(f"{load} {n}"), until) for n in own))
    taken = [each for one in done for each in one.taken]
    seconds, conflicts = time.monotonic() - start, sum(one.conflicts for one in done)
    print(json.dumps({"taken": taken, "conflicts": conflicts, "seconds": seconds}))
    await close(client)


async def _at_once(kind: str, wanted: T, work: Callable[[Sequence[T]], Awaitable[None]]) -> None:
    await work([wanted])


def measure(made: Ground, load: Load) -> Measured:
    """What all processes of a load have done together."""
    started = []
    for number in range(min(load.processes, load.writers)):
        said = json.dumps([made.uri, made.database.name, asdict(load), number])
        command = [sys.executable, "-m", "bench.membership", "--join", said]
        started.append(
            subprocess.Popen(
                command, cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
        )
    for one in started:
        assert one.stdout is not None
        one.stdout.readline()
    for one in started:
        assert one.stdin is not None
        one.stdin.write("go\n")
        one.stdin.flush()
    answers = [json.loads(one.communicate()[0]) for one in started]
    taken = [each for answer in answers for each in answer["taken"]]
    seconds = max(answer["seconds"] for answer in answers)
    return Measured(seconds, taken, sum(answer["conflicts"] for answer in answers))


async def sized(ctx: Context, size: int) -> None:
    """Print what a command on a group of so many members takes, and what the group weighs."""
    group = f"bg_of_{size}"
    taken: list[float] = []
    for number in range(COMMANDS_ON_A_SIZE):
        start = time.perf_counter()
        await assign_members(ctx, group, [Assignment(person(size), ROLES[number % len(ROLES)])])
        taken.append((time.perf_counter() - start) * 1000)
    weighed = await aggregate(
        ctx.stores.groups.collection,
        [{"$match": {"_id": group}}, {"$project": {"bytes": {"$bsonSize": "$$ROOT"}}}],
    )
    note = f"slowest {max(taken):.0f} ms; {weighed[0]['bytes']:,} bytes stored"
    show(f"a command on a group of {size:,} members", percentile(taken, 50), "ms", note)


async def run(
    seconds: float, groups: int, processes: Sequence[int], writers: Sequence[int], sizes: list[int]
) -> None:
    """Measure and print."""
    async with ground() as made:
        await fill(made.ctx, groups, sizes)
        for number in processes:
            for many in (1, groups):
                for count in writers:
                    load = Load(number, count, many, seconds)
                    done = await asyncio.to_thread(measure, made, load)
                    done.show(f"{count} writers, {many:,} groups, {number} processes")
            busy = Load(number, max(writers), 1, seconds)
            queued = await asyncio.to_thread(measure, made, busy)
            peer = Load(number, max(writers), 1, seconds, alone=True)
            alone = await asyncio.to_thread(measure, made, peer)
            alone.show(f"{max(writers)} writers, 1 group, {number} processes, each saved alone")
            show("  queued against that", queued.rate / max(alone.rate, 0.1), "times")
        for size in sizes:
            await sized(made.ctx, size)


def main() -> None:
    """The command; with `--join` it is one of the processes that write."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--seconds", type=float, default=5)
    arguments.add_argument("--small", action="store_true")
    arguments.add_argument("--join", help=argparse.SUPPRESS)
    given = arguments.parse_args()
    if given.join:
        uri, database, load, number = json.loads(given.join)
        asyncio.run(join(uri, database, Load(**load), number))
    elif given.small:
        asyncio.run(run(0.3, 3, [1], [2], [10]))
    else:
        asyncio.run(run(given.seconds, 2_000, [1, 4], [1, 16, 64], [10, 500, 5_000]))


if __name__ == "__main__":
    main()
