"""Readiness: told once when it becomes another, whatever brought that about."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta

import pytest

from domain.activities import PersonById, Report
from domain.identifiers import BuyingGroupId, PersonId, RoleId
from domain.readiness import Thresholds
from execution.context import Context
from resolvers import activities, readiness, scoring, solution_interests
from resolvers.maintenance import maintain_groups
from resolvers.members_required import change_members_required
from resolvers.membership import Assignment, assign_members, remove_members
from resolvers.merging_accounts import merge_accounts
from resolvers.solution_interests import NewSolutionInterest
from resolvers.stages import Move, move_buying_group_stage
from resolvers.unsaid import Unsaid
from store.driver import Document
from tests.contexts import Clock
from tests.worlds import (
    a_buying_group,
    a_live_stage_model,
    a_live_template,
    some_accounts,
    some_people,
)

HALF = Thresholds(completeness=75)


@dataclass
class World:
    """A group of Acme, where ada is chief, and bob and cyd the two engineers it takes."""

    ctx: Context
    interest: str
    accounts: dict[str, str]
    people: dict[str, str]
    group: BuyingGroupId

    async def asks(self, thresholds: Thresholds, name: str | Unsaid = Unsaid.STAYS) -> object:
        return await solution_interests.update_solution_interest(
            self.ctx,
            self.interest,
            description=None,
            products=(),
            update_existing=False,
            thresholds=thresholds,
            name=name,
        )

    async def stored(self, group: str | None = None) -> Document:
        document = await self.ctx.stores.groups.one(group or self.group)
        assert document is not None
        found: Document = document["readiness"]
        return found

    async def told(self, group: str | None = None) -> list[tuple[str, list[str]]]:
        """What events say of the group's readiness, in order, with what was missing."""
        events = self.ctx.stores.database["events"].find(
            {
                "tenant": self.ctx.viewer.tenant,
                "buying_group_id": group or self.group,
                "type": {"$in": ["BUYING_GROUP_READY", "BUYING_GROUP_NO_LONGER_READY"]},
            },
            sort=[("position", 1)],
        )
        return [
            (event["type"], [each["what"] for each in event["after"]["missing"]])
            async for event in events
        ]


READY: tuple[str, list[str]] = ("BUYING_GROUP_READY", [])


@pytest.fixture
async def world(home: Context) -> World:
    model = await a_live_stage_model(home)
    template = await a_live_template(home)
    new = NewSolutionInterest("Security", template, thresholds=HALF, stage_model=model)
    interest = await solution_interests.create_solution_interest(home, new)
    assert isinstance(interest, str)
    accounts = await some_accounts(home, "Acme", "Double")
    people = await some_people(
        home, accounts["Acme"], {"ada": "Chief", "bob": "Engineer", "cyd": "Engineer"}
    )
    group = await a_buying_group(home, accounts["Acme"], interest)
    return World(home, interest, accounts, people, group)


async def test_a_group_that_is_complete_enough_when_made_is_ready_from_then_on(
    world: World, clock: Clock
) -> None:
    stored = await world.stored()

    assert (stored["is_ready"], stored["since"]) == (True, clock.at)
    assert await world.told() == [READY]


async def test_a_change_of_members_tells_of_readiness_in_the_same_write(
    world: World, clock: Clock
) -> None:
    clock.forward(timedelta(days=1))
    ada = PersonId(world.people["ada"])

    await remove_members(world.ctx, world.group, [ada])
    ended = await world.stored()
    await assign_members(world.ctx, world.group, [Assignment(ada, "Decision Maker")])

    assert (ended["is_ready"], ended["since"]) == (False, None)
    assert (await world.stored())["since"] == clock.at
    assert await world.told() == [READY, ("BUYING_GROUP_NO_LONGER_READY", ["completeness"]), READY]
    document = await world.ctx.stores.groups.one(world.group)
    assert document is not None
    assert document["version"] == 3


async def test_many_changes_at_once_tell_readiness_in_turns(world: World) -> None:
    ada = PersonId(world.people["ada"])

    await asyncio.gather(
        *(
            change
            for _ in range(5)
            for change in (
                remove_members(world.ctx, world.group, [ada]),
                assign_members(world.ctx, world.group, [Assignment(ada, "Decision Maker")]),
            )
        )
    )

    types = [type for type, _ in await world.told()]
    assert types[::2] == ["BUYING_GROUP_READY"] * len(types[::2])
    assert types[1::2] == ["BUYING_GROUP_NO_LONGER_READY"] * len(types[1::2])
    assert (await world.stored())["is_ready"] == (types[-1] == "BUYING_GROUP_READY")


async def test_a_stage_that_is_asked_for_has_to_be_reached(world: World) -> None:
    await world.asks(Thresholds(completeness=75, stages=("open",)))
    lacking = await world.told()

    for stage in ("New", "Open", "Lost"):
        await move_buying_group_stage(world.ctx, Move(world.group, stage))

    assert lacking == [READY, ("BUYING_GROUP_NO_LONGER_READY", ["stage"])]
    assert (await world.told())[2:] == [READY, ("BUYING_GROUP_NO_LONGER_READY", ["stage"])]


async def test_a_role_that_needs_more_members_is_not_filled_any_more(world: World) -> None:
    await world.asks(Thresholds(roles=(await role(world, "Practitioner"),)))
    document = await world.ctx.stores.groups.one(world.group)
    assert document is not None

    await change_members_required(world.ctx, document["role_template_id"], "Practitioner", 3)

    assert await world.told() == [READY, ("BUYING_GROUP_NO_LONGER_READY", ["role"])]


async def role(world: World, name: str) -> RoleId:
    found = await world.ctx.stores.roles.found({"name": name}, {"_id": 1})
    return RoleId(found[0]["_id"])


async def test_other_thresholds_are_those_of_the_groups_there_are(world: World) -> None:
    await world.asks(Thresholds(engagement=1))
    await world.asks(Thresholds())
    without = await world.stored()
    await world.asks(Thresholds(completeness=50))

    assert (without["is_ready"], without["revision"]) == (False, 3)
    assert await world.told() == [READY, ("BUYING_GROUP_NO_LONGER_READY", ["engagement"]), READY]
    assert (await world.stored())["thresholds"]["completeness"] == 50


async def test_a_group_made_while_thresholds_changed_is_measured_by_the_worker(
    world: World,
) -> None:
    groups = world.ctx.stores.groups.collection
    await groups.update_one({"_id": world.group}, {"$unset": {"readiness": ""}})

    measured = await readiness.measure_next(world.ctx)
    again = await readiness.measure_next(world.ctx)

    assert (measured, again) == (1, 0)
    assert (await world.stored())["is_ready"] is True


async def test_a_score_that_a_run_brings_up_makes_ready_once_and_a_fall_ends_it(
    world: World, clock: Clock
) -> None:
    await world.asks(Thresholds(engagement=80))
    await act(world, "ada")
    await scoring.run_scoring(world.ctx)
    risen = await world.told()
    await scoring.run_scoring(world.ctx)
    clock.forward(timedelta(days=40))

    await scoring.run_scoring(world.ctx)

    assert risen[1:] == [("BUYING_GROUP_NO_LONGER_READY", ["engagement"]), READY]
    assert (await world.told())[3:] == [("BUYING_GROUP_NO_LONGER_READY", ["engagement"])]


async def test_a_group_that_others_outgrow_is_no_longer_ready(world: World) -> None:
    await world.asks(Thresholds(engagement=80))
    await act(world, "ada")
    await scoring.run_scoring(world.ctx)
    dan = await some_people(world.ctx, world.accounts["Double"], {"dan": "Chief"})
    other = await a_buying_group(world.ctx, world.accounts["Double"], world.interest)
    world.people |= dan
    await act(world, "dan", 20)

    await scoring.run_scoring(world.ctx)

    assert (await world.told())[-1] == ("BUYING_GROUP_NO_LONGER_READY", ["engagement"])
    assert await world.told(other) == [READY]


async def act(world: World, name: str, count: int = 1) -> None:
    person = PersonById(PersonId(world.people[name]))
    reports = [
        Report("test", f"{name}-{number}", "Visit Webpage", person, world.ctx.now(), {})
        for number in range(count)
    ]
    await activities.record_activities(world.ctx, reports)


async def test_maintenance_finds_what_was_missed(world: World) -> None:
    groups = world.ctx.stores.groups.collection
    await groups.update_one({"_id": world.group}, {"$set": {"readiness.is_ready": False}})

    await maintain_groups(world.ctx, [world.group])
    await maintain_groups(world.ctx, [world.group])

    assert await world.told() == [READY, READY]
    assert (await world.stored())["is_ready"] is True


async def test_a_group_that_takes_over_members_of_another_becomes_ready_by_it(
    world: World,
) -> None:
    other = await a_buying_group(world.ctx, world.accounts["Double"], world.interest)
    before = await world.told(other)

    merged = await merge_accounts(world.ctx, world.accounts["Double"], world.accounts["Acme"])

    assert merged == world.accounts["Double"]
    assert before == []
    assert await world.told(other) == [READY]


async def test_another_name_of_a_solution_interest_is_that_of_its_groups(world: World) -> None:
    await world.asks(HALF, name="Safety")

    document = await world.ctx.stores.groups.one(world.group)
    interest = await world.ctx.stores.solution_interests.one(world.interest)
    assert document is not None
    assert interest is not None
    assert document["name"] == "Safety for Acme"
    assert "names_due" not in interest
