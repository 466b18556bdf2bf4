from collections.abc import Sequence
from datetime import date

import pytest

from domain.attributes import attribute
from domain.conditions import ALWAYS, AttributeTest
from domain.identifiers import JobId, PersonId
from domain.jobs import JobKind
from domain.operators import Operator
from domain.role_templates import Weighting
from execution.context import Context
from jobs import creation
from jobs.kinds import PLANS, run_job, run_open_jobs
from jobs.running import LEASE
from resolvers import audiences, jobs, scoring
from resolvers.audiences import AudienceAccounts
from resolvers.outcomes import Invalid, NotFound
from resolvers.role_templates import RoleEntry
from store.driver import Document
from store.new_groups import New
from store.scoring_pipelines import Stamp
from tests.contexts import Clock, a_context
from tests.engagement_builders import acts, record
from tests.worlds import (
    a_buying_group,
    a_live_stage_model,
    an_interest,
    some_accounts,
    some_people,
)

TODAY = date(2026, 5, 4)
NAMES = [f"Account {letter}" for letter in "ABCDEFG"]


@pytest.fixture(autouse=True)
def small_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(creation, "ACCOUNTS_AT_ONCE", 3)


async def everybody(ctx: Context) -> str:
    made = await audiences.create_account_audience(ctx, "Everybody", None, AudienceAccounts(ALWAYS))
    assert isinstance(made, str)
    return made


async def a_creation_job(ctx: Context, audience: str | None = None) -> JobId:
    ids = await some_accounts(ctx, *NAMES)
    for name in NAMES[:4]:
        letter = name[-1].lower()
        await some_people(ctx, ids[name], {f"ada{letter}": "Chief", f"bo{letter}": "Engineer"})
    interest = await an_interest(ctx)
    job = await jobs.start_creation_job(ctx, interest, audience or await everybody(ctx))
    assert isinstance(job, str)
    return job


async def job_document(ctx: Context, id: JobId) -> Document:
    document = await ctx.stores.jobs.one(id)
    assert document is not None
    return document


async def groups_and_members(ctx: Context) -> dict[str, int]:
    return {group["name"]: group["member_count"] for group in await ctx.stores.groups.all()}


EXPECTED = {f"Security for {name}": 2 if place < 4 else 0 for place, name in enumerate(NAMES)}


async def test_every_account_of_the_audience_gets_its_group(home: Context) -> None:
    job = await a_creation_job(home)

    assert await run_job(home, job, "worker")

    assert await groups_and_members(home) == EXPECTED
    done = await job_document(home, job)
    assert done["status"] == "done"
    assert done["progress"] == {
        "total": 7,
        "since": home.now(),
        "done": 7,
        "groups_created": 7,
        "members_assigned": 8,
        "groups_changed": 0,
        "accounts_joined": 7,
        "accounts_left": 0,
    }


async def test_an_audience_by_rule_holds_only_the_accounts_it_finds(home: Context) -> None:
    name = attribute("account.name")
    assert name is not None
    rule = AttributeTest(name, Operator.IS_ANY_OF, ("account a", "ACCOUNT G"))
    audience = await audiences.create_account_audience(home, "Two", None, AudienceAccounts(rule))
    assert isinstance(audience, str)

    job = await a_creation_job(home, audience)
    await run_job(home, job, "worker")

    assert set(await groups_and_members(home)) == {
        "Security for Account A",
        "Security for Account G",
    }


async def test_a_tenant_that_was_never_scored_is_scored_before_its_first_groups(
    home: Context,
) -> None:
    [account] = (await some_accounts(home, "Acme")).values()
    people = await some_people(home, account, {"ada": "Chief", "bo": "Engineer", "cy": "Engineer"})
    ada, bo = PersonId(people["ada"]), PersonId(people["bo"])
    await record(home, acts(ada, "Click Link", TODAY, 16), acts(bo, "Click Link", TODAY, 4))
    level = attribute("person.engagement_score")
    assert level is not None
    engaged = RoleEntry(
        "Practitioner", Weighting.NORMAL, True, 1, AttributeTest(level, Operator.AT_LEAST, 50)
    )
    interest = await an_interest(home, [engaged])
    job = await jobs.start_creation_job(home, interest, await everybody(home))
    assert isinstance(job, str)

    assert await run_job(home, job, "worker")

    [group] = await home.stores.groups.all()
    assert set(group["member_ids"]) == {ada, bo}
    assert (group["engagement"]["raw"], "score_due" in group) == (37.947331922, False)
    progress = (await job_document(home, job))["progress"]
    assert (progress["total"], progress["done"], progress["members_assigned"]) == (1, 1, 2)


async def a_scored_tenant(ctx: Context) -> tuple[JobId, dict[str, str]]:
    """A creation job in a tenant with an active group of another kind; the people by name."""
    job = await a_creation_job(ctx)
    known = {person["first_name"]: person["_id"] for person in await ctx.stores.people.all()}
    clicks = {"adaa": 9, "boa": 2, "adab": 4, "boc": 1}
    acting = clicks.items()
    await record(ctx, *(acts(PersonId(known[who]), "Click Link", TODAY, n) for who, n in acting))
    [account] = await ctx.stores.accounts.found({"name": "Account A"})
    await a_buying_group(ctx, account["_id"], await an_interest(ctx, name="Storage"))
    await scoring.run_scoring(ctx)
    return job, known


async def figures(ctx: Context) -> dict[str, tuple[float, float, int | None, int]]:
    return {
        group["name"]: (
            group["engagement"]["raw"],
            group["engagement"]["role_weighted_count"],
            group["engagement"].get("announced"),
            group["engagement"]["run_number"],
        )
        for group in await ctx.stores.groups.all()
    }


async def test_groups_are_made_with_the_score_that_scoring_computes(home: Context) -> None:
    job, _ = await a_scored_tenant(home)

    assert await run_job(home, job, "worker")

    made = await figures(home)
    assert made["Security for Account A"] == (15.212643192, 5.1, 100, 2)
    assert made["Security for Account G"] == (0.0, 0.0, None, 2)
    groups = [group["_id"] for group in await home.stores.groups.all()]
    await home.stores.scoring.score_groups(groups, Stamp(None, 2, home.now()))
    assert await figures(home) == made
    events = home.stores.database["events"].find(
        {"tenant": home.viewer.tenant, "type": "ENGAGEMENT_CHANGED"}
    )
    told = [event["buying_group_id"] async for event in events]
    assert len(told) == len(set(told)) == 4


async def test_groups_made_while_a_run_ends_are_scored_by_it(
    home: Context, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    job, known = await a_scored_tenant(home)
    slow = a_context(home.stores.database, home.viewer.tenant, clock)
    insert_many = slow.stores.groups.insert_many
    begun: list[str] = []

    async def late(documents: Sequence[New]) -> set[str]:
        if not begun:
            begun.append(job)
            await record(home, acts(PersonId(known["bob"]), "Click Link", TODAY, 5))
            await scoring.run_scoring(home)
        return await insert_many(documents)

    monkeypatch.setattr(slow.stores.groups, "insert_many", late)
    assert await run_job(slow, job, "worker")

    made = await figures(home)
    assert {number for _, _, _, number in made.values()} == {3}
    groups = [group["_id"] for group in await home.stores.groups.all()]
    await home.stores.scoring.score_groups(groups, Stamp(None, 3, home.now()))
    assert await figures(home) == made


async def test_a_job_is_one_workers_until_its_lease_runs_out(home: Context, clock: Clock) -> None:
    job = await a_creation_job(home)
    assert await home.stores.jobs.lease(job, "first", clock(), LEASE)

    assert not await run_job(home, job, "second")
    clock.forward(LEASE)
    assert await run_job(home, job, "second")

    assert (await job_document(home, job))["status"] == "done"


async def test_a_job_that_cannot_go_on_says_why(home: Context) -> None:
    job = await a_creation_job(home)
    await home.stores.audiences.collection.delete_many({"tenant": home.viewer.tenant})

    assert await run_open_jobs(home, "worker") == 1

    failed = await job_document(home, job)
    assert (failed["status"], failed["failure"]) == ("failed", "The account audience is gone.")
    assert await home.stores.groups.count() == 0


async def test_a_job_for_something_unknown_is_refused(home: Context) -> None:
    interest = await an_interest(home)

    assert await jobs.start_creation_job(home, "si_nothing", "aud_nothing") == NotFound(
        "solution interest", "si_nothing"
    )
    assert await jobs.start_creation_job(home, interest, "aud_nothing") == NotFound(
        "account audience", "aud_nothing"
    )
    assert await home.stores.jobs.count() == 0


def test_every_kind_of_job_has_its_plan() -> None:
    assert set(PLANS) == set(JobKind)


async def test_new_groups_begin_in_the_entry_stage_that_is_asked_for(home: Context) -> None:
    await some_accounts(home, *NAMES)
    interest = await an_interest(home, stage_model=await a_live_stage_model(home))
    job = await jobs.start_creation_job(home, interest, await everybody(home), "new")
    assert isinstance(job, str)

    assert await run_job(home, JobId(job), "worker")

    groups = await home.stores.groups.all()
    assert [group["stage"]["name"] for group in groups] == ["New"] * len(NAMES)
    assert {group["stage"]["method"] for group in groups} == {"system"}
    assert {group["version"] for group in groups} == {1}
    moved = {"tenant": home.viewer.tenant, "type": "BUYING_GROUP_MOVED"}
    assert await home.stores.database["events"].count_documents(moved) == len(NAMES)


async def test_without_one_new_groups_begin_in_no_stage(home: Context) -> None:
    await some_accounts(home, *NAMES)
    model = await a_live_stage_model(home)
    interest = await an_interest(home, stage_model=model)
    job = await jobs.start_creation_job(home, interest, await everybody(home))
    assert isinstance(job, str)

    assert await run_job(home, JobId(job), "worker")

    groups = await home.stores.groups.all()
    assert {(group["stage_model_id"], group["stage"]) for group in groups} == {(model, None)}


async def test_an_entry_stage_has_to_be_one_of_the_interests_model(home: Context) -> None:
    audience = await everybody(home)
    without = await an_interest(home)
    sold = await an_interest(home, name="Sold", stage_model=await a_live_stage_model(home))

    answers = [
        await jobs.start_creation_job(home, interest, audience, stage)
        for interest, stage in ((without, "New"), (sold, "Open"), (sold, "Signed"))
    ]

    has = "is no entry stage of the solution interest's stage model, which has: New"
    assert answers == [
        Invalid("entryStage", "the solution interest has no stage model"),
        Invalid("entryStage", has),
        Invalid("entryStage", has),
    ]
    assert await home.stores.jobs.count() == 0


async def test_a_job_goes_on_when_the_entry_stage_is_none_any_more(home: Context) -> None:
    await some_accounts(home, *NAMES)
    interest = await an_interest(home, stage_model=await a_live_stage_model(home))
    job = await jobs.start_creation_job(home, interest, await everybody(home), "New")
    assert isinstance(job, str)
    await home.stores.solution_interests.collection.update_one(
        {"_id": interest}, {"$set": {"stage_model_id": None}}
    )

    assert await run_job(home, JobId(job), "worker")

    groups = await home.stores.groups.all()
    assert [group["stage"] for group in groups] == [None] * len(NAMES)
