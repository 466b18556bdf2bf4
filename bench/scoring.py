"""Seconds of a scoring run: the first one, one after 1 % of the people did something, and one of
the next day; phase by phase.

    python -m bench.scoring [--activities 1000000] [--people 100000] [--groups 2000]

What bounds a full run is shown beside it: one aggregation in MongoDB that reads every activity
once and counts per person, day and type, writing nothing. A run stores these counts, a document a
person and day, and a raw a person, all of it acknowledged by the journal.
"""

import argparse
import asyncio
import itertools
import os
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Final

from bench.figures import show
from bench.ground import TENANT, Ground, ground
from domain import activities
from domain.activities import Activity, PersonById, Report
from domain.identifiers import ActivityId, PersonId, RoleId, derived
from domain.role_templates import TemplateRole, Weighting
from execution.context import Context
from resolvers import scoring
from resolvers.activities import record_activities
from store.activities import values_of
from store.driver import Collection, Document, aggregate
from tests.stored import a_person, a_stored_group

DAYS: Final = 30
MOST_ACTS_A_SITTING: Final = 4
MEMBERS: Final = 10
AT_ONCE: Final = 5_000
ONE_OF: Final = 100
TYPES: Final = ("Click Link", "Visit Webpage", "Open Email", "Fill Out Form", "Page Views")
ROLES: Final = {
    "role_decision_maker": Weighting.VITAL,
    "role_influencer": Weighting.IMPORTANT,
    "role_practitioner": Weighting.NORMAL,
}
LONG_AGO: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Size:
    """How much there is to score."""

    activities: int
    people: int
    groups: int


def person(number: int) -> PersonId:
    return PersonId(f"per_{number:08}")


def acts(size: Size, now: datetime) -> Iterator[Activity]:
    """The activities: sittings of a few acts on a day of the window, of people taken at random."""
    random = Random(1)
    numbers = itertools.count()
    left = size.activities
    while left:
        of = person(random.randrange(size.people))
        at = now - timedelta(days=random.randrange(DAYS), minutes=random.randrange(600))
        for _ in range(min(left, random.randint(1, MOST_ACTS_A_SITTING))):
            left -= 1
            yield act(of, at, random.choice(TYPES), f"a-{next(numbers)}")


def act(of: PersonId, at: datetime, type: str, source_id: str) -> Activity:
    report = Report("bench", source_id, type, PersonById(of), at, {"page": "/pricing"})
    id = ActivityId(derived("act", TENANT, "bench", source_id))
    return Activity(id, report, activities.rank_of(report), of, at.astimezone(UTC).date(), "UTC")


async def fill(where: Ground, size: Size) -> None:
    """Store people, groups and activities; the days are marked, as recording leaves them."""
    now, random = where.ctx.now(), Random(2)
    database = where.database
    everybody = (a_person(person(n), f"Name{n}")[1] for n in range(size.people))
    await store(database["people"], ({**each, "tenant": TENANT} for each in everybody))
    roles = [TemplateRole(RoleId(role), weighting, True, 1) for role, weighting in ROLES.items()]
    groups = (
        a_stored_group(
            f"bg_{n:08}",
            f"Group {n}",
            {
                person(random.randrange(size.people)): random.choice(list(ROLES))
                for _ in range(MEMBERS)
            },
            roles,
        )[1]
        for n in range(size.groups)
    )
    await store(database["buying_groups"], ({**each, "tenant": TENANT} for each in groups))
    marked: set[tuple[str, str]] = set()

    def noted() -> Iterator[Document]:
        for each in acts(size, now):
            marked.add((each.person or "", each.day.isoformat()))
            yield {"_id": each.id, "tenant": TENANT, **values_of(each, now)}

    await store(database["activities"], noted())
    dirty = {"token": "bench", "at": now - LONG_AGO}
    await store(
        database["activity_days"],
        (
            {
                "_id": f"{TENANT}|{of}|{day}",
                "tenant": TENANT,
                "person_id": of,
                "day": day,
                "counts": [],
                "dirty": dirty,
            }
            for of, day in marked
        ),
    )
    show("days of people with activities", len(marked), "")


async def store(collection: Collection, documents: Iterable[Document]) -> None:
    iterator = iter(documents)
    while part := list(itertools.islice(iterator, AT_ONCE)):
        await collection.insert_many(part, ordered=False)


async def one_pass(where: Ground) -> float:
    """Seconds to read every activity once and count per person, day and type."""
    start = time.perf_counter()
    key = {"person": "$person_id", "day": "$day", "type": "$type_folded"}
    await aggregate(
        where.database["activities"],
        [
            {"$match": {"tenant": TENANT}},
            {"$group": {"_id": key, "count": {"$sum": 1}}},
            {"$count": "counted"},
        ],
        allowDiskUse=True,
    )
    return time.perf_counter() - start


@dataclass(slots=True)
class Spent:
    """What a phase has taken, and done: processor seconds are those of both processes."""

    seconds: float = 0.0
    processor: float = 0.0
    slices: int = 0
    people: int = 0
    groups: int = 0


async def scored(where: Ground, ctx: Context, name: str) -> float:
    """Do a run, and show how long it took and what of it each phase."""
    phases: dict[str, Spent] = {}
    start = time.perf_counter()
    done = await scoring.go_on(ctx, "")
    while done.after is not None:
        spent = phases.setdefault(done.after.split("|")[1], Spent())
        before, processor = time.perf_counter(), processor_seconds(where)
        done = await scoring.go_on(ctx, done.after)
        spent.seconds += time.perf_counter() - before
        spent.processor += processor_seconds(where) - processor
        spent.slices += 1
        spent.people += done.people
        spent.groups += done.groups
    seconds = time.perf_counter() - start
    used = sum(spent.processor for spent in phases.values())
    show(name, seconds, "s", f"{used:,.2f} s of processors")
    for phase, spent in phases.items():
        note = f"{spent.processor:,.2f} s of processors, {spent.slices:,} slices"
        show(f"  {phase}", spent.seconds, "s", f"{note}, {spent.people:,}+{spent.groups:,} scored")
    return seconds


def processor_seconds(where: Ground) -> float:
    """What this process and MongoDB have used of the processors (`utime` and `stime` of Linux)."""
    own = time.process_time()
    if where.mongod_pid is None:
        return own
    fields = Path(f"/proc/{where.mongod_pid}/stat").read_text().rpartition(")")[2].split()
    return own + (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def one_in_a_hundred(ctx: Context, size: Size) -> None:
    """Let one of a hundred people do something today."""
    now = ctx.now()
    reports = [
        Report("bench", f"later-{n}", "Click Link", PersonById(person(n)), now, {})
        for n in range(0, size.people, ONE_OF)
    ]
    for start in range(0, len(reports), 1_000):
        await record_activities(ctx, reports[start : start + 1_000])


async def run(size: Size) -> None:
    """Measure and print."""
    async with ground() as where:
        start = time.perf_counter()
        await fill(where, size)
        show("stored", time.perf_counter() - start, "s", f"{size}")
        bound = await one_pass(where)
        show("one aggregation over all activities", bound, "s", "bounds what reading them takes")
        full = await scored(where, where.ctx, "the first run, everybody")
        show("  times the one aggregation", full / bound, "")
        await one_in_a_hundred(where.ctx, size)
        changed = await scored(where, where.ctx, "a run after 1 % of the people did something")
        show("  part of the first run", 100 * changed / full, "%")
        tomorrow = replace(where.ctx, now=lambda: datetime.now(UTC) + timedelta(days=1))
        await scored(where, tomorrow, "the run of the next day")


def main() -> None:
    """The command."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--activities", type=int, default=1_000_000)
    arguments.add_argument("--people", type=int, default=100_000)
    arguments.add_argument("--groups", type=int, default=2_000)
    given = arguments.parse_args()
    asyncio.run(run(Size(given.activities, given.people, given.groups)))


if __name__ == "__main__":
    main()
