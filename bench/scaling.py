"""How time, memory and disk grow when there is ten times as much of everything.

    python -m bench.scaling [--sizes 0.1,1,10] [--most-activities 5000000] [--cache 4]

Size 1 is 1,000 accounts of ten people, who acted 500,000 times in 30 days. Each size has a process
and a MongoDB of its own, in a folder that goes away. Rows are imported on top of what is there;
then everybody is scored for the first time, each account gets a group, all groups are maintained,
one person in a hundred acts, and other weights come into force. In the end all scores are computed
by DuckDB from a file of the same activities. They have to be the same numbers, all of them.
"""

import argparse
import asyncio
import itertools
import json
import os
import shlex
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Final, Self

from bench.creation import worked_off
from bench.figures import peak_memory, processor_time
from bench.ground import Ground, ground
from bench.importing import imported
from bench.scaled_data import (
    TYPES,
    Size,
    last_rows,
    padded,
    person_numbers,
    store_activities,
    store_people,
)
from domain import activity_types
from domain.activities import PersonByKey, Report
from domain.conditions import ALWAYS
from domain.identities import OutsideKey
from domain.weighting_drafts import ModelChange, TypeChange
from resolvers import audiences, jobs, weighting_drafts, weighting_models
from resolvers.activities import record_activities
from resolvers.audiences import AudienceAccounts
from server import mongod_binary
from server.commands_import import collect_less_often
from server.contexts import now as now_then
from tests.worlds import an_interest

ACCOUNTS_OF_ONE: Final = 1_000
ONE_IN: Final = 100
INDEXED: Final = ("activities", "activity_days", "people")
LATER: Final = timedelta(minutes=15)
LIMIT: Final = "limit: the same scores from a file"
ANEW: Final = "other weights: all scored anew"
MEGABYTE: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Step:
    """One step: how many of what it went through, the seconds of clock and processors, and the
    most memory that each process has held meanwhile."""

    name: str
    unit: str
    count: int
    seconds: float
    own: float
    mongod: float
    own_memory: int = 0
    mongod_memory: int = 0

    @property
    def each(self) -> float:
        """Microseconds of both processors for one."""
        return 1_000_000 * (self.own + self.mongod) / max(self.count, 1)


@dataclass(slots=True)
class Measured:
    """All that was measured of one size."""

    size: Size
    load: tuple[float, float, float]
    steps: list[Step] = field(default_factory=list)
    disk: int = 0
    collections: dict[str, dict[str, int]] = field(default_factory=dict)
    indexes: dict[str, dict[str, int]] = field(default_factory=dict)

    def as_text(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def of_text(cls, text: str) -> Self:
        told = json.loads(text)
        told["size"] = Size(**told["size"])
        told["steps"] = [Step(**step) for step in told["steps"]]
        return cls(**told)


@asynccontextmanager
async def step(
    where: Ground, measured: Measured, name: str, unit: str, count: int
) -> AsyncIterator[None]:
    """Take the times of the block, and the most memory of both processes."""
    me, it = os.getpid(), where.mongod_pid
    assert it is not None
    forget_peaks(me, it)
    mongod, own, start = processor_time(it), time.process_time(), time.perf_counter()
    yield
    seconds, own = time.perf_counter() - start, time.process_time() - own
    mongod = processor_time(it) - mongod
    peaks = peak_memory(me), peak_memory(it)
    measured.steps.append(Step(name, unit, count, seconds, own, mongod, *peaks))
    print(f"  {name}: {seconds:,.1f} s", file=sys.stderr, flush=True)


def forget_peaks(*pids: int) -> None:
    """Let the most memory that a process has held be what it holds now (Linux)."""
    for pid in pids:
        Path(f"/proc/{pid}/clear_refs").write_text("5")


async def measure(size: Size) -> Measured:
    """Do all steps on data of this size."""
    measured = Measured(size, os.getloadavg())
    async with ground() as where:
        with tempfile.TemporaryDirectory(prefix="qb") as folder:
            await _steps(where, size, Path(folder), measured)
    return measured


async def _steps(where: Ground, size: Size, folder: Path, measured: Measured) -> None:
    ctx, now = where.ctx, where.ctx.now()
    async with step(where, measured, "people stored as they are", "people", size.people):
        await store_people(where, size, folder)
    for kind in ("accounts", "people"):
        path, left = last_rows(folder, kind, size), size.left(kind)
        async with step(where, measured, f"import of {kind}", "rows", left):
            await imported(where, path, kind)
    acts = size.activities
    async with step(where, measured, "activities stored as they are", "activities", acts):
        lines = await store_activities(where, size, folder, now)
    left = size.left("activities")
    async with step(where, measured, "import of activities", "rows", left):
        await imported(where, folder / "activities.csv", "activities")
    # As if that had been an hour ago: what has just come in is counted once more by the next run.
    await where.database["activity_days"].update_many(
        {"dirty": {"$exists": True}}, {"$set": {"dirty.at": now - timedelta(hours=1)}}
    )
    days = await where.database["activity_days"].estimated_document_count()
    async with step(where, measured, "first scores", "days of people", days):
        await worked_off(ctx, await jobs.start_scoring_job(ctx))

    everybody = await audiences.create_account_audience(
        ctx, "Everybody", None, AudienceAccounts(ALWAYS)
    )
    assert isinstance(everybody, str), everybody
    interest = await an_interest(ctx)
    creation = await jobs.start_creation_job(ctx, interest, everybody)
    async with step(where, measured, "creation", "groups", size.accounts):
        await worked_off(ctx, creation)
    async with step(where, measured, "maintenance, nothing new", "groups", size.accounts):
        await worked_off(ctx, await jobs.start_maintenance_job(ctx))
    # Later than it is: groups that have just changed are scored once more by the next run.
    where = replace(where, ctx=replace(ctx, now=lambda: now_then() + LATER))
    ctx = where.ctx
    some = await _some_act(where, size, lines)
    async with step(where, measured, "scores after 1 % has acted", "people", some):
        await worked_off(ctx, await jobs.start_scoring_job(ctx))
    await _weigh_otherwise(where)
    async with step(where, measured, ANEW, "people", size.people):
        await worked_off(ctx, await jobs.score_anew(ctx))

    await _note_space(where, measured)
    await _compare(where, size, folder, lines, measured)


async def _some_act(where: Ground, size: Size, lines: Path) -> int:
    """Let one person in a hundred do something now; how many that are."""
    ctx = where.ctx
    now = ctx.now()
    people = range(0, size.people, ONE_IN)
    with lines.open("a") as file:
        for start in range(0, len(people), 1_000):
            part = people[start : start + 1_000]
            reports = [
                Report(
                    "bench",
                    f"N{padded(n)}",
                    TYPES[0],
                    PersonByKey(OutsideKey("crm", f"P{padded(n)}")),
                    now,
                    {},
                )
                for n in part
            ]
            await record_activities(ctx, reports)
            file.writelines(f"{n},{int(now.timestamp())},{TYPES[0]}\n" for n in part)
    return len(people)


async def _weigh_otherwise(where: Ground) -> None:
    """Bring a version of the weighting model into force in which a type weighs more."""
    ctx = where.ctx
    active = await weighting_models.active(ctx)
    assert active is not None
    draft = await weighting_drafts.duplicate_weighting_model(ctx, active.id)
    assert isinstance(draft, str), draft
    link = activity_types.identifier(ctx.viewer.tenant, TYPES[0])
    change = ModelChange(types=[TypeChange(link, 90)])
    assert await weighting_drafts.update_weighting_model(ctx, draft, change) == draft
    assert await weighting_drafts.activate_weighting_model(ctx, draft) == draft


async def _compare(
    where: Ground, size: Size, folder: Path, lines: Path, measured: Measured
) -> None:
    """Compute all scores from files; they have to be those that are stored."""
    # DuckDB is loaded once the memory of all else was looked at.
    from bench import scores_from_a_file

    numbers = await person_numbers(where, size)
    await scores_from_a_file.members_file(where.database, folder, numbers)
    reference = await where.ctx.stores.scoring.runs.reference()
    run = await where.ctx.stores.scoring.runs.run(reference.run) if reference else None
    assert reference is not None
    assert run is not None
    activities = scores_from_a_file.as_parquet(lines)
    limit = await asyncio.to_thread(scores_from_a_file.computed, activities, folder, run)
    ours = await scores_from_a_file.stored(where.database, numbers)
    assert limit.scores == ours, limit.scores.differing(ours)
    assert reference.largest_person_raw == max(limit.scores.people.values())
    assert reference.largest_group_raw == max(raw for raw, _ in limit.scores.groups.values())
    count = size.people
    measured.steps.append(Step(LIMIT, "people", count, limit.seconds, limit.processor, 0.0))


async def _note_space(where: Ground, measured: Measured) -> None:
    """The disk, and what a document of each collection takes of it."""
    await where.database.client.admin.command("fsync")
    assert where.folder is not None
    files = [path for path in where.folder.rglob("*") if path.is_file()]
    measured.disk = sum(path.stat().st_blocks * 512 for path in files)
    for name in await where.database.list_collection_names():
        told = await where.database.command("collStats", name)
        if told["count"]:
            measured.collections[name] = {
                "documents": told["count"],
                "bytes": told["size"],
                "stored": told["storageSize"],
                "indexes": told["totalIndexSize"],
                "number of indexes": told["nindexes"],
            }
            measured.indexes[name] = dict(told["indexSizes"])


def show(all_of_them: Sequence[Measured]) -> None:
    """Print the sizes side by side, with how each step grows, and then what the largest stores."""
    for each in all_of_them:
        size, load = each.size, each.load[0]
        print(
            f"{size.accounts:,} accounts, {size.people:,} people, {size.activities:,} activities; "
            f"load before {load:.1f}"
        )
    print()
    head = " | ".join(f"{each.size.people:,} people" for each in all_of_them)
    print(f"| step | {head} | grows by |")
    print(f"| --- |{' --- |' * (len(all_of_them) + 1)}")
    for steps in zip(*(each.steps for each in all_of_them), strict=True):
        print(f"| {steps[0].name} | {' | '.join(map(_cell, steps))} | {_growth(steps)} |")
    cells = " | ".join(f"{each.disk / MEGABYTE:,.0f} MB" for each in all_of_them)
    print(f"| disk | {cells} | |")
    print()
    _show_collections(all_of_them[-1].collections)
    print()
    for name in INDEXED:
        _show_indexes(name, all_of_them[-1])


def _cell(step: Step) -> str:
    held = "/".join(f"{each / MEGABYTE:,.0f}" for each in (step.own_memory, step.mongod_memory))
    return (
        f"{step.seconds:,.1f} s, {step.own:,.1f} + {step.mongod:,.1f} s of processors: "
        f"{step.each:,.0f} µs for each of {step.count:,} {step.unit}; {held} MB"
    )


def _growth(steps: Sequence[Step]) -> str:
    """How much more processor time one of the last size takes than one of the size before."""
    return " ".join(
        f"{after.each / before.each:.2f}"
        for before, after in itertools.pairwise(steps)
        if before.each
    )


def _show_collections(collections: Mapping[str, Mapping[str, int]]) -> None:
    print("| collection | documents | bytes each | stored each | indexes | bytes of them each |")
    print("| --- | --- | --- | --- | --- | --- |")
    largest = sorted(collections.items(), key=lambda each: -each[1]["stored"])
    for name, told in largest[:8]:
        count = told["documents"]
        print(
            f"| {name} | {count:,} | {told['bytes'] / count:,.0f} | {told['stored'] / count:,.0f} "
            f"| {told['number of indexes']} | {told['indexes'] / count:,.0f} |"
        )


def _show_indexes(collection: str, measured: Measured) -> None:
    """The indexes of a collection by their bytes for each document, the largest first."""
    count = measured.collections[collection]["documents"]
    sizes = sorted(measured.indexes[collection].items(), key=lambda each: -each[1])
    told = ", ".join(f"{name} {size / count:,.0f}" for name, size in sizes)
    print(f"bytes of indexes for each of {collection}: {told}")


def run(sizes: Sequence[Size], cache: float | None = None) -> None:
    """Measure each size in a process of its own, and show all of them."""
    everything = []
    with tempfile.TemporaryDirectory(prefix="qb") as folder:
        environment = {**os.environ, **(with_cache(Path(folder), cache) if cache else {})}
        for size in sizes:
            numbers = ",".join(map(str, (size.accounts, size.people, size.activities)))
            print(f"{numbers} ...", file=sys.stderr, flush=True)
            command = [sys.executable, "-m", "bench.scaling", "--one", numbers]
            done = subprocess.run(
                command, check=True, stdout=subprocess.PIPE, text=True, env=environment
            )
            everything.append(Measured.of_text(done.stdout.splitlines()[-1]))
    show(everything)


def with_cache(folder: Path, gigabytes: float) -> Mapping[str, str]:
    """What gives the embedded MongoDB a cache of so many gigabytes, not of a quarter of one."""
    named = folder / "mongod"
    own = shlex.quote(str(mongod_binary.find()))
    named.write_text(f'#!/usr/bin/env bash\nexec {own} "${{@/#0.25/{gigabytes}}}"\n')
    named.chmod(0o700)
    return {"QUORUM_MONGOD": str(named)}


def main() -> None:
    """The command."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--sizes", default="0.1,1,10", help="thousands of accounts")
    arguments.add_argument("--most-activities", type=int, help="at any size")
    arguments.add_argument("--cache", type=float, help="gigabytes of MongoDB's, instead of 0.25")
    arguments.add_argument("--small", action="store_true", help="20 accounts: no figures")
    arguments.add_argument("--one", help=argparse.SUPPRESS)
    given = arguments.parse_args()
    if given.one:
        collect_less_often()
        print(asyncio.run(measure(Size(*map(int, given.one.split(","))))).as_text())
        return
    accounts = [int(ACCOUNTS_OF_ONE * float(each)) for each in given.sizes.split(",")]
    sizes = [Size.of(each, given.most_activities) for each in ([20] if given.small else accounts)]
    run(sizes, given.cache)


if __name__ == "__main__":
    main()
