from typing import Any

import pytest

from domain.identifiers import TenantId
from execution.context import Context
from resolvers import tenants
from store.driver import Database
from tests.contexts import Clock, a_context
from tests.schema.operations import mutate, operate

TYPE = "activityType { name engagementType description aliases }"
REFUSED = "... on InvalidInput { field reason } ... on NameTaken { name ownerId }"


@pytest.fixture
async def ctx(database: Database, tenant: TenantId) -> Context:
    ctx = a_context(database, tenant, Clock())
    await tenants.create_tenant(ctx, "Acme", "UTC")
    return ctx


async def create(ctx: Context, **input: Any) -> Any:
    selection = f"... on CreateActivityTypeSuccess {{ {TYPE} }} {REFUSED}"
    return await mutate(ctx, "createActivityType", selection, **input)


async def alias(ctx: Context, id: str, *aliases: str) -> Any:
    selection = f"... on AddActivityTypeAliasesSuccess {{ {TYPE} }} {REFUSED}"
    return await mutate(
        ctx, "addActivityTypeAliases", selection, activityTypeId=id, aliases=list(aliases)
    )


async def id_of(ctx: Context, name: str) -> str:
    found = await operate(
        ctx,
        "query ($name: String!) { activityTypes(filter: {search: $name}) { nodes { id name } } }",
        name=name,
    )
    [id] = [node["id"] for node in found["activityTypes"]["nodes"] if node["name"] == name]
    assert isinstance(id, str)
    return id


async def test_a_type_is_created_with_its_weight(ctx: Context) -> None:
    answer = await create(
        ctx,
        name="Downloaded pub",
        engagementType="WEB",
        weight=60,
        dailyCap=5,
        aliases=["Pub download"],
        description="Somebody downloaded a publication.",
    )

    assert answer == {
        "__typename": "CreateActivityTypeSuccess",
        "activityType": {
            "name": "Downloaded pub",
            "engagementType": "WEB",
            "description": "Somebody downloaded a publication.",
            "aliases": ["Pub download"],
        },
    }
    shown = await operate(
        ctx,
        "{ weightingModels { nodes { modelVersion status "
        "types(first: 100) { nodes { activityType { name } weight dailyCap } } } } }",
    )
    models = {model["status"]: model for model in shown["weightingModels"]["nodes"]}
    assert models["ACTIVE"]["modelVersion"] == 2
    assert models["ACTIVE"]["types"]["nodes"][-1] == {
        "activityType": {"name": "Downloaded pub"},
        "weight": 60,
        "dailyCap": 5,
    }
    assert models["ARCHIVED"]["modelVersion"] == 1


async def test_a_spelling_of_another_type_is_refused(ctx: Context) -> None:
    answer = await create(ctx, name="PAGE views", engagementType="WEB")

    assert answer == {
        "__typename": "NameTaken",
        "message": "The name PAGE views is taken.",
        "name": "PAGE views",
        "ownerId": await id_of(ctx, "Visit Webpage"),
    }


async def test_a_weight_out_of_bounds_is_refused(ctx: Context) -> None:
    answer = await create(ctx, name="Hum", engagementType="CALL", weight=101)

    assert answer["__typename"] == "InvalidInput"
    assert (answer["field"], answer["reason"]) == ("weight", "must be between 0 and 100, not 101")


async def test_aliases_are_added(ctx: Context) -> None:
    click = await id_of(ctx, "Click Link")

    answer = await alias(ctx, click, "Klick", "link CLICKS")

    assert answer["activityType"]["aliases"] == ["Link Clicks", "Klick"]


async def test_what_alters_scores_leaves_a_scoring_job_waiting(ctx: Context) -> None:
    async def jobs() -> int:
        return len((await operate(ctx, "{ jobs { nodes { kind } } }"))["jobs"]["nodes"])

    await create(ctx, name="Hum", engagementType="CALL", weight=0)
    assert await jobs() == 0
    await create(ctx, name="Sing", engagementType="CALL", weight=10)
    assert await jobs() == 1
    await ctx.stores.jobs.collection.delete_many({"tenant": ctx.viewer.tenant})
    await alias(ctx, await id_of(ctx, "Sing"), "Sang")
    await alias(ctx, await id_of(ctx, "Sing"), "SANG")
    assert await jobs() == 1


async def test_an_alias_of_another_type_changes_nothing(ctx: Context) -> None:
    click = await id_of(ctx, "Click Link")

    answer = await alias(ctx, click, "Klick", "Page Views")

    assert answer["__typename"] == "NameTaken"
    shown = await operate(
        ctx, "query ($id: ID!) { node(id: $id) { ... on ActivityType { aliases } } }", id=click
    )
    assert shown == {"node": {"aliases": ["Link Clicks"]}}


async def test_an_unknown_type_has_no_aliases(ctx: Context) -> None:
    assert await alias(ctx, "at_x", "Klick") == {
        "__typename": "NotFound",
        "message": "There is no activity type at_x.",
    }


async def test_a_type_of_machines_is_left_out_and_counted_again(ctx: Context) -> None:
    type = (await create(ctx, name="Crawl", engagementType="WEB"))["activityType"]
    found = await operate(ctx, '{ activityTypes(filter: {search: "crawl"}) { nodes { id } } }')
    id = found["activityTypes"]["nodes"][0]["id"]
    shown = "... on ExcludeActivityTypeSuccess { activityType { name excludedAs } }"

    answers = [
        (await mutate(ctx, "excludeActivityType", shown, activityTypeId=id, excludedAs=reason))
        for reason in ("BOT", "BOT", None)
    ]

    assert type["name"] == "Crawl"
    assert [each["activityType"]["excludedAs"] for each in answers] == ["BOT", "BOT", None]
    jobs = (await operate(ctx, "{ jobs { nodes { kind } } }"))["jobs"]["nodes"]
    assert jobs == [{"kind": "SCORING"}]  # the one that waits does for all


async def test_a_type_that_is_not_there_is_not_left_out(ctx: Context) -> None:
    refused = await mutate(
        ctx, "excludeActivityType", "... on NotFound { what }", activityTypeId="x", excludedAs="BOT"
    )

    assert refused["what"] == "activity type"
