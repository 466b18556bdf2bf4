import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from domain.activity_types import EngagementType
from domain.folding import fold
from domain.identifiers import TenantId
from domain.weighting_models import TypeWeight
from execution.context import Context, NotPermitted, Right
from resolvers import tenants, weighting_models
from resolvers.activity_types import (
    NewActivityType,
    add_activity_type_aliases,
    create_activity_type,
)
from resolvers.outcomes import Invalid, NameTaken, NotFound
from store.driver import Database
from tests.contexts import Clock, a_context

PUB = NewActivityType("Downloaded pub", EngagementType.WEB, 60, 5, ["Pub Download"])


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def ctx(database: Database, tenant: TenantId, clock: Clock) -> Context:
    ctx = a_context(database, tenant, clock)
    await tenants.create_tenant(ctx, "Acme", "UTC")
    return ctx


async def type_named(ctx: Context, name: str) -> str:
    """The id of a type, by its name."""
    types = {fold(type.name): type.id for type in await ctx.stores.activity_types.types()}
    return types[fold(name)]


async def events(ctx: Context, type: str) -> list[dict[str, object]]:
    found = ctx.stores.database["events"].find({"tenant": ctx.viewer.tenant, "type": type})
    return [event async for event in found]


async def test_a_new_type_is_stored_and_weighs(ctx: Context) -> None:
    id = await create_activity_type(ctx, replace(PUB, name=" Downloaded pub "))

    assert isinstance(id, str)
    stored = await ctx.stores.activity_types.one(id)
    assert stored is not None
    assert stored["name"] == "Downloaded pub"
    assert stored["aliases"] == ["Pub Download"]
    assert stored["folded"] == {
        "name": "downloaded pub",
        "names": ["downloaded pub", "pub download"],
    }
    assert "awaiting_weight" not in stored
    model = await weighting_models.active(ctx)
    assert model is not None
    assert model.types[-1] == TypeWeight(id, 60, 5)
    assert [event["subject_id"] for event in await events(ctx, "ACTIVITY_TYPE_CREATED")] == [id]


async def test_a_type_without_weight_makes_no_model(ctx: Context) -> None:
    before = await weighting_models.active(ctx)

    await create_activity_type(ctx, replace(PUB, weight=0))

    assert await weighting_models.active(ctx) == before


@pytest.mark.parametrize(
    "new",
    [
        pytest.param(replace(PUB, name="visit WEBPAGE", aliases=()), id="a standard name"),
        pytest.param(replace(PUB, name="page views", aliases=()), id="an alias as a name"),
        pytest.param(replace(PUB, aliases=["Email Opened"]), id="an alias of another"),
    ],
)
async def test_no_spelling_can_mean_two_types(ctx: Context, new: NewActivityType) -> None:
    outcome = await create_activity_type(ctx, new)

    assert isinstance(outcome, NameTaken)
    assert len(await ctx.stores.activity_types.types()) == 37
    again = await create_activity_type(ctx, PUB)
    assert isinstance(again, str)


async def test_a_name_is_taken_once(ctx: Context) -> None:
    id = await create_activity_type(ctx, PUB)

    assert await create_activity_type(ctx, PUB) == NameTaken("Downloaded pub", str(id))


@pytest.mark.parametrize(
    ("new", "refusal"),
    [
        (replace(PUB, name=" "), Invalid("name", "is required and cannot be empty")),
        (replace(PUB, weight=101), Invalid("weight", "must be between 0 and 100, not 101")),
        (replace(PUB, daily_cap=0), Invalid("dailyCap", "must be between 1 and 1000, not 0")),
        (replace(PUB, aliases=["a\x00"]), Invalid("aliases[0]", "contains the character NUL")),
    ],
)
async def test_what_cannot_be_stored(ctx: Context, new: NewActivityType, refusal: Invalid) -> None:
    assert await create_activity_type(ctx, new) == refusal
    assert len(await ctx.stores.activity_types.types()) == 37


async def test_types_made_at_once_all_get_their_weight(ctx: Context) -> None:
    names = [f"Type {number}" for number in range(8)]

    made = await asyncio.gather(
        *(create_activity_type(ctx, replace(PUB, name=name, aliases=())) for name in names)
    )

    model = await weighting_models.active(ctx)
    assert model is not None
    assert set(made) <= {entry.activity_type for entry in model.types}


async def test_of_two_who_want_one_name_at_once_one_gets_it(ctx: Context) -> None:
    outcomes = await asyncio.gather(*(create_activity_type(ctx, PUB) for _ in range(4)))

    assert sum(isinstance(outcome, str) for outcome in outcomes) == 1


async def test_a_weight_left_waiting_is_brought_into_force(ctx: Context) -> None:
    id = await create_activity_type(ctx, replace(PUB, weight=0))
    left = {"awaiting_weight": {"weight": 30, "daily_cap": 20}}
    await ctx.stores.activity_types.collection.update_one({"_id": id}, {"$set": left})

    model = await weighting_models.weigh_new_types(ctx)

    assert model is not None
    assert model.types[-1] == TypeWeight(id, 30, 20)  # type: ignore[arg-type]
    assert await ctx.stores.activity_types.awaiting_weight() == []


async def test_an_alias_means_the_type(ctx: Context) -> None:
    click = await type_named(ctx, "Click Link")

    outcome = await add_activity_type_aliases(ctx, click, ["Klick", "LINK clicks", "klick"])

    assert outcome == click
    stored = await ctx.stores.activity_types.one(click)
    assert stored is not None
    assert stored["aliases"] == ["Link Clicks", "Klick"]
    [event] = await events(ctx, "ACTIVITY_TYPE_UPDATED")
    assert event["after"] == {"aliases": ["Link Clicks", "Klick"]}


async def test_an_alias_it_has_already_changes_nothing(ctx: Context) -> None:
    click = await type_named(ctx, "Click Link")

    assert await add_activity_type_aliases(ctx, click, ["link clicks"]) == click
    assert await events(ctx, "ACTIVITY_TYPE_UPDATED") == []


async def test_an_alias_of_another_type_is_refused(ctx: Context) -> None:
    click, form = await type_named(ctx, "Click Link"), await type_named(ctx, "Fill Out Form")

    outcome = await add_activity_type_aliases(ctx, click, ["Klick", "Form filled out"])

    assert outcome == NameTaken("Form filled out", form)
    assert await add_activity_type_aliases(ctx, form, ["Klick"]) == form


async def test_a_spelling_claimed_and_never_used_is_free_after_a_while(
    ctx: Context, clock: Clock
) -> None:
    click = await type_named(ctx, "Click Link")
    await ctx.stores.identities.claim_all("activity_type.name", {"klick": "at_never_stored"})
    claims = ctx.stores.database["identities"]
    await claims.update_many({"owner": "at_never_stored"}, {"$set": {"claimed_at": clock.at}})

    before = await add_activity_type_aliases(ctx, click, ["Klick"])
    clock.forward(timedelta(minutes=2))
    after = await add_activity_type_aliases(ctx, click, ["Klick"])

    assert before == NameTaken("Klick", "at_never_stored")
    assert after == click


@pytest.mark.parametrize(
    "spellings",
    [
        pytest.param(["Klick"], id="one spelling"),
        pytest.param(["Klick", "Tipp", "Wisch"], id="several, in any order"),
    ],
)
async def test_of_types_that_want_an_alias_at_once_one_gets_it(
    ctx: Context, database: Database, clock: Clock, spellings: list[str]
) -> None:
    types = [type.id for type in await ctx.stores.activity_types.types()][:8]
    writers = [a_context(database, ctx.viewer.tenant, clock) for _ in types]
    orders = [spellings, spellings[::-1]] * 4

    outcomes = await asyncio.gather(
        *(
            add_activity_type_aliases(writer, type, order)
            for writer, type, order in zip(writers, types, orders, strict=True)
        )
    )

    [winner] = [outcome for outcome in outcomes if isinstance(outcome, str)]
    assert sum(isinstance(outcome, NameTaken) for outcome in outcomes) == 7
    stored = await ctx.stores.activity_types.types()
    assert [type.id for type in stored if "klick" in type.spellings] == [winner]


async def test_who_wanted_several_aliases_in_vain_leaves_the_others_free(
    ctx: Context, database: Database, clock: Clock
) -> None:
    click, form = await type_named(ctx, "Click Link"), await type_named(ctx, "Fill Out Form")
    writers = [a_context(database, ctx.viewer.tenant, clock) for _ in range(2)]

    outcomes = await asyncio.gather(
        add_activity_type_aliases(writers[0], click, ["A", "B"]),
        add_activity_type_aliases(writers[1], form, ["B", "C"]),
    )

    [loser] = [id for id, done in zip((click, form), outcomes, strict=True) if done != id]
    free = "A" if loser == click else "C"
    assert await add_activity_type_aliases(ctx, loser, [free]) == loser


async def test_aliases_of_a_type_that_is_not_there(ctx: Context) -> None:
    assert await add_activity_type_aliases(ctx, "at_x", ["Klick"]) == NotFound(
        "activity type", "at_x"
    )
    assert await add_activity_type_aliases(ctx, "at_x", []) == Invalid(
        "aliases", "must name at least one spelling"
    )


async def test_creating_asks_for_the_right_to_edit_components(
    database: Database, tenant: TenantId, clock: Clock
) -> None:
    reader = a_context(database, tenant, clock, rights=[Right.EDIT_DATA])

    with pytest.raises(NotPermitted):
        await create_activity_type(reader, PUB)
    with pytest.raises(NotPermitted):
        await add_activity_type_aliases(reader, "at_x", ["Klick"])
