import asyncio
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest

from domain.engagement import Window
from domain.identifiers import PersonId, ScoringRunId, TenantId
from store.activity_days import ActivityDayStore, Touched
from store.day_counting import Counts, MarkedDay, PersonDay
from store.driver import Database

TODAY = date(2026, 5, 4)
ADA, BO, CY = PersonId("per_ada"), PersonId("per_bo"), PersonId("per_cy")
RUN = ScoringRunId("run_1")
NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


@pytest.fixture
def store(database: Database, tenant: TenantId) -> ActivityDayStore:
    """Days whose marks may be taken off at once."""
    return ActivityDayStore(database, tenant, settled_after=timedelta(0))


def day(before: int) -> date:
    return TODAY - timedelta(days=before)


async def counted_in(store: ActivityDayStore, run: str) -> list[tuple[str, str]]:
    """The days a run has counted, in order."""
    found: list[PersonDay] = []
    while marked := await store.marked(found[-1] if found else None, 1):
        await store.count(marked, run)
        found += [each.person_day for each in marked]
    return [(str(person), day.isoformat()) for person, day in found]


async def have_acts(
    store: ActivityDayStore, database: Database, days: Sequence[tuple[PersonId, date]]
) -> None:
    """One act on each of these days, counted and settled."""
    await database["activities"].insert_many(
        {
            "tenant": store._tenant,
            "person_id": person,
            "day": day.isoformat(),
            "at": datetime.combine(day, NOON.timetz()),
            "type_folded": "visit",
        }
        for person, day in days
    )
    await store.mark(days)
    await counted_in(store, "run_0")
    await store.settle("run_0", None, 100)


async def test_marked_days_are_counted_person_by_person(store: ActivityDayStore) -> None:
    await store.mark([(BO, day(0)), (ADA, day(1)), (ADA, day(0)), (ADA, day(1))])

    assert await counted_in(store, "run_1") == [
        ("per_ada", "2026-05-03"),
        ("per_ada", "2026-05-04"),
        ("per_bo", "2026-05-04"),
    ]


async def test_a_day_without_activities_is_counted_as_empty(store: ActivityDayStore) -> None:
    await store.mark([(ADA, TODAY)])

    await counted_in(store, "run_1")

    assert await store.of_people([ADA], Window(TODAY, TODAY)) == {ADA: {TODAY: {}}}


async def test_what_a_run_has_counted_is_counted_again_when_it_is_recalled(
    store: ActivityDayStore, database: Database
) -> None:
    await have_acts(store, database, [(ADA, TODAY), (BO, TODAY), (CY, TODAY)])
    await store.mark([(ADA, TODAY), (BO, TODAY)])
    await counted_in(store, "run_1")

    unmarked = await counted_in(store, "run_2")
    found = [await store.recall([ScoringRunId("run_1")], 1) for _ in range(3)]

    assert unmarked == []
    assert found == [1, 1, 0]
    assert await counted_in(store, "run_2") == [
        ("per_ada", "2026-05-04"),
        ("per_bo", "2026-05-04"),
    ]


async def test_a_day_with_nothing_on_it_goes_once_scores_are_made(store: ActivityDayStore) -> None:
    await store.mark([(ADA, TODAY)])
    await counted_in(store, "run_1")

    before = await counted_in(store, "run_2")
    await store.settle("run_2", None, 10)

    assert before == [("per_ada", "2026-05-04")]
    assert await counted_in(store, "run_3") == []


async def test_a_run_settles_only_what_it_has_counted(store: ActivityDayStore) -> None:
    await store.mark([(ADA, TODAY)])
    await counted_in(store, "run_1")
    await store.mark([(ADA, TODAY)])

    await store.settle("run_1", None, 10)

    assert await counted_in(store, "run_2") == [("per_ada", "2026-05-04")]


async def test_a_young_mark_stays_for_its_writer_may_not_be_done(
    database: Database, tenant: TenantId
) -> None:
    store = ActivityDayStore(database, tenant)
    await store.mark([(ADA, TODAY)])
    await counted_in(store, "run_1")

    await store.settle("run_1", None, 10)

    assert await counted_in(store, "run_2") == [("per_ada", "2026-05-04")]


@pytest.mark.parametrize(
    "settled_after",
    [
        pytest.param(timedelta(minutes=10), id="a young mark, known by its token"),
        pytest.param(timedelta(milliseconds=5), id="an old mark, known by its age"),
    ],
)
async def test_a_count_that_was_outrun_by_a_mark_is_not_kept(
    database: Database, tenant: TenantId, settled_after: timedelta
) -> None:
    class Interrupted(ActivityDayStore):
        async def _counted(self, marked: Sequence[MarkedDay]) -> dict[PersonDay, Counts]:
            counts = await super()._counted(marked)
            await self.mark([(ADA, TODAY)])
            return counts

    store = Interrupted(database, tenant, settled_after)
    await store.mark([(ADA, TODAY)])
    await asyncio.sleep(0.02)
    await store.count(await store.marked(None, 10), "run_1")

    found = await database["activity_days"].find_one({"tenant": tenant})

    assert found is not None
    assert "run" not in found["dirty"]
    assert "counted_in" not in found


async def test_days_of_old_marks_keep_their_own_counts(
    store: ActivityDayStore, database: Database
) -> None:
    twice = [(ADA, TODAY), (ADA, TODAY), (BO, TODAY), (BO, TODAY)]
    await have_acts(store, database, [*twice, (CY, TODAY), (CY, day(1))])

    found = await store.of_people([ADA, BO, CY], Window(day(1), TODAY))

    assert found == {
        ADA: {TODAY: {"visit": 2}},
        BO: {TODAY: {"visit": 2}},
        CY: {TODAY: {"visit": 1}, day(1): {"visit": 1}},
    }


async def test_the_touched_have_a_marked_day_or_a_counted_one_or_one_in_the_spans(
    store: ActivityDayStore, database: Database
) -> None:
    await have_acts(store, database, [(ADA, day(40)), (BO, day(5)), (CY, day(30))])
    await store.mark([(BO, day(5))])

    none = await store.touched(RUN, [], "", 10)
    counted = await store.touched(ScoringRunId("run_0"), [], "", 10)
    fallen_out = await store.touched(RUN, [Window(day(30), day(29))], "", 10)

    assert none == Touched([BO], None)
    assert counted == Touched([ADA, BO, CY], None)
    assert fallen_out == Touched([BO, CY], None)


async def test_the_touched_come_page_by_page_in_the_order_of_their_ids(
    store: ActivityDayStore, database: Database
) -> None:
    people = [PersonId(f"per_{number:02}") for number in range(10)]
    days = [(person, day(before)) for person in people[::2] for before in (1, 2)]
    await have_acts(store, database, days)
    await store.mark([(person, day(9)) for person in people[1::2]])
    spans = [Window(day(2), day(1))]

    found: list[PersonId] = []
    after: str | None = ""
    while after is not None:
        page = await store.touched(RUN, spans, after, 3)
        found += page.people
        after = page.until

    assert found == people
