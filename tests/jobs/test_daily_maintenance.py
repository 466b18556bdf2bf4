"""A daily run goes through the groups that were touched, and says what all of it would say."""

from collections.abc import Sequence
from datetime import timedelta
from random import Random

import pytest

from domain.accounts import AccountItem
from domain.attributes import attribute
from domain.conditions import AttributeTest, Condition
from domain.identifiers import BuyingGroupId, JobId, PersonId
from domain.jobs import JobKind
from domain.membership import Method
from domain.operators import Operator
from domain.people import PersonItem
from domain.readiness import Thresholds
from domain.role_templates import Weighting
from domain.upserting import Applied
from execution.context import Context
from jobs import maintenance as maintenance_job
from jobs.kinds import run_job
from resolvers import jobs, maintenance, touched_groups
from resolvers.accounts import upsert_accounts
from resolvers.membership import Assignment, assign_members
from resolvers.people import upsert_people
from resolvers.relations import changed
from resolvers.role_templates import RoleEntry
from resolvers.solution_interests import update_solution_interest
from store.driver import Document, close, open_client, open_database
from store.records import Change
from tests.contexts import Clock, a_context
from tests.recorder import Recorder
from tests.worlds import (
    DECIDERS,
    FRIENDS,
    USERS,
    a_buying_group,
    a_live_stage_model,
    an_interest,
    some_accounts,
    some_people,
)

DAY = timedelta(days=1)
GROUPS = 8


def scored() -> Condition:
    """The person is engaged at all."""
    score = attribute("person.engagement_score")
    assert score is not None
    return AttributeTest(score, Operator.AT_LEAST, 1)


class World:
    """Groups of two people each, and days that pass for them."""

    def __init__(self, ctx: Context, clock: Clock) -> None:
        self.ctx, self.clock = ctx, clock
        self.accounts: list[str] = []
        self.people: list[tuple[str, str]] = []
        self.groups: list[BuyingGroupId] = []
        self.interest = ""

    async def fill(self, entries: Sequence[RoleEntry]) -> None:
        self.interest = await an_interest(self.ctx, entries)
        named = await some_accounts(self.ctx, *(f"Account {n}" for n in range(GROUPS)))
        self.accounts = list(named.values())
        for number, account in enumerate(self.accounts):
            titles = {f"ada{number}": "Chief", f"bo{number}": "Clerk"}
            ids = await some_people(self.ctx, account, titles)
            self.people.append((ids[f"ada{number}"], ids[f"bo{number}"]))
            self.groups.append(await a_buying_group(self.ctx, account, self.interest))

    async def day(self) -> Document:
        """A day passes; its maintenance, done."""
        self.clock.forward(DAY)
        day = self.clock().date()
        parameters = {"solution_interest_id": None}
        job = await jobs.start_daily_job(self.ctx, JobKind.MAINTENANCE, parameters, day)
        assert await run_job(self.ctx, JobId(job), "worker")
        document = await self.ctx.stores.jobs.one(job)
        assert document is not None
        return document

    async def titled(self, person: str, title: str) -> None:
        done = await upsert_people(self.ctx, [PersonItem(id=person, fields={"job_title": title})])
        assert isinstance(done, list)
        assert isinstance(done[0], Applied)


@pytest.fixture
def world(home: Context, clock: Clock) -> World:
    return World(home, clock)


def counted(job: Document) -> tuple[int, int, int]:
    progress = job["progress"]
    return progress["total"], progress["done"], progress["groups_changed"]


async def test_a_day_costs_what_has_changed(world: World, home: Context, clock: Clock) -> None:
    await world.fill([DECIDERS, USERS, FRIENDS])
    model = await a_live_stage_model(home)

    assert counted(await world.day()) == (GROUPS, GROUPS, 0)  # the first one goes through all
    assert counted(await world.day()) == (0, 0, 0)
    clock.forward(timedelta(hours=1))
    await world.titled(world.people[0][1], "Engineer")
    gone = await home.stores.people.one(world.people[1][0])
    assert gone is not None
    await home.stores.people.write([], [changed(home, gone, [])])
    named = AccountItem(id=world.accounts[2], fields={"name": "Another"})
    await upsert_accounts(home, [named])
    ada = Assignment(PersonId(world.people[3][0]), "Champion")
    await assign_members(home, world.groups[3], [ada], Method.SYSTEM)
    assert counted(await world.day()) == (4, 4, 3)
    after = await home.stores.groups.by_ids(world.groups)
    assert [after[group]["member_count"] for group in world.groups[:3]] == [2, 0, 1]
    assert after[world.groups[2]]["name"] == "Security for Another"
    assert len({after[world.groups[3]]["members"][0]["role_id"], None}) == 2
    await world.day()

    assert counted(await world.day()) == (0, 0, 0)
    clock.forward(timedelta(hours=1))
    follows = await update_solution_interest(
        home,
        world.interest,
        name="Security",
        description=None,
        products=[],
        update_existing=True,
        stage_model=model,
        thresholds=Thresholds(),
    )
    assert follows == world.interest
    assert counted(await world.day()) == (GROUPS, GROUPS, GROUPS)
    groups = await home.stores.groups.all()
    assert {group["stage_model_id"] for group in groups} == {model}
    await world.day()

    clock.forward(timedelta(hours=1))
    template = groups[0]["role_template_id"]
    await home.stores.role_templates.change(template, lambda _: Change({"revision": 2}))
    assert counted(await world.day()) == (GROUPS, GROUPS, GROUPS)


async def test_rules_that_ask_for_more_than_records_say_are_looked_at_every_day(
    world: World,
) -> None:
    engaged = RoleEntry("Influencer", Weighting.NORMAL, True, 1, scored())
    await world.fill([DECIDERS, engaged])
    await world.day()

    assert counted(await world.day())[:2] == (GROUPS, GROUPS)


async def test_where_much_has_changed_everything_is_gone_through(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.fill([DECIDERS])
    await world.day()
    monkeypatch.setattr(touched_groups, "MOST_CHANGED", 1)
    for _, person in world.people[:2]:
        await world.titled(person, "Chief")

    assert counted(await world.day()) == (GROUPS, GROUPS, 2)


async def test_what_has_changed_is_read_once_for_many_groups(
    mongodb_uri: str,
    world: World,
    home: Context,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(maintenance_job, "GROUPS_AT_ONCE", 1)
    monkeypatch.setattr(maintenance_job, "PARTS", 4)
    await world.fill([DECIDERS, USERS, FRIENDS])
    await world.day()
    await world.day()
    clock.forward(timedelta(hours=1))
    for _, person in world.people:
        await world.titled(person, "Engineer")
    recorder = Recorder()
    client = open_client(mongodb_uri, listeners=[recorder])
    database = open_database(client, home.stores.database.name)
    world.ctx = a_context(database, home.viewer.tenant, clock)

    assert counted(await world.day()) == (GROUPS, GROUPS, GROUPS)

    await close(client)
    looked = [sent for sent in recorder.sent if "updated_at" in str(sent.get("filter"))]
    slices = GROUPS // 4 + 1  # the last one finds that nothing is left
    assert [sent["find"] for sent in looked].count("people") == 1 + slices


@pytest.mark.parametrize("seed", [pytest.param(n, id=f"dice {n}") for n in range(2)])
async def test_what_a_daily_run_leaves_out_has_nothing_to_be_said(
    world: World, home: Context, clock: Clock, seed: int
) -> None:
    dice = Random(seed)
    await world.fill([DECIDERS, USERS, FRIENDS])
    await world.day()
    for _ in range(4):
        for _ in range(dice.randrange(4)):
            clock.forward(timedelta(minutes=dice.randrange(1, 300)))
            number = dice.randrange(GROUPS)
            person = dice.choice(world.people[number])
            match dice.randrange(4):
                case 0:
                    await world.titled(person, dice.choice(["Chief", "Engineer", "Clerk"]))
                case 1:
                    stored = await home.stores.people.one(person)
                    assert stored is not None
                    await home.stores.people.write([], [changed(home, stored, [])])
                case 2:
                    role = dice.choice(["Champion", "Practitioner"])
                    given = [Assignment(PersonId(person), role)]
                    await assign_members(home, world.groups[number], given, Method.SYSTEM)
                case _:
                    items = [AccountItem(id=world.accounts[number], fields={"name": f"N{number}"})]
                    await upsert_accounts(home, items)
        await world.day()

        left = await maintenance.maintain_groups(home, world.groups)
        assert (left.groups, left.changed) == (GROUPS, 0)
