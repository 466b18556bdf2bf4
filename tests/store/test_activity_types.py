import pytest

from domain.activity_types import ActivityType, EngagementType
from domain.identifiers import ActivityTypeId, TenantId
from domain.weighting_models import TypeWeight
from store.activity_types import ActivityTypeStore, to_type, type_document
from store.driver import Database
from store.relay import Relay


@pytest.fixture
def store(database: Database, tenant: TenantId) -> ActivityTypeStore:
    return ActivityTypeStore(database, "activity_types", tenant, Relay(database, tenant))


def a_type(tenant: TenantId, name: str, *aliases: str) -> ActivityType:
    id = ActivityTypeId(f"at_{tenant}_{name}")
    return ActivityType(id, name, EngagementType.WEB, aliases, "What it is.")


async def test_a_type_is_read_as_it_was_stored(store: ActivityTypeStore, tenant: TenantId) -> None:
    visit = a_type(tenant, "Visit", "Page View")

    await store.insert(type_document(visit))

    assert await store.types() == [visit]
    assert to_type(type_document(visit)) == visit
    assert await store.spellings_of([visit.id, "at_x"]) == {visit.id: ["visit", "page view"]}


async def test_weights_wait_until_a_model_knows_them(
    store: ActivityTypeStore, tenant: TenantId
) -> None:
    visit, click = a_type(tenant, "Visit"), a_type(tenant, "Click")
    waiting = {"awaiting_weight": {"weight": 40, "daily_cap": 5}}
    await store.insert(type_document(visit) | waiting)
    await store.insert(type_document(click))

    before = await store.awaiting_weight()
    await store.has_weight([visit.id])

    assert before == [TypeWeight(visit.id, 40, 5)]
    assert await store.awaiting_weight() == []
