import pytest

from domain.activity_types import EngagementType
from domain.identifiers import TenantId
from execution.context import Context
from resolvers import tenants, weighting_models
from resolvers.activity_types import NewActivityType, create_activity_type
from store.driver import Database, Document
from tests.contexts import Clock, a_context


@pytest.fixture
async def ctx(database: Database, tenant: TenantId) -> Context:
    ctx = a_context(database, tenant, Clock())
    await tenants.create_tenant(ctx, "Acme", "UTC")
    return ctx


async def models(ctx: Context) -> list[Document]:
    found = ctx.stores.weighting_models.collection.find(
        {"tenant": ctx.viewer.tenant}, sort=[("model_version", 1)]
    )
    return [model async for model in found]


async def test_a_tenant_begins_with_the_standard_types_and_their_weights(ctx: Context) -> None:
    types = {type.id: type for type in await ctx.stores.activity_types.types()}
    model = await weighting_models.active(ctx)

    assert len(types) == 37
    assert model is not None
    assert (model.name, model.model_version, model.window_days) == ("Standard", 1, 30)
    weights = {types[w.activity_type].name: (w.weight, w.daily_cap) for w in model.types}
    assert len(weights) == 37
    assert weights["Visit Webpage"] == (40, 20)
    assert weights["Attend Event"] == (90, 20)


async def test_seeding_again_changes_nothing(ctx: Context) -> None:
    await create_activity_type(ctx, NewActivityType("Hum", EngagementType.CALL, 10))
    before = await weighting_models.active(ctx)

    await weighting_models.seed_standard(ctx)

    assert await weighting_models.active(ctx) == before
    assert len(await ctx.stores.activity_types.types()) == 38


async def test_seeding_ends_what_was_interrupted(ctx: Context) -> None:
    await ctx.stores.activity_types.collection.delete_many(
        {"tenant": ctx.viewer.tenant, "name": {"$ne": "Click Link"}}
    )
    await ctx.stores.tenants.collection.update_one(
        {"_id": ctx.viewer.tenant}, {"$set": {"active_weighting_model_id": None}}
    )

    await weighting_models.seed_standard(ctx)

    assert len(await ctx.stores.activity_types.types()) == 37
    assert await weighting_models.active(ctx) is not None


async def test_a_new_weight_makes_and_activates_the_next_version(ctx: Context) -> None:
    await create_activity_type(ctx, NewActivityType("Hum", EngagementType.CALL, 10))

    first, second = await models(ctx)
    assert (first["status"], second["status"]) == ("archived", "active")
    assert (first["model_version"], second["model_version"]) == (1, 2)
    assert second["model_id"] == first["model_id"] == first["_id"]
    assert len(second["types"]) == len(first["types"]) + 1
    tenant = await ctx.stores.tenants.own()
    assert tenant is not None
    assert tenant["active_weighting_model_id"] == second["_id"]
    assert tenant["weighting_revision"] == 2


async def test_the_status_follows_the_pointer_after_an_interruption(ctx: Context) -> None:
    await create_activity_type(ctx, NewActivityType("Hum", EngagementType.CALL, 10))
    _, second = await models(ctx)
    await ctx.stores.weighting_models.collection.update_one(
        {"_id": second["_id"]}, {"$set": {"status": "draft"}}
    )

    await weighting_models.weigh_new_types(ctx)

    assert [model["status"] for model in await models(ctx)] == ["archived", "active"]


async def test_activations_are_events(ctx: Context) -> None:
    await create_activity_type(ctx, NewActivityType("Hum", EngagementType.CALL, 10))

    first, second = await models(ctx)
    found = ctx.stores.database["events"].find(
        {"tenant": ctx.viewer.tenant, "type": "WEIGHTING_MODEL_ACTIVATED"}, sort=[("_id", 1)]
    )
    assert [event["after"] async for event in found] == [
        {"weighting_model_id": first["_id"]},
        {"weighting_model_id": second["_id"]},
    ]


async def test_a_tenant_that_is_not_there_has_no_model(
    database: Database, tenant: TenantId
) -> None:
    ctx = a_context(database, TenantId(f"{tenant}-nobody"), Clock())

    assert await weighting_models.active(ctx) is None
    assert await weighting_models.weigh_new_types(ctx) is None
