import asyncio
from datetime import UTC, datetime

import pytest

from domain.identifiers import ActivityTypeId, TenantId, WeightingModelId
from domain.weighting_models import ModelStatus, TypeWeight, WeightingModel
from store.driver import Database
from store.records import Change, Missing
from store.relay import Relay
from store.tenants import TenantStore
from store.weighting_models import (
    Activation,
    NotDraft,
    Outrun,
    WeightingModelStore,
    model_document,
)

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


def an_activation(id: str) -> Activation:
    return Activation(
        lambda _: Change({"active_weighting_model_id": id}),
        {"updated_at": NOON, "updated_by": "sam"},
    )


async def a_tenant(store: WeightingModelStore) -> None:
    tenants = TenantStore(store.collection.database, store.tenant, store._relay)
    await tenants.insert(tenants.new("Acme", "UTC", NOON, "sam"))


async def test_activating_a_draft_archives_the_version_before(
    store: WeightingModelStore, tenant: TenantId
) -> None:
    await a_tenant(store)
    first, second, third = (a_model(tenant, version) for version in (1, 2, 3))
    for model in (first, second, third):
        await store.insert(model_document(model))
    await store.activate(first.id, an_activation(first.id))

    assert await store.activate(second.id, an_activation(second.id)) == second.id

    assert await statuses(store) == {
        1: ("archived", NOON),
        2: ("active", NOON),
        3: ("draft", None),
    }


async def test_only_drafts_are_activated(store: WeightingModelStore, tenant: TenantId) -> None:
    await a_tenant(store)
    first, second = a_model(tenant, 1), a_model(tenant, 2)
    for model in (first, second):
        await store.insert(model_document(model))
        await store.activate(model.id, an_activation(model.id))

    archived = await store.activate(first.id, an_activation(first.id))
    active = await store.activate(second.id, an_activation(second.id))

    assert archived == NotDraft(ModelStatus.ARCHIVED)
    assert active == NotDraft(ModelStatus.ACTIVE)
    assert await store.activate(WeightingModelId("wm_x"), an_activation("wm_x")) == Missing("wm_x")


async def test_an_activation_that_is_outrun_stores_nothing(
    store: WeightingModelStore, tenant: TenantId
) -> None:
    await a_tenant(store)
    outrun = Activation(lambda _: None, {"updated_at": NOON, "updated_by": "sam"})

    answer = await store.activate_next(a_model(tenant, 1), {"updated_at": NOON}, outrun)

    assert answer == Outrun()
    assert await statuses(store) == {}


async def test_states_that_differ_from_the_pointer_follow_it(
    store: WeightingModelStore, tenant: TenantId
) -> None:
    await a_tenant(store)
    first, second = a_model(tenant, 1), a_model(tenant, 2)
    for model in (first, second):
        await store.insert(model_document(model))
        await store.activate(model.id, an_activation(model.id))
    await store.collection.update_one({"_id": second.id}, {"$set": {"status": "draft"}})
    await store.collection.update_one({"_id": first.id}, {"$set": {"status": "active"}})

    await store.follow(first.id, NOON)
    by_one_who_is_late = {n: status for n, (status, _) in (await statuses(store)).items()}
    await store.follow(second.id, NOON)

    assert by_one_who_is_late == {1: "active", 2: "draft"}
    assert {n: status for n, (status, _) in (await statuses(store)).items()} == {
        1: "archived",
        2: "active",
    }


async def test_versions_drafted_at_once_get_numbers_of_their_own(
    store: WeightingModelStore, tenant: TenantId
) -> None:
    await a_tenant(store)
    await store.insert(model_document(a_model(tenant, 1)))

    drafts = [a_model(tenant, number) for number in range(2, 8)]
    await asyncio.gather(*(store.insert_next(draft, {"updated_at": NOON}, ()) for draft in drafts))

    assert sorted(await statuses(store)) == [1, 2, 3, 4, 5, 6, 7]
