from datetime import timedelta

import pytest

from domain.identifiers import JobId, PersonId
from domain.identities import Reference
from domain.people import GivenRelation, PersonItem, RelationKind
from execution.context import Context
from jobs.kinds import run_job, run_open_jobs
from jobs.running import LEASE
from resolvers import jobs, members_required, membership, people
from resolvers.members_required import MembersRequired
from resolvers.membership import Assignment
from store.driver import Document
from tests.contexts import Clock
from tests.worlds import a_buying_group, an_interest, some_accounts, some_people


async def maintained(ctx: Context, interest: str | None = None) -> Document:
    job = await jobs.start_maintenance_job(ctx, interest)
    assert isinstance(job, str)
    assert await run_job(ctx, JobId(job), "worker")
    document = await ctx.stores.jobs.one(job)
    assert document is not None
    return document


async def members(ctx: Context, group: str) -> dict[str, tuple[str, bool]]:
    """Each member's deciding method, and whether they are flagged as of the account no more."""
    document = await ctx.stores.groups.one(group)
    assert document is not None
    return {
        member["person_id"]: (member["method"], member["unrelated"])
        for member in document["members"]
        if member["is_member"]
    }


async def a_world(ctx: Context) -> tuple[str, dict[str, str], str]:
    ids = await some_accounts(ctx, "Acme")
    known = await some_people(ctx, ids["Acme"], {"ada": "Chief", "bo": "Engineer", "cy": "Clerk"})
    return await a_buying_group(ctx, ids["Acme"], await an_interest(ctx)), known, ids["Acme"]


async def test_nothing_new_changes_nothing(home: Context) -> None:
    group, known, _ = await a_world(home)

    job = await maintained(home)

    progress = job["progress"]
    assert (progress["total"], progress["done"], progress["groups_changed"]) == (1, 1, 0)
    document = await home.stores.groups.one(group)
    assert document is not None
    assert document["version"] == 1
    assert set(await members(home, group)) == {known["ada"], known["bo"]}


async def test_only_the_groups_of_the_given_solution_interest_are_gone_through(
    home: Context,
) -> None:
    _, _, account = await a_world(home)
    other = await an_interest(home, name="Storage")
    await a_buying_group(home, account, other)
    await a_buying_group(home, (await some_accounts(home, "Beta"))["Beta"], other)

    job = await maintained(home, other)

    assert (job["progress"]["total"], job["progress"]["done"]) == (2, 2)


async def test_people_join_and_leave_as_the_rules_say_now(home: Context) -> None:
    group, known, account = await a_world(home)
    known |= await some_people(home, account, {"dee": "Chief"})
    await people.upsert_people(
        home,
        [
            PersonItem(id=known["bo"], fields={"job_title": "Clerk"}),
            PersonItem(id=known["ada"], fields={"job_title": "Engineer"}),
        ],
    )

    await maintained(home)

    document = await home.stores.groups.one(group)
    assert document is not None
    roles = {role["_id"]: role["name"] for role in await home.stores.roles.all()}
    assert {
        member["person_id"]: roles[member["role_id"]]
        for member in document["members"]
        if member["is_member"]
    } == {known["ada"]: "Practitioner", known["dee"]: "Decision Maker"}
    assert document["removed_ids"] == [known["bo"]]
    claims = {member["person_id"]: member["claims"] for member in document["members"]}
    assert claims[known["bo"]]["system"]["reason"] == "no rule of the template holds any more"


async def test_a_manual_member_stays_and_is_flagged_when_gone_from_the_account(
    home: Context,
) -> None:
    group, known, account = await a_world(home)
    cy = PersonId(known["cy"])
    await membership.assign_members(home, group, [Assignment(cy, "Champion")])
    gone = [
        PersonItem(id=known[name], removed_relations=[Reference(id=account)])
        for name in ("cy", "ada")
    ]
    await people.upsert_people(home, gone)

    await maintained(home)

    assert await members(home, group) == {
        known["bo"]: ("system", False),
        cy: ("manual", True),
    }
    await people.upsert_people(
        home,
        [
            PersonItem(
                id=cy, relations=[GivenRelation(Reference(id=account), RelationKind.EMPLOYEE)]
            )
        ],
    )
    await maintained(home)
    assert (await members(home, group))[cy] == ("manual", False)


async def test_somebody_removed_by_hand_is_not_put_back(home: Context) -> None:
    group, known, _ = await a_world(home)
    await membership.remove_members(home, group, [PersonId(known["ada"])])

    await maintained(home)

    assert set(await members(home, group)) == {known["bo"]}


async def test_a_changed_requirement_recomputes_the_groups_that_use_the_template(
    home: Context,
) -> None:
    group, _, _ = await a_world(home)
    before = await home.stores.groups.one(group)
    assert before is not None
    assert before["completeness"] == {"exact": 75.0}

    changed = await members_required.change_members_required(
        home, before["role_template_id"], "practitioner", 4
    )

    after = await home.stores.groups.one(group)
    assert after is not None
    assert changed == MembersRequired(before["role_template_id"], None)
    assert after["completeness"] == {"exact": 62.5}
    assert after["template_revision"] == 2
    event = await home.stores.database["events"].find_one(
        {"tenant": home.viewer.tenant, "type": "COMPLETENESS_CHANGED"}
    )
    assert event is not None
    assert (event["before"]["completeness"], event["after"]["completeness"]) == (
        {"exact": 75.0},
        {"exact": 62.5},
    )


async def test_groups_that_a_changed_requirement_left_behind_are_found(
    home: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(members_required, "GROUPS_AT_ONCE", 2)
    ids = await some_accounts(home, *(f"Account {number}" for number in range(5)))
    interest = await an_interest(home)
    made = [await a_buying_group(home, account, interest) for account in ids.values()]
    template = (await home.stores.groups.all())[0]["role_template_id"]

    await members_required.change_members_required(home, template, "Practitioner", 4)
    behind = [await members_required.recompute_behind(home) for _ in range(3)]

    assert behind == [2, 1, 0]
    groups = (await home.stores.groups.by_ids(made)).values()
    assert [group["template_revision"] for group in groups] == [2] * 5


async def test_a_worker_takes_up_what_another_left_behind(home: Context, clock: Clock) -> None:
    await a_world(home)
    job = await jobs.start_maintenance_job(home)
    assert isinstance(job, str)
    await home.stores.jobs.lease(job, "ended", clock(), LEASE)

    assert await run_open_jobs(home, "worker") == 0
    clock.forward(LEASE + timedelta(seconds=1))
    assert await run_open_jobs(home, "worker") == 1
    assert await run_open_jobs(home, "worker") == 0
