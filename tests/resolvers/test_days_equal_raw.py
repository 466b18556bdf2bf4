"""The days always come out as what is stored says, whatever happened, and in whatever order.

`QUORUM_ACTIVITY_CASES` is how many random histories are tried.
"""

import asyncio
import itertools
import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain import engagement
from domain.activities import PersonByEmail, PersonById, PersonByKey, PersonReference, Report
from domain.activity_types import EngagementType
from domain.folding import fold
from domain.identifiers import PersonId, TenantId
from domain.identities import Identity, OutsideKey
from domain.people import PersonItem
from execution.context import Context
from resolvers import activities, attaching, people, scoring, tenants
from resolvers.activity_types import (
    NewActivityType,
    add_activity_type_aliases,
    create_activity_type,
)
from resolvers.deleting_people import delete_person
from resolvers.merging_people import merge_people
from store.activity_days import ActivityDayStore
from store.driver import Database
from tests.contexts import Clock, a_context
from tests.dying_database import DyingDatabase
from tests.killing import Killed

CASES: Final = int(os.environ.get("QUORUM_ACTIVITY_CASES", "8"))
NOW: Final = datetime(2026, 4, 10, 12, tzinfo=UTC)
# Half an hour apart: a day of 23 hours in Berlin, one of 24 and a half on Lord Howe, and today.
MOMENTS: Final = [
    start + timedelta(minutes=30 * number)
    for start in (
        datetime(2026, 3, 28, 20, tzinfo=UTC),
        datetime(2026, 4, 4, 10, tzinfo=UTC),
        datetime(2026, 4, 10, 0, tzinfo=UTC),
    )
    for number in range(52)
]
ZONES: Final = (
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Pacific/Kiritimati",
)
PEOPLE: Final = 4
_numbers = itertools.count(1)

Step = Callable[[Context], Awaitable[object]]


@dataclass(frozen=True)
class Act:
    """A step of a history; `number` chooses whom, or what, it is about."""

    name: str
    step: Step
    dies_at: int | None = None

    def __repr__(self) -> str:
        return self.name if self.dies_at is None else f"{self.name} dies at {self.dies_at}"


@st.composite
def references(draw: st.DrawFn) -> int | PersonReference:
    """Somebody by e-mail address or key; a number is the id of somebody who has been there."""
    number = draw(st.integers(0, PEOPLE - 1))
    kind = draw(st.sampled_from(["id", "email", "key"]))
    if kind == "id":
        return number
    return email_of(number) if kind == "email" else PersonByKey(key_of(number))


def email_of(number: int) -> PersonByEmail:
    return PersonByEmail(f"p{number}@acme.com")


def key_of(number: int) -> OutsideKey:
    return OutsideKey("crm", str(number))


@st.composite
def recordings(draw: st.DrawFn) -> Act:
    some = draw(
        st.lists(
            st.tuples(
                st.integers(0, 9),
                st.sampled_from(["Click Link", "Visit Webpage", "Hummed", "Sang"]),
                references(),
                st.sampled_from(MOMENTS),
                st.sampled_from([None, NOW - timedelta(days=2), NOW - timedelta(days=1)]),
            ),
            min_size=1,
            max_size=12,
        )
    )

    async def step(ctx: Context) -> None:
        known = sorted(await ever(ctx))
        reports = [
            Report("web", f"s-{id}", type, _person(whom, known), at, {}, updated)
            for id, type, whom, at, updated in some
        ]
        await activities.record_activities(ctx, reports)

    return Act(f"record {some}", step)


def _person(whom: int | PersonReference, known: list[str]) -> PersonReference:
    if not isinstance(whom, int):
        return whom
    return PersonById(PersonId(known[whom % len(known)])) if known else email_of(whom)


async def ever(ctx: Context) -> list[str]:
    """The ids of everybody who is there, or has been."""
    there = await ctx.stores.people.all({"_id": 1})
    gone = await ctx.stores.deletions.all({"_id": 1})
    return [each["_id"] for each in (*there, *gone)]


def arrival(number: int) -> Act:
    async def step(ctx: Context) -> None:
        item = PersonItem(fields={"email": email_of(number).email}, keys=[key_of(number)])
        await people.upsert_people(ctx, [item])

    return Act(f"p{number} arrives", step)


def deletion(number: int) -> Act:
    async def step(ctx: Context) -> None:
        if there := sorted(await ever(ctx)):
            await delete_person(ctx, there[number % len(there)])

    return Act(f"{number} is deleted", step)


def merge(pair: tuple[int, int]) -> Act:
    async def step(ctx: Context) -> None:
        if there := sorted(await ever(ctx)):
            survivor, merged = (there[number % len(there)] for number in pair)
            await merge_people(ctx, survivor, merged)

    return Act(f"{pair[1]} is merged into {pair[0]}", step)


def new_zone(zone: str, redated: int) -> Act:
    async def step(ctx: Context) -> None:
        await tenants.change_time_zone(ctx, zone)
        for _ in range(redated):
            await tenants.redate_next(ctx)

    return Act(f"the zone is {zone}, {redated} redated", step)


async def _hummed(ctx: Context) -> None:
    made = await create_activity_type(ctx, NewActivityType("Hummed", EngagementType.WEB, 7))
    if isinstance(made, str):
        await add_activity_type_aliases(ctx, made, ["SANG"])


async def _next_day(ctx: Context) -> None:
    assert isinstance(ctx.now, Clock)
    ctx.now.forward(timedelta(days=1))


STEPS: Final = st.one_of(
    recordings(),
    recordings(),
    st.integers(0, PEOPLE - 1).map(arrival),
    st.integers(0, 9).map(deletion),
    st.tuples(st.integers(0, 9), st.integers(0, 9)).map(merge),
    st.builds(new_zone, st.sampled_from(ZONES), st.integers(0, 1)),
    st.sampled_from(
        [
            Act("Hummed is a type, Sang its alias", _hummed),
            Act("it is scored", scoring.run_scoring),
            Act("a day goes by", _next_day),
        ]
    ),
)
DYING: Final = st.builds(lambda act, at: replace(act, dies_at=at), STEPS, st.integers(0, 40))
TOGETHER: Final = st.lists(STEPS, min_size=2, max_size=3)
HISTORIES: Final = st.lists(st.one_of(STEPS, DYING, TOGETHER), min_size=3, max_size=12)


def let_marks_go_at_once(ctx: Context) -> None:
    """Let a mark be old as soon as it is set: nobody who set one is still at work."""
    days = ActivityDayStore(ctx.stores.database, ctx.viewer.tenant, timedelta(0))
    ctx.stores.activities.days = days


async def live(ctx: Context, act: Act, *, alone: bool) -> None:
    """Take a step; one that dies leaves what its process had written until then."""
    if act.dies_at is None:
        await act.step(ctx)
        return
    assert isinstance(ctx.now, Clock)
    dying = DyingDatabase(ctx.stores.database, act.dies_at)
    mortal = a_context(dying.as_database(), ctx.viewer.tenant, ctx.now)
    if alone:
        let_marks_go_at_once(mortal)
    try:
        await act.step(mortal)
    except Killed:
        ctx.now.forward(timedelta(minutes=2))  # what it had claimed is free after a minute


@settings(
    max_examples=CASES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(history=HISTORIES)
async def test_the_days_equal_a_fresh_count(
    database: Database, tenant: TenantId, history: list[Act | list[Act]]
) -> None:
    ctx = a_context(database, TenantId(f"{tenant}-{next(_numbers)}"), Clock(NOW))
    await tenants.create_tenant(ctx, "Acme", "Europe/Berlin")

    alone = all(isinstance(each, Act) for each in history)
    if alone:
        let_marks_go_at_once(ctx)
    for each in history:
        acts = [each] if isinstance(each, Act) else each
        await asyncio.gather(*(live(ctx, act, alone=alone) for act in acts))
    let_marks_go_at_once(ctx)
    run = await scoring.run_scoring(ctx)

    counts = await fresh_counts(ctx)
    assert await stored_counts(ctx) == counts
    await check_owners(ctx)
    await check_raws(ctx, run, counts)


Counts = dict[tuple[str, str], dict[str, int]]


async def fresh_counts(ctx: Context) -> Counts:
    """What people did on which day, counted from every stored activity in plain Python."""
    tenant = await ctx.stores.tenants.own()
    assert tenant is not None
    zone = ZoneInfo(tenant["time_zone"])
    counts: Counts = {}
    async for each in ctx.stores.database["activities"].find({"tenant": ctx.viewer.tenant}):
        if each["person_id"] is None:
            continue
        key = each["person_id"], each["at"].astimezone(zone).date().isoformat()
        types = counts.setdefault(key, {})
        types[fold(each["type_name"])] = types.get(fold(each["type_name"]), 0) + 1
    return counts


async def stored_counts(ctx: Context) -> Counts:
    """The activity days, none of which waits for anything."""
    found = ctx.stores.database["activity_days"].find({"tenant": ctx.viewer.tenant})
    days = [each async for each in found]
    assert [each for each in days if "dirty" in each] == []
    return {
        (each["person_id"], each["day"]): {c["type"]: c["count"] for c in each["counts"]}
        for each in days
    }


async def check_owners(ctx: Context) -> None:
    """Nobody who is gone has activities, and none waits for somebody who is there."""
    found = ctx.stores.database["activities"].find({"tenant": ctx.viewer.tenant})
    stored = [each async for each in found]
    owners = {each["person_id"] for each in stored} - {None}
    awaited = {Identity(*each["awaits"].split("|", 1)) for each in stored if "awaits" in each}
    assert await ctx.stores.deletions.among(owners) == set()
    assert await attaching.people_by_identity(ctx, awaited) == {}


async def check_raws(ctx: Context, run: str, counts: Counts) -> None:
    """Everybody's raw is what the rules make of these counts."""
    told = await ctx.stores.scoring.runs.run(run)
    assert told is not None
    for person in await ctx.stores.people.all({"engagement": 1}):
        days = {
            day: types
            for (of, text), types in counts.items()
            if of == person["_id"]
            and told.window.first_day <= (day := datetime.fromisoformat(text).date())
            and day <= told.window.last_day
        }
        figures = engagement.of_person(days, told.rules.spellings, told.rules.weights)
        stored = person.get("engagement", {"raw": 0, "counted": 0})
        assert (stored["raw"], stored["counted"]) == (figures.raw, figures.counted)
