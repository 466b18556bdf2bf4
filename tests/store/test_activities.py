import asyncio
import itertools
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest

from domain import activities
from domain.activities import (
    Activity,
    Outcome,
    PersonByEmail,
    PersonById,
    PersonByKey,
    Report,
)
from domain.engagement import Window
from domain.identifiers import PersonId, TenantId
from domain.identities import Identity, OutsideKey
from store.activities import ActivityStore
from store.activity_days import ActivityDayStore
from store.activity_moves import Newcomer
from store.driver import Database, Document
from store.relay import Relay
from store.schema_version import SCHEMA_VERSION

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
TODAY, YESTERDAY = date(2026, 5, 4), date(2026, 5, 3)
WINDOW = Window(YESTERDAY, TODAY)
ADA, BO = PersonId("per_ada"), PersonId("per_bo")
ADAS = Identity("person.email", "ada@acme.com")


@pytest.fixture
def store(database: Database, tenant: TenantId) -> ActivityStore:
    return ActivityStore(database, tenant, Relay(database, tenant))


@pytest.fixture
def an(tenant: TenantId) -> "An":
    return An(tenant)


class An:
    """Makes activities of the test's tenant."""

    def __init__(self, tenant: TenantId) -> None:
        self._tenant = tenant
        self._numbers = itertools.count(1)

    def activity(
        self,
        person: PersonId | None = ADA,
        source_id: str | None = None,
        day: date = TODAY,
        type: str = "Visit",
        updated: datetime | None = None,
        by_key: bool = False,
    ) -> Activity:
        named = PersonByKey(OutsideKey("crm", "7")) if by_key else PersonByEmail("Ada@acme.com")
        at = datetime.combine(day, NOON.timetz())
        source_id = source_id or f"s-{next(self._numbers)}"
        report = Report("web", source_id, type, named, at, {"of": person}, updated)
        id = activities.identifier(self._tenant, "web", source_id)
        return Activity(id, report, activities.rank_of(report), person, day, "UTC")


async def counted(store: ActivityStore) -> dict[PersonId, dict[date, dict[str, int]]]:
    """The counts of the days, once every marked one is counted anew."""
    last = None
    while some := await store.days.marked(last, 3):
        await store.days.count(some, "run_1")
        last = some[-1].person_day
    days = await store.days.of_people([ADA, BO], WINDOW)
    return {
        person: {day: counts for day, counts in by_day.items() if counts}
        for person, by_day in days.items()
    }


async def stored(database: Database, tenant: TenantId) -> list[Document]:
    found = database["activities"].find({"tenant": tenant}, sort=[("source_id", 1)])
    return [document async for document in found]


async def test_a_report_is_stored_once(store: ActivityStore, an: An) -> None:
    visit = an.activity()

    first = await store.record([visit], NOON)
    second = await store.record([visit, visit], NOON)

    assert first == [Outcome.STORED]
    assert second == [Outcome.UNCHANGED, Outcome.UNCHANGED]
    assert await counted(store) == {ADA: {TODAY: {"visit": 1}}}


async def test_an_activity_is_stored_as_it_was_reported(
    store: ActivityStore, an: An, database: Database, tenant: TenantId
) -> None:
    visit = an.activity(source_id="v-1", updated=NOON)

    await store.record([visit], NOON)

    assert await stored(database, tenant) == [
        {
            "_id": visit.id,
            "tenant": tenant,
            "schema_version": SCHEMA_VERSION,
            "source": "web",
            "source_id": "v-1",
            "type_name": "Visit",
            "type_folded": "visit",
            "person_id": "per_ada",
            "named": "person.email|ada@acme.com",
            "at": NOON,
            "day": "2026-05-04",
            "zone": "UTC",
            "attributes": {"of": "per_ada"},
            "source_updated_at": NOON,
            "content_hash": visit.rank.content_hash,
            "stored_at": NOON,
        }
    ]


async def test_several_reports_of_one_source_id_in_one_batch_count_in_order(
    store: ActivityStore, an: An
) -> None:
    early = an.activity(source_id="v", type="Visit", updated=NOON)
    late = an.activity(source_id="v", type="Click", updated=NOON + timedelta(seconds=1))

    outcomes = await store.record([early, late, early], NOON)

    assert outcomes == [Outcome.STORED, Outcome.UPDATED, Outcome.UNCHANGED]
    assert await counted(store) == {ADA: {TODAY: {"click": 1}}}


async def test_the_winner_moves_the_act_to_its_day_and_person(store: ActivityStore, an: An) -> None:
    await store.record([an.activity(source_id="v"), an.activity(source_id="w")], NOON)
    before = await counted(store)

    moved = an.activity(BO, source_id="v", day=YESTERDAY, updated=NOON)
    await store.record([moved], NOON)

    assert before == {ADA: {TODAY: {"visit": 2}}}
    assert await counted(store) == {ADA: {TODAY: {"visit": 1}}, BO: {YESTERDAY: {"visit": 1}}}


async def test_the_order_of_reports_does_not_matter(database: Database, tenant: TenantId) -> None:
    seen = []

    for order in range(6):
        own = TenantId(f"{tenant}-{order}")
        store = ActivityStore(database, own, Relay(database, own))
        reports = some_reports(An(own))
        Random(order).shuffle(reports)
        await asyncio.gather(*(store.record(reports[n::3], NOON) for n in range(3)))
        kept = [(d["source_id"], d["content_hash"]) for d in await stored(database, own)]
        seen.append((kept, await counted(store)))

    assert len(seen[0][0]) == 4
    assert all(each == seen[0] for each in seen[1:])


def some_reports(an: An) -> list[Activity]:
    """Thirty reports of four source ids, the same ones each time."""
    random = Random(7)
    return [
        an.activity(
            random.choice([ADA, BO, None]),
            source_id=f"v-{random.randrange(4)}",
            day=random.choice([TODAY, YESTERDAY]),
            type=random.choice(["Visit", "Click"]),
            updated=random.choice([None, NOON, NOON + timedelta(minutes=1)]),
        )
        for _ in range(30)
    ]


async def test_what_is_stored_between_mark_and_count_is_not_lost(
    store: ActivityStore, an: An
) -> None:
    await store.days.mark([(ADA, TODAY)])
    await counted(store)
    await store.days.settle("run_1", None, 10)

    # The writer that set the mark has not stored its activity before; it does so now.
    visit = an.activity()
    await store._insert({0: visit}, NOON)

    assert await counted(store) == {ADA: {TODAY: {"visit": 1}}}


async def test_counting_beside_many_writers_loses_nothing(
    database: Database, tenant: TenantId, an: An
) -> None:
    writers = [ActivityStore(database, tenant, Relay(database, tenant)) for _ in range(4)]
    batches = [
        [an.activity(person, day=day) for person in (ADA, BO) for day in (TODAY, YESTERDAY)]
        for _ in range(20)
    ]
    counter = ActivityStore(database, tenant, Relay(database, tenant))

    async def write(store: ActivityStore, own: Sequence[Sequence[Activity]]) -> None:
        for batch in own:
            await store.record(batch, NOON)

    async def count() -> None:
        for _ in range(20):
            await counted(counter)

    await asyncio.gather(count(), *(write(w, batches[n::4]) for n, w in enumerate(writers)))

    everything = {TODAY: {"visit": 20}, YESTERDAY: {"visit": 20}}
    assert await counted(counter) == {ADA: everything, BO: everything}


async def test_an_activity_waits_for_its_person(store: ActivityStore, an: An) -> None:
    await store.record([an.activity(None), an.activity(None, by_key=True)], NOON)
    before = await counted(store)

    by_email = await store.attach([Newcomer(ADA, [ADAS])])
    by_key = await store.attach([Newcomer(ADA, [Identity("person.key.crm", "7")])])

    assert before == {}
    assert (by_email, by_key) == (1, 1)
    assert await counted(store) == {ADA: {TODAY: {"visit": 2}}}


async def test_a_person_nobody_waits_for_is_given_nothing(store: ActivityStore, an: An) -> None:
    await store.record([an.activity(None)], NOON)

    assert await store.attach([Newcomer(BO, [Identity("person.email", "bo@acme.com")])]) == 0
    assert await store.attach([]) == 0
    assert set(await store.awaited("")) == {"person.email|ada@acme.com"}


async def test_an_activity_is_attached_once(store: ActivityStore, an: An) -> None:
    await store.record([an.activity(None) for _ in range(5)], NOON)

    given = await asyncio.gather(*(store.attach([Newcomer(ADA, [ADAS])]) for _ in range(3)))

    assert sum(given) == 5
    assert await store.awaited("") == {}


async def test_who_is_waited_for_is_told_page_by_page(store: ActivityStore, an: An) -> None:
    await store.record([an.activity(None), an.activity(None, by_key=True)], NOON)

    assert await store.awaited("") == {
        "person.email|ada@acme.com": ADAS,
        "person.key.crm|7": Identity("person.key.crm", "7"),
    }
    assert set(await store.awaited("person.email|ada@acme.com")) == {"person.key.crm|7"}
    assert await store.awaited("person.key.crm|7") == {}


async def test_another_tenants_activities_are_left_alone(
    store: ActivityStore, an: An, database: Database, tenant: TenantId
) -> None:
    other = TenantId(f"{tenant}-other")
    await ActivityStore(database, other, Relay(database, other)).record(
        [An(other).activity(None)], NOON
    )

    assert await store.attach([Newcomer(ADA, [ADAS])]) == 0
    assert await store.awaited("") == {}


async def test_a_person_is_given_anothers_activities(store: ActivityStore, an: An) -> None:
    await store.record([an.activity(ADA), an.activity(ADA, day=YESTERDAY), an.activity(BO)], NOON)
    before = await counted(store)

    given = [await store.reassign(ADA, BO), await store.reassign(ADA, BO)]

    assert before == {
        ADA: {TODAY: {"visit": 1}, YESTERDAY: {"visit": 1}},
        BO: {TODAY: {"visit": 1}},
    }
    assert given == [2, 0]
    assert await counted(store) == {
        ADA: {},
        BO: {TODAY: {"visit": 2}, YESTERDAY: {"visit": 1}},
    }


async def test_what_is_taken_from_a_person_waits_under_the_identity_it_names(
    store: ActivityStore, an: An
) -> None:
    await store.record([an.activity(ADA), an.activity(ADA, by_key=True), an.activity(BO)], NOON)
    await counted(store)

    taken = [await store.detach(ADA), await store.detach(ADA)]
    days = await store.days.of_people([ADA, BO], WINDOW)
    waiting = await store.awaited("")
    await store.attach([Newcomer(BO, [ADAS])])

    assert taken == [2, 0]
    assert days == {ADA: {TODAY: {}}, BO: {TODAY: {"visit": 1}}}
    assert set(waiting) == {"person.email|ada@acme.com", "person.key.crm|7"}
    assert await counted(store) == {ADA: {}, BO: {TODAY: {"visit": 2}}}


async def test_what_named_a_person_by_id_waits_for_nobody(
    store: ActivityStore, an: An, database: Database, tenant: TenantId
) -> None:
    visit = an.activity(ADA)
    by_id = replace(visit, report=replace(visit.report, person=PersonById(ADA)))
    await store.record([by_id], NOON)

    await store.detach(ADA)

    [left] = await stored(database, tenant)
    assert (left["person_id"], left["named"], "awaits" in left) == (None, None, False)


async def test_many_activities_move_slice_by_slice(store: ActivityStore, an: An) -> None:
    await store.record([an.activity(ADA) for _ in range(2_500)], NOON)

    assert await store.reassign(ADA, BO) == 2_500
    assert await store.detach(BO) == 2_500
    assert await counted(store) == {ADA: {}, BO: {}}


async def test_days_on_which_nothing_is_left_go_when_they_are_settled(
    database: Database, tenant: TenantId, an: An
) -> None:
    store = ActivityStore(database, tenant, Relay(database, tenant))
    store.days = ActivityDayStore(database, tenant, settled_after=timedelta(0))
    await store.record([an.activity(ADA), an.activity(BO)], NOON)
    await store.detach(ADA)
    await counted(store)

    await store.days.settle("run_1", None, 10)

    assert await store.days.of_people([ADA, BO], WINDOW) == {BO: {TODAY: {"visit": 1}}}
