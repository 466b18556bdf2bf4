from datetime import UTC, datetime

import pytest

from domain.identifiers import ActivityTypeId, TenantId, WeightingModelId
from domain.weighting_models import TypeWeight, WeightingModel
from store.driver import Database
from store.relay import Relay
from store.weighting_models import WeightingModelStore, model_document

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


@pytest.fixture
def store(database: Database, tenant: TenantId) -> WeightingModelStore:
    return WeightingModelStore(database, "weighting_models", tenant, Relay(database, tenant))


def a_model(tenant: TenantId, version: int) -> WeightingModel:
    first = WeightingModelId(f"wm_{tenant}_1")
    id = WeightingModelId(f"wm_{tenant}_{version}")
    weights = (TypeWeight(ActivityTypeId("at_1"), 40, 20),)
    return WeightingModel(id, first, version, "Standard", 30, weights)


async def statuses(store: WeightingModelStore) -> dict[int, tuple[str, object]]:
    found = store.collection.find({"tenant": store.tenant})
    return {d["model_version"]: (d["status"], d["activated_at"]) async for d in found}


async def test_a_version_is_read_as_it_was_stored(
    store: WeightingModelStore, tenant: TenantId
) -> None:
    model = a_model(tenant, 1)

    await store.insert(model_document(model))

    assert await store.version(model.id) == model
    assert await store.version("wm_x") is None
    assert await store.last_version(model.model_id) == 1
    assert await store.last_version(WeightingModelId("wm_x")) == 0


async def test_exactly_one_version_follows_the_pointer(
    store: WeightingModelStore, tenant: TenantId
) -> None:
    first, second, third = (a_model(tenant, version) for version in (1, 2, 3))
    for model in (first, second, third):
        await store.insert(model_document(model))
    await store.follow(first.id, NOON)

    await store.follow(second.id, NOON)

    assert await statuses(store) == {
        1: ("archived", NOON),
        2: ("active", NOON),
        3: ("draft", None),
    }


async def test_only_a_draft_is_discarded(store: WeightingModelStore, tenant: TenantId) -> None:
    first, second = a_model(tenant, 1), a_model(tenant, 2)
    for model in (first, second):
        await store.insert(model_document(model))
    await store.follow(first.id, NOON)

    await store.discard(first.id)
    await store.discard(second.id)

    assert await statuses(store) == {1: ("active", NOON)}
