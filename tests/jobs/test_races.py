"""Jobs, commands and a changing template race each other; QUORUM_RACES=n runs n of them."""

import asyncio
import os
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, Final

import pytest

from domain.conditions import ALWAYS
from domain.identifiers import JobId, PersonId, RoleTemplateId
from domain.identities import Reference
from domain.membership import Method, Outcome
from domain.people import GivenRelation, PersonItem, RelationKind
from execution.context import Context
from jobs import creation, maintenance
from jobs.kinds import run_job
from resolvers import (
    audiences,
    jobs,
    members_required,
    membership,
    new_groups,
    people,
    scoring,
)
from resolvers.audiences import AudienceAccounts
from resolvers.members_required import MembersRequired
from resolvers.membership import Assignment, CommandsDone
from resolvers.solution_interests import NewSolutionInterest, create_solution_interest
from store.driver import Document
from store.groups import derived_paths, to_group
from tests.contexts import Clock, a_context
from tests.worlds import a_buying_group, an_interest, some_accounts, some_people

RACES: Final = int(os.environ.get("QUORUM_RACES", "4"))
NAMES: Final = [f"Account {letter}" for letter in "ABCDEF"]
ROLES: Final = ("Decision Maker", "Practitioner", "Champion")
TITLES: Final = ("Chief", "Engineer", "Clerk")

Turn = Callable[[], Awaitable[object]]


@pytest.fixture(autouse=True)
def small_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(creation, "ACCOUNTS_AT_ONCE", 2)
    monkeypatch.setattr(maintenance, "GROUPS_AT_ONCE", 2)
    monkeypatch.setattr(members_required, "GROUPS_AT_ONCE", 3)


class World:
    """Two solution interests of one template; half of the groups exist, a job makes the others."""

    def __init__(self, home: Context, clock: Clock, seed: int) -> None:
        self.home = home
        self.clock = clock
        self.dice = random.Random(seed)
        self.people: dict[str, list[PersonId]] = {}
        self.groups: dict[str, str] = {}
        self.template = ""
        self.jobs: list[JobId] = []
        self.applied_by_hand = 0

    async def build(self) -> None:
        ids = await some_accounts(self.home, *NAMES)
        for name, account in ids.items():
            titles = {f"{title}{name[-1]}".lower(): title for title in TITLES}
            known = await some_people(self.home, account, titles)
            self.people[account] = [PersonId(each) for each in known.values()]
        security = await an_interest(self.home)
        interest = await new_groups.interest(self.home, security)
        assert isinstance(interest, new_groups.Interest)
        self.template = interest.template.id
        storage = await create_solution_interest(
            self.home, NewSolutionInterest("Storage", self.template)
        )
        assert isinstance(storage, str)
        for account in list(ids.values())[:4]:
            self.groups[await a_buying_group(self.home, account, security)] = account
        everybody = await audiences.create_account_audience(
            self.home, "Everybody", None, AudienceAccounts(ALWAYS)
        )
        assert isinstance(everybody, str)
        for made in (
            await jobs.start_creation_job(self.home, storage, everybody),
            await jobs.start_creation_job(self.home, security, everybody),
            await jobs.start_maintenance_job(self.home),
            await jobs.start_maintenance_job(self.home),
        ):
            assert isinstance(made, str)
            self.jobs.append(made)

    def process(self) -> Context:
        return a_context(self.home.stores.database, self.home.viewer.tenant, self.clock)

    async def require(self, ctx: Context) -> None:
        role, count = self.dice.choice(ROLES), self.dice.randint(1, 4)
        changed = await members_required.change_members_required(ctx, self.template, role, count)
        assert changed == MembersRequired(RoleTemplateId(self.template), None)

    async def command(self, ctx: Context) -> None:
        group, account = self.dice.choice(list(self.groups.items()))
        person = self.dice.choice(self.people[account])
        method = self.dice.choice([Method.MANUAL, Method.MANUAL, Method.JOURNEY])
        match self.dice.randrange(4):
            case 0:
                done = await membership.remove_members(ctx, group, [person], method)
            case 1:
                done = await membership.release_members(ctx, group, [person], method)
            case _:
                given = [Assignment(person, self.dice.choice(ROLES))]
                done = await membership.assign_members(ctx, group, given, method)
        assert isinstance(done, CommandsDone)
        if method is Method.MANUAL:
            results = [each.result for each in done.outcomes]
            self.applied_by_hand += sum(
                getattr(each, "outcome", None) is Outcome.APPLIED for each in results
            )

    async def retitle(self, ctx: Context) -> None:
        account = self.dice.choice(list(self.people))
        person = self.dice.choice(self.people[account])
        is_leaving = self.dice.random() < 0.3
        this = Reference(id=account)
        item = PersonItem(
            id=person,
            fields={"job_title": self.dice.choice(TITLES)},
            relations=[] if is_leaving else [GivenRelation(this, RelationKind.EMPLOYEE)],
            removed_relations=[this] if is_leaving else [],
        )
        await people.upsert_people(ctx, [item])

    async def race(self) -> None:
        async def turns(turn: Callable[[Context], Awaitable[object]], count: int) -> None:
            ctx = self.process()
            for _ in range(count):
                await asyncio.sleep(self.dice.random() * 0.03)
                await turn(ctx)

        async def work(job: JobId) -> None:
            await asyncio.sleep(self.dice.random() * 0.05)
            assert await run_job(self.process(), job, f"worker of {job}")

        await asyncio.gather(
            *(turns(self.require, 4) for _ in range(2)),
            *(turns(self.command, 8) for _ in range(3)),
            turns(self.retitle, 5),
            turns(members_required.recompute_behind, 4),
            *map(work, self.jobs),
        )
        while await members_required.recompute_behind(self.home):
            pass
        await scoring.score_due_groups(self.home)
        await self.home.stores.relay.sweep()


async def follows_the_template(world: World) -> None:
    """No group is below the current revision; each says what a fresh computation says."""
    template = await world.home.stores.role_templates.template(world.template)
    assert template is not None
    stored = await world.home.stores.groups.all()
    assert len(stored) == 2 * len(NAMES)
    for group in stored:
        fresh = derived_paths(to_group(group).members, template.roles, template.revision)
        assert {path: group[path] for path in fresh} == fresh


async def is_some_order(world: World) -> None:
    """Each change of claims begins where the one before it ended, and the last is what is stored.

    Whatever was done by hand is among them, and decides.
    """
    database, tenant = world.home.stores.database, world.home.viewer.tenant
    cursor = database["events"].find({"tenant": tenant}, sort=[("position", 1)])
    events = [event async for event in cursor]
    assert [event["position"] for event in events] == list(range(1, len(events) + 1))
    told = [event for event in events if event["type"] == "MEMBERSHIP_CHANGED"]
    said: dict[tuple[str, str], Any] = {}
    for event in told:
        place = event["buying_group_id"], event["person_id"]
        assert event["before"]["claims"] == said.get(place, {})
        said[place] = event["after"]["claims"]
    assert sum(event["method"] == "manual" for event in told) == world.applied_by_hand
    stored = await world.home.stores.groups.all()
    assert {place: claims for place, claims in said.items() if claims} == dict(_claims(stored))
    for member in (member for group in stored for member in group["members"]):
        if by_hand := member["claims"].get("manual"):
            assert (member["method"], member["role_id"]) == ("manual", by_hand["role_id"])


def _claims(stored: Iterable[Document]) -> Iterable[tuple[tuple[str, str], Any]]:
    for group in stored:
        for member in group["members"]:
            claims = {
                method: {key: value for key, value in claim.items() if key != "reason"}
                for method, claim in member["claims"].items()
            }
            if claims:
                yield (group["_id"], member["person_id"]), claims


@pytest.mark.parametrize("seed", range(RACES))
async def test_whatever_races_no_group_is_behind_and_nothing_said_is_lost(
    home: Context, clock: Clock, seed: int
) -> None:
    world = World(home, clock, seed)
    await world.build()

    await world.race()

    await follows_the_template(world)
    await is_some_order(world)
    stored = [await home.stores.jobs.one(job) or {} for job in world.jobs]
    assert Counter(job["status"] for job in stored) == {"done": 4}
    for group in await home.stores.groups.all():
        assert "score_due" not in group
