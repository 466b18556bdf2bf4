"""Stages under races, deletion and merging, and as another model is carried to groups."""

import asyncio
from datetime import timedelta
from itertools import pairwise

import pytest

from domain.identifiers import BuyingGroupId, StageId, StageModelId
from domain.readiness import Thresholds
from domain.stage_drafts import StageEntry
from domain.stage_models import Destination
from domain.stages import TransitionNotAllowed
from execution.context import Context
from resolvers import groups, solution_interests, stage_figures, stages
from resolvers.deleting_groups import delete_buying_group
from resolvers.maintenance import Maintained, maintain_groups
from resolvers.merging_accounts import merge_accounts
from resolvers.outcomes import NotFound
from resolvers.solution_interests import NewSolutionInterest
from resolvers.stage_models import StageModelInUse, delete_stage_model
from resolvers.stages import Move, MoveStatus
from store.driver import Document
from tests.contexts import Clock
from tests.worlds import (
    a_buying_group,
    a_live_stage_model,
    a_live_template,
    an_interest,
    some_accounts,
)

SERVICE_STAGES = (
    StageEntry("Asked", is_entry=True),
    StageEntry("open"),
    StageEntry("Served", destination=Destination.SUCCESS),
)
_APPLIED = MoveStatus.APPLIED
SERVICE_MOVES = (("Asked", "open"), ("open", "Served"))


async def stored(ctx: Context, id: str) -> Document:
    document = await ctx.stores.groups.one(id)
    assert document is not None
    return document


async def go(ctx: Context, group: str, *path: str) -> None:
    for stage in path:
        move = Move(BuyingGroupId(group), stage)
        assert await stages.move_buying_group_stage(ctx, move) is MoveStatus.APPLIED


async def stays(ctx: Context, group: str) -> list[tuple[str, bool]]:
    """The stages of the group's history, oldest first, and whether it is there still."""
    history = (await stored(ctx, group))["stage_history"]
    found = ctx.stores.database["events"].find(
        {"tenant": ctx.viewer.tenant, "after.stage_history_id": history["id"]},
        sort=[("position", 1)],
    )
    moves = [event async for event in found if event["after"]["stage_id"] is not None]
    left = await stage_figures.left_at(ctx, moves)
    return [(move["after"]["name"], end is None) for move, end in zip(moves, left, strict=True)]


async def take_model(
    ctx: Context, interest: str, model: str | None, *, update_existing: bool = True
) -> None:
    done = await solution_interests.update_solution_interest(
        ctx,
        interest,
        description=None,
        products=(),
        update_existing=update_existing,
        thresholds=Thresholds(),
        stage_model=model,
    )
    assert done == interest


class World:
    """A group of Acme for an interest that follows the model Sales; Service is another model."""

    def __init__(self, ctx: Context) -> None:
        self.ctx = ctx

    async def make(self) -> "World":
        ctx = self.ctx
        self.sales = await a_live_stage_model(ctx)
        self.service = await a_live_stage_model(ctx, "Service", SERVICE_STAGES, SERVICE_MOVES)
        self.interest = await an_interest(ctx, stage_model=self.sales)
        self.accounts = await some_accounts(ctx, "Acme", "Double")
        self.group = await a_buying_group(ctx, self.accounts["Acme"], self.interest)
        return self


@pytest.fixture
async def world(home: Context) -> World:
    return await World(home).make()


async def test_of_many_who_move_a_group_at_once_each_finds_it_where_the_one_before_left_it(
    world: World,
) -> None:
    await go(world.ctx, world.group, "New")
    wanted = ["Open", "Lost", "Won", "New", "Open"]

    outcomes = await asyncio.gather(
        *(stages.move_buying_group_stage(world.ctx, Move(world.group, s)) for s in wanted)
    )

    applied = [s for s, outcome in zip(wanted, outcomes, strict=True) if outcome == _APPLIED]
    document = await stored(world.ctx, world.group)
    assert document["stage_history"]["moves"] == 1 + len(applied)
    assert document["version"] == 2 + len(applied)
    names = [name for name, _ in await stays(world.ctx, world.group)]
    allowed = {("New", "Open"), ("New", "Lost"), ("Open", "Won"), ("Open", "Lost"), ("Lost", "New")}
    assert set(pairwise(names)) <= allowed
    assert names[-1] == document["stage"]["name"]


async def test_another_model_is_for_new_groups_until_it_is_carried_to_those_there_are(
    world: World,
) -> None:
    await go(world.ctx, world.group, "New", "Open")
    await take_model(world.ctx, world.interest, world.service, update_existing=False)

    done = await maintain_groups(world.ctx, [world.group])

    new = await a_buying_group(world.ctx, world.accounts["Double"], world.interest)
    assert done == Maintained(groups=1, changed=0, claims=0)
    assert (await stored(world.ctx, world.group))["stage_model_id"] == world.sales
    assert (await stored(world.ctx, new))["stage_model_id"] == world.service


async def test_a_group_keeps_the_stage_whose_name_the_new_model_has(
    world: World, clock: Clock
) -> None:
    await go(world.ctx, world.group, "New", "Open")
    entered = clock.at
    clock.forward(timedelta(days=3))
    await take_model(world.ctx, world.interest, world.service)

    done = await maintain_groups(world.ctx, [world.group])
    again = await maintain_groups(world.ctx, [world.group])

    document = await stored(world.ctx, world.group)
    service = await world.ctx.stores.stage_models.model(world.service)
    assert service is not None
    assert (done.changed, again.changed) == (1, 0)
    assert document["stage_model_id"] == world.service
    assert document["stage"]["stage_id"] == service.stages[1].id
    assert (document["stage"]["since"], document["folded"]["stage"]) == (entered, "open")
    assert (document["stage_history"]["moves"], document["stage_history"]["forward"]) == (2, 0)
    assert await stays(world.ctx, world.group) == [("New", False), ("Open", True)]
    await go(world.ctx, world.group, "Served")
    assert await stays(world.ctx, world.group) == [
        ("New", False),
        ("Open", False),
        ("Served", True),
    ]


async def test_a_group_is_in_no_stage_when_the_new_model_has_none_of_that_name(
    world: World,
) -> None:
    await go(world.ctx, world.group, "New")
    await take_model(world.ctx, world.interest, world.service)

    await maintain_groups(world.ctx, [world.group])

    document = await stored(world.ctx, world.group)
    assert (document["stage"], document["folded"]["stage"]) == (None, None)
    assert await stays(world.ctx, world.group) == [("New", False)]
    event = await world.ctx.stores.database["events"].find_one(
        {"tenant": world.ctx.viewer.tenant, "type": "BUYING_GROUP_STAGE_MODEL_CHANGED"}
    )
    assert event is not None
    assert (event["before"]["name"], event["after"]["name"]) == ("New", None)
    assert event["before"]["stage_model_id"] == world.sales
    assert event["after"]["stage_model_id"] == world.service
    refused = await stages.move_buying_group_stage(world.ctx, Move(world.group, "open"))
    assert isinstance(refused, TransitionNotAllowed)
    await go(world.ctx, world.group, "Asked")


async def test_taking_a_model_away_takes_the_groups_out_of_it(world: World) -> None:
    await go(world.ctx, world.group, "New")
    await take_model(world.ctx, world.interest, None)

    await maintain_groups(world.ctx, [world.group])

    document = await stored(world.ctx, world.group)
    assert (document["stage_model_id"], document["stage"]) == (None, None)
    assert await delete_stage_model(world.ctx, world.sales) == world.sales


async def test_a_group_of_before_there_were_stages_gets_its_model(world: World) -> None:
    of_before = dict.fromkeys(("stage_model_id", "stage_history"), "")
    await world.ctx.stores.groups.collection.update_one(
        {"_id": world.group}, {"$unset": of_before, "$set": {"stage": None}}
    )
    await take_model(world.ctx, world.interest, world.sales)

    await maintain_groups(world.ctx, [world.group])

    await go(world.ctx, world.group, "New")
    assert await stays(world.ctx, world.group) == [("New", True)]


async def test_a_group_that_is_made_anew_has_none_of_the_history_of_before(world: World) -> None:
    await go(world.ctx, world.group, "New", "Open")
    assert await delete_buying_group(world.ctx, world.group) == world.group
    again = await groups.create_buying_group(world.ctx, world.accounts["Acme"], world.interest)
    assert again == world.group

    await go(world.ctx, world.group, "New")

    assert await stays(world.ctx, world.group) == [("New", True)]
    assert (await stored(world.ctx, world.group))["stage_history"]["moves"] == 1


async def test_merged_groups_keep_the_survivors_stage(world: World) -> None:
    other = await a_buying_group(world.ctx, world.accounts["Double"], world.interest)
    await go(world.ctx, world.group, "New")
    await go(world.ctx, other, "New", "Open")

    await merge_accounts(world.ctx, world.accounts["Acme"], world.accounts["Double"])

    assert (await stored(world.ctx, world.group))["stage"]["name"] == "New"


async def test_a_survivor_in_no_stage_takes_over_the_others(world: World, clock: Clock) -> None:
    other = await a_buying_group(world.ctx, world.accounts["Double"], world.interest)
    await go(world.ctx, other, "New", "Open")
    entered = clock.at
    clock.forward(timedelta(days=2))

    await merge_accounts(world.ctx, world.accounts["Acme"], world.accounts["Double"])

    document = await stored(world.ctx, world.group)
    assert (document["stage"]["name"], document["stage"]["since"]) == ("Open", entered)
    assert (document["stage"]["method"], document["folded"]["stage"]) == (None, "open")
    assert await stays(world.ctx, world.group) == [("Open", True)]


async def test_a_group_that_is_made_for_the_survivor_is_in_the_stage_of_the_one_that_goes(
    world: World,
) -> None:
    await go(world.ctx, world.group, "New", "Lost")

    await merge_accounts(world.ctx, world.accounts["Double"], world.accounts["Acme"])

    [document] = await world.ctx.stores.groups.all()
    assert document["account_id"] == world.accounts["Double"]
    assert (document["stage"]["name"], document["stage_model_id"]) == ("Lost", world.sales)
    assert await stays(world.ctx, document["_id"]) == [("Lost", True)]


async def test_a_model_that_is_deleted_while_it_is_named_is_named_by_nobody(home: Context) -> None:
    template = await a_live_template(home)
    for number in range(8):
        model = await a_live_stage_model(home, f"Model {number}")
        new = NewSolutionInterest(f"Interest {number}", template, stage_model=model)

        made, gone = await asyncio.gather(
            solution_interests.create_solution_interest(home, new),
            delete_stage_model(home, model),
        )

        is_made = isinstance(made, str)
        assert made == NotFound("stage model", model) or is_made
        assert (gone == model) is not is_made
        if is_made:
            assert gone == StageModelInUse(StageModelId(model), 1, (str(made),), 0)


async def test_a_move_is_decided_on_the_model_that_the_group_follows_then(world: World) -> None:
    await take_model(world.ctx, world.interest, world.service)

    await asyncio.gather(
        maintain_groups(world.ctx, [world.group]),
        *(
            stages.move_buying_group_stage(world.ctx, Move(world.group, stage))
            for stage in ("New", "Asked", "Open")
        ),
    )

    document = await stored(world.ctx, world.group)
    service = await world.ctx.stores.stage_models.model(world.service)
    assert service is not None
    of_service: set[StageId] = {stage.id for stage in service.stages}
    assert document["stage_model_id"] == world.service
    assert document["stage"] is None or document["stage"]["stage_id"] in of_service
