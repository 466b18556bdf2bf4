from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest

from domain.engagement import Window
from domain.identifiers import PersonId, TenantId
from store.activity_days import ActivityDayStore, Touched
from store.driver import Database, Document

TODAY = date(2026, 5, 4)
ADA, BO, CY = PersonId("per_ada"), PersonId("per_bo"), PersonId("per_cy")
NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


@pytest.fixture
def store(database: Database, tenant: TenantId) -> ActivityDayStore:
    """Days whose marks may be taken off at once."""
    return ActivityDayStore(database, tenant, settled_after=timedelta(0))


def day(before: int) -> date:
    return TODAY - timedelta(days=before)


async def counted_in(store: ActivityDayStore, run: str) -> list[tuple[str, str]]:
    """The days a run has counted, in order."""
    found = []
    place = await store.count_anew(run, None, 1)
    while place is not None:
        found.append((str(place[0]), place[1].isoformat()))
        place = await store.count_anew(run, place, 1)
    return found


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


async def test_a_mark_stays_until_scores_are_made_of_the_count(store: ActivityDayStore) -> None:
    await store.mark([(ADA, TODAY)])
    await counted_in(store, "run_1")

    before = await counted_in(store, "run_2")
    settled = await store.settle("run_2")

    assert before == [("per_ada", "2026-05-04")]
    assert settled == 1
    assert await counted_in(store, "run_3") == []


async def test_a_run_settles_only_what_it_has_counted(store: ActivityDayStore) -> None:
    await store.mark([(ADA, TODAY)])
    await counted_in(store, "run_1")
    await store.mark([(ADA, TODAY)])

    assert await store.settle("run_1") == 0
    assert await counted_in(store, "run_2") == [("per_ada", "2026-05-04")]


async def test_a_young_mark_stays_for_its_writer_may_not_be_done(
    database: Database, tenant: TenantId
) -> None:
    store = ActivityDayStore(database, tenant)
    await store.mark([(ADA, TODAY)])
    await counted_in(store, "run_1")

    assert await store.settle("run_1") == 0
    assert await counted_in(store, "run_2") == [("per_ada", "2026-05-04")]


async def test_a_count_that_was_outrun_by_a_mark_is_not_kept(
    database: Database, tenant: TenantId
) -> None:
    class Interrupted(ActivityDayStore):
        async def _counted(
            self, marked: Sequence[Document]
        ) -> dict[tuple[str, str], list[Document]]:
            counts = await super()._counted(marked)
            await self.mark([(ADA, TODAY)])
            return counts

    store = Interrupted(database, tenant)
    await store.mark([(ADA, TODAY)])
    await store.count_anew("run_1", None, 10)

    found = await database["activity_days"].find_one({"tenant": tenant})

    assert found is not None
    assert "run" not in found["dirty"]


async def test_the_touched_have_a_marked_day_or_one_in_the_spans(store: ActivityDayStore) -> None:
    await store.mark([(ADA, day(40)), (BO, day(5)), (CY, day(30))])
    await counted_in(store, "run_1")
    await store.settle("run_1")
    await store.mark([(BO, day(5))])

    none = await store.touched([], "", 10)
    fallen_out = await store.touched([Window(day(30), day(29))], "", 10)

    assert none == Touched([BO], None)
    assert fallen_out == Touched([BO, CY], None)


async def test_the_touched_come_page_by_page_in_the_order_of_their_ids(
    store: ActivityDayStore,
) -> None:
    people = [PersonId(f"per_{number:02}") for number in range(10)]
    await store.mark([(person, day(before)) for person in people[::2] for before in (1, 2)])
    await counted_in(store, "run_1")
    await store.settle("run_1")
    await store.mark([(person, day(9)) for person in people[1::2]])
    spans = [Window(day(2), day(1))]

    found: list[PersonId] = []
    after: str | None = ""
    while after is not None:
        page = await store.touched(spans, after, 3)
        found += page.people
        after = page.until

    assert found == people
