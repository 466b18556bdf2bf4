"""Deletions among everything else, at random: whatever happens, what is left fits together.

`QUORUM_DELETION_CASES` says how many cases are tried.
"""

import asyncio
import os
import random
from collections.abc import Awaitable, Callable
from typing import Final

import pytest

from domain.accounts import AccountItem
from domain.activities import PersonByEmail, Report
from domain.conditions import ALWAYS
from domain.identifiers import BuyingGroupId, PersonId
from domain.identities import OutsideKey, Reference, carried
from domain.opportunities import OpportunityItem
from domain.people import GivenRelation, PersonItem
from execution.context import Context
from jobs.kinds import run_open_jobs
from resolvers import accounts, audiences, groups, jobs, opportunities, people, scoring
from resolvers import solution_interests as interests
from resolvers.activities import record_activities
from resolvers.audiences import AudienceAccounts
from resolvers.deleting_accounts import delete_account
from resolvers.deleting_components import delete_solution_interest
from resolvers.deleting_groups import delete_buying_group
from resolvers.deleting_opportunities import delete_opportunity
from resolvers.deleting_people import delete_person
from resolvers.finishing import ABANDONED, finish_broken_off
from resolvers.maintenance import maintain_groups
from resolvers.membership import Assignment, assign_members, remove_members
from resolvers.merging_accounts import merge_accounts
from resolvers.merging_people import merge_people
from resolvers.solution_interests import NewSolutionInterest
from store.groups import derived_paths, to_group
from tests.contexts import Clock, a_context
from tests.killing import Kill, Killed
from tests.worlds import a_live_template, an_interest, some_accounts, some_people

CASES: Final = int(os.environ.get("QUORUM_DELETION_CASES", "1"))
COMMANDS: Final = 24
NAMES: Final = ("Acme", "Bolt", "Cone")
PEOPLE: Final = ("ada", "bo", "cy", "dee")
PRODUCTS: Final = ("Security", "Cloud")
WRITES: Final = {
    "deletions": ("begin", "delete", "finish"),
    "merges": ("in_turn", "finish"),
    "merged_groups": ("take_over",),
    "groups": ("change",),
    "people": ("write",),
    "activities": ("detach", "reassign"),
}

Command = Callable[[Context], Awaitable[object]]


class World:
    """A small tenant, whose every record may be deleted and made again at any time."""

    def __init__(self, ctx: Context, clock: Clock, dice: random.Random) -> None:
        self.ctx = ctx
        self.clock = clock
        self.dice = dice

    async def begin(self) -> None:
        ids = await some_accounts(self.ctx, *NAMES)
        for place, name in enumerate(PEOPLE):
            title = ("Chief", "Engineer")[place % 2]
            await some_people(self.ctx, ids[NAMES[place % 3]], {name: title})
        self.template = await a_live_template(self.ctx, name="Everybody's")
        for name in PRODUCTS:
            await an_interest(self.ctx, name=name)
        made = await audiences.create_account_audience(
            self.ctx, "All", None, AudienceAccounts(ALWAYS)
        )
        assert isinstance(made, str)
        self.audience = made
        await scoring.run_scoring(self.ctx)

    async def any_of(self, store: str) -> str:
        """The id of some document there was a moment ago."""
        found = await getattr(self.ctx.stores, store).all({"_id": 1})
        return str(self.dice.choice([each["_id"] for each in found] or ["nothing"]))

    async def deletion(self) -> Command:
        match self.dice.randrange(9):
            case 0:
                group = await self.any_of("groups")
                return lambda ctx: delete_buying_group(ctx, group)
            case 1:
                account = await self.any_of("accounts")
                return lambda ctx: delete_account(ctx, account, with_buying_groups=True)
            case 2:
                account = await self.any_of("accounts")
                return lambda ctx: delete_account(ctx, account)
            case 3:
                interest = await self.any_of("solution_interests")
                return lambda ctx: delete_solution_interest(ctx, interest)
            case 4:
                deal = await self.any_of("opportunities")
                return lambda ctx: delete_opportunity(ctx, deal)
            case 5 | 6:
                account, other = await self.any_of("accounts"), await self.any_of("accounts")
                return lambda ctx: merge_accounts(ctx, account, other)
            case 7:
                person, another = await self.any_of("people"), await self.any_of("people")
                return lambda ctx: merge_people(ctx, person, another)
            case _:
                person = await self.any_of("people")
                return lambda ctx: delete_person(ctx, person)

    async def other(self) -> Command:
        dice = self.dice
        account, person = await self.any_of("accounts"), await self.any_of("people")
        group, interest = await self.any_of("groups"), await self.any_of("solution_interests")
        name, email = dice.choice(NAMES), f"{dice.choice(PEOPLE)}@example.com"
        match dice.randrange(11):
            case 0 | 1:
                return lambda ctx: groups.create_buying_group(ctx, account, interest)
            case 2 | 3:
                asked = [Assignment(PersonId(person), "Champion")]
                return lambda ctx: assign_members(ctx, group, asked)
            case 4:
                return lambda ctx: remove_members(ctx, group, [PersonId(person)])
            case 5:
                parent = Reference(id=account) if dice.random() < 0.5 else None
                item = AccountItem(
                    fields={"name": name}, keys=[OutsideKey("crm", name)], parent=parent
                )
                return lambda ctx: accounts.upsert_accounts(ctx, [item])
            case 6:
                related = [GivenRelation(Reference(id=account))]
                someone = PersonItem(
                    fields={"email": email, "job_title": "Engineer"}, relations=related
                )
                return lambda ctx: people.upsert_people(ctx, [someone])
            case 7:
                deal = OpportunityItem(
                    fields={"product": "x", "is_won": True},
                    keys=[OutsideKey("crm", dice.choice("abc"))],
                    account=Reference(id=account),
                )
                return lambda ctx: opportunities.upsert_opportunities(ctx, [deal])
            case 8:
                new = NewSolutionInterest(dice.choice(PRODUCTS), self.template)
                return lambda ctx: interests.create_solution_interest(ctx, new)
            case 9:
                number = str(dice.random())
                act = Report("web", number, "Click Link", PersonByEmail(email), self.ctx.now(), {})
                return lambda ctx: record_activities(ctx, [act])
            case _:
                return dice.choice([self.created(interest), self.maintained])

    def created(self, interest: str) -> Command:
        async def run(ctx: Context) -> None:
            await jobs.start_creation_job(ctx, interest, self.audience)
            await run_open_jobs(ctx, ctx.new_id("worker"))

        return run

    async def maintained(self, ctx: Context) -> None:
        all_groups = await ctx.stores.groups.all({"_id": 1})
        await maintain_groups(ctx, [BuyingGroupId(each["_id"]) for each in all_groups])

    async def finish(self) -> None:
        """Do what is left of whatever deletion was broken off."""
        ctx = self.ctx
        self.clock.forward(ABANDONED)
        await finish_broken_off(ctx)
        assert await ctx.stores.deletions.unfinished(ctx.now()) == {}
        assert await ctx.stores.deletions.begun(ctx.stores.accounts, ctx.now()) == []
        await ctx.stores.relay.sweep()
        await opportunities.settle_products(ctx)

    async def check(self) -> None:
        ctx = self.ctx
        found = {
            name: {each["_id"]: each for each in await getattr(ctx.stores, name).all()}
            for name in ("accounts", "people", "opportunities", "groups", "solution_interests")
        }
        gone = {mark["_id"] for mark in await ctx.stores.deletions.all({"_id": 1})}
        assert gone.isdisjoint(id for documents in found.values() for id in documents)
        for group in found["groups"].values():
            assert group["account_id"] in found["accounts"]
            assert group["solution_interest_id"] in found["solution_interests"]
            own = await ctx.stores.role_templates.template(group["role_template_id"])
            assert own is not None
            derived = derived_paths(to_group(group).members, own.roles, own.revision)
            assert {path: group[path] for path in derived} == derived
            told = [m["person_id"] for m in group["members"] if m["claims"]]
            assert set(told) <= found["people"].keys()
            assert len(told) == len(set(told))
        for person in found["people"].values():
            assert {r["account_id"] for r in person["relations"]} <= found["accounts"].keys()
        for deal in found["opportunities"].values():
            assert deal["account_id"] in found["accounts"]
        for account in found["accounts"].values():
            assert {account["parent_id"]} - {None} <= found["accounts"].keys()
            above = account["ancestor_ids"]
            assert above[-1:] == [account["parent_id"]][: len(above)]
            assert set(above) <= found["accounts"].keys()
            won = {
                deal["product"]
                for deal in found["opportunities"].values()
                if deal["account_id"] == account["_id"] and deal["is_won"]
            }
            assert set(account["products_won"]) == won
        for noun, store in (("account", "accounts"), ("person", "people")):
            for id, record in found[store].items():
                if "merged_into" in record:  # the survivor had its identities, and was deleted
                    assert record["merged_into"] in gone
                    continue
                claims = await ctx.stores.identities.find(carried(noun, record), ctx.now())
                assert {claim.owner for claim in claims.values()} <= {id}
                assert claims.keys() == carried(noun, record)
        acts = ctx.stores.database["activities"].find({"tenant": ctx.viewer.tenant})
        assert {act["person_id"] async for act in acts} - {None} <= found["people"].keys()
        await self.check_events(set(found["groups"]))

    async def check_events(self, there: set[str]) -> None:
        """Every group's history begins with its making, and nothing stands behind its end."""
        events = self.ctx.stores.database["events"].find(
            {"tenant": self.ctx.viewer.tenant}, sort=[("position", 1)]
        )
        living: set[str] = set()
        gone: set[str] = set()
        position = 0
        async for event in events:
            position += 1
            assert event["position"] == position
            group, type = event.get("buying_group_id"), event["type"]
            if type == "BUYING_GROUP_CREATED":
                assert group is not None
                assert group not in living
                living.add(group)
            elif group is not None:
                assert group in living, event
                living -= {group} if type == "BUYING_GROUP_DELETED" else set()
            elif type.endswith("_DELETED"):
                assert event["subject_id"] not in gone
                gone.add(event["subject_id"])
            else:
                assert event["subject_id"] not in gone, event
        assert living == there


@pytest.mark.parametrize("seed", range(CASES))
async def test_whatever_is_deleted_what_is_left_fits_together(
    home: Context, clock: Clock, seed: int
) -> None:
    dice = random.Random(seed)
    world = World(home, clock, dice)
    await world.begin()
    for _ in range(2):
        processes = [a_context(home.stores.database, home.viewer.tenant, clock) for _ in range(3)]
        doing = []
        for _ in range(COMMANDS):
            ctx = dice.choice(processes)
            if dice.random() < 0.35:
                command = await world.deletion()
                if dice.random() < 0.4:
                    ctx = a_context(home.stores.database, home.viewer.tenant, clock)
                    Kill(dice.randrange(12)).watch(ctx, WRITES)
            else:
                command = await world.other()
            doing.append(_after(dice.uniform(0, 0.2), command, ctx))
        answers = await asyncio.gather(*doing, return_exceptions=True)
        for answer in answers:
            if isinstance(answer, BaseException) and not isinstance(answer, Killed):
                raise answer

    await world.finish()

    await world.check()


async def _after(seconds: float, command: Command, ctx: Context) -> object:
    await asyncio.sleep(seconds)
    return await command(ctx)
