from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from domain.engagement import Window
from domain.identifiers import ActivityTypeId, ScoringRunId, TenantId, WeightingModelId
from domain.scoring_runs import KnownType, Reference, Rules, ScoringRun
from store.driver import Database
from store.scoring_runs import ScoringRunStore

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
RULES = Rules(
    "Europe/Berlin", 30, (KnownType(ActivityTypeId("at_1"), ("visit", "page view"), 40, 20),)
)
DAY = Window(date(2026, 5, 4), date(2026, 5, 4))


@pytest.fixture
async def store(database: Database, tenant: TenantId) -> ScoringRunStore:
    await database["tenants"].insert_one({"_id": tenant, "tenant": tenant, "scoring": None})
    return ScoringRunStore(database, tenant)


def a_run(tenant: TenantId, number: int) -> ScoringRun:
    return ScoringRun(
        ScoringRunId(f"run_{tenant}_{number}"),
        number,
        NOON,
        Window.ending(date(2026, 5, 4), 30),
        RULES,
        WeightingModelId("wm_1"),
        (DAY,),
    )


def a_reference(run: ScoringRun, group: float, *, is_first: bool = False) -> Reference:
    return Reference(run.id, run.number, NOON, 900, group, 40, is_first, run.model)


async def test_a_run_is_kept_as_it_began(store: ScoringRunStore, tenant: TenantId) -> None:
    full = replace(a_run(tenant, 2), spans=None)
    await store.begin(a_run(tenant, 1))
    await store.begin(full)

    assert await store.run(f"run_{tenant}_1") == a_run(tenant, 1)
    assert await store.run(full.id) == full
    assert await store.run("run_x") is None


async def test_the_last_run_is_the_one_referred_to(
    store: ScoringRunStore, tenant: TenantId
) -> None:
    first, second = a_run(tenant, 1), a_run(tenant, 2)
    before = await store.reference()

    await store.refer_to(second, a_reference(second, 5))
    await store.refer_to(first, a_reference(first, 7))

    assert before is None
    assert await store.reference() == a_reference(second, 5)


async def test_each_run_keeps_its_reference(
    store: ScoringRunStore, tenant: TenantId, database: Database
) -> None:
    first, second = a_run(tenant, 1), a_run(tenant, 2)
    for run in (first, second):
        await store.begin(run)
        await store.refer_to(run, a_reference(run, float(run.number)))

    kept = await database["scoring_runs"].find_one({"_id": first.id})
    assert kept is not None
    assert (kept["largest_person_raw"], kept["largest_group_raw"]) == (900, 1.0)


async def test_only_a_run_without_active_groups_has_its_reference_raised(
    store: ScoringRunStore, tenant: TenantId
) -> None:
    first, second = a_run(tenant, 1), a_run(tenant, 2)
    without = a_reference(first, 0, is_first=True)
    await store.refer_to(first, without)

    await store.raise_reference(without, 3)
    await store.raise_reference(without, 2)
    raised = await store.reference()
    await store.refer_to(second, a_reference(second, 5))
    await store.raise_reference(without, 9)

    assert raised == replace(without, largest_group_raw=3)
    assert await store.reference() == a_reference(second, 5)


async def test_a_run_is_open_until_it_is_closed(store: ScoringRunStore, tenant: TenantId) -> None:
    first, second = a_run(tenant, 1), a_run(tenant, 2)
    for run in (first, second):
        await store.begin(run)

    before = await store.open_beside(second)
    await store.close(first)

    assert before == [first.id]
    assert await store.open_beside(second) == []
    assert await store.open_beside(first) == [second.id]


async def test_a_run_is_the_latest_until_another_begins(
    store: ScoringRunStore, tenant: TenantId
) -> None:
    run = a_run(tenant, await store.next_number())

    before = await store.is_latest(run)
    await store.next_number()

    assert (before, await store.is_latest(run)) == (True, False)
