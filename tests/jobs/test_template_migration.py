import asyncio
from functools import partial
from random import Random

import pytest

from domain.buying_groups import completeness_of, role_states
from domain.completeness import percent
from domain.identifiers import BuyingGroupId, PersonId
from domain.membership import Method
from execution.context import Context
from jobs import template_migration
from jobs.kinds import run_job, run_open_jobs
from resolvers import maintenance, membership, template_migrations
from resolvers.erasing_people import erase_person
from resolvers.membership import Assignment, CommandsDone
from resolvers.outcomes import Invalid
from resolvers.steering_jobs import cancel_job
from resolvers.template_migrations import Asked, Migrating
from store.groups import to_group
from tests.contexts import Clock, a_context
from tests.worlds import (
    DECIDERS,
    FRIENDS,
    INFLUENCERS,
    USERS,
    a_buying_group,
    a_next_version,
    an_interest,
    some_accounts,
    some_people,
)

PLAN = (("Practitioner", "Influencer"), ("Champion", None))
GROUPS = 6


@pytest.mark.parametrize("seed", [pytest.param(n, id=f"dice {n}") for n in range(3)])
async def test_groups_that_are_worked_on_while_they_are_migrated_are_whole_in_the_end(
    home: Context, clock: Clock, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.setattr(template_migration, "GROUPS_AT_ONCE", 2)
    dice = Random(seed)
    interest = await an_interest(home, [DECIDERS, USERS, FRIENDS])
    accounts = await some_accounts(home, *(f"Account {n}" for n in range(GROUPS)))
    groups: dict[BuyingGroupId, list[PersonId]] = {}
    for number, account in enumerate(accounts.values()):
        known = await some_people(
            home, account, {f"ada{number}": "Chief", f"bo{number}": "Engineer", f"cy{number}": ""}
        )
        group = await a_buying_group(home, account, interest)
        groups[group] = [PersonId(id) for id in known.values()]
    document = await home.stores.solution_interests.one(interest)
    assert document is not None
    first = document["role_template_id"]
    version = await a_next_version(home, first, [DECIDERS, INFLUENCERS])

    def process() -> Context:
        return a_context(home.stores.database, home.viewer.tenant, clock)

    async def commands() -> None:
        ctx = process()
        for _ in range(12):
            group, people = dice.choice(list(groups.items()))
            role = dice.choice(["Decision Maker", "Practitioner", "Influencer", "Champion"])
            given = [Assignment(dice.choice(people), role)]
            done = await membership.assign_members(ctx, group, given, Method.MANUAL)
            assert isinstance(done, CommandsDone)

    async def maintained() -> None:
        for _ in range(3):
            await maintenance.maintain_groups(process(), list(groups))

    async def migrated() -> None:
        ctx = process()
        begun = await template_migrations.start_template_migration(
            ctx, Asked(interest, version, PLAN)
        )
        assert isinstance(begun, Migrating)
        await run_open_jobs(ctx, "worker")

    await asyncio.gather(commands(), maintained(), migrated(), commands())
    await over(home, version)
    undone = await template_migrations.undo_template_migration(home, interest)
    assert isinstance(undone, Migrating)
    await asyncio.gather(commands(), maintained(), run_open_jobs(process(), "worker"))
    await over(home, first)


async def over(ctx: Context, version: str) -> None:
    """Every group follows the version: its roles, its claims, and what follows from them."""
    template = await ctx.stores.role_templates.template(version)
    assert template is not None
    known = {entry.role for entry in template.roles}
    for document in await ctx.stores.groups.all():
        assert document["role_template_id"] == version
        assert [role["role_id"] for role in document["roles"]] == [e.role for e in template.roles]
        members = to_group(document).members
        said = {claim.role for member in members for claim in member.claims.values()}
        assert said - {None} <= known
        states = role_states(template.roles, members)
        assert document["completeness"] == {"exact": percent(completeness_of(states))}
        assert [role["assigned"] for role in document["roles"]] == [s.assigned for s in states]


async def test_to_undo_brings_nobody_back_who_is_gone_since(home: Context) -> None:
    interest = await an_interest(home, [DECIDERS, USERS, FRIENDS])
    [account] = (await some_accounts(home, "Acme")).values()
    ada = PersonId((await some_people(home, account, {"ada": "Friend"}))["ada"])
    group = await a_buying_group(home, account, interest)
    await membership.assign_members(home, group, [Assignment(ada, "Champion")], Method.MANUAL)
    document = await home.stores.solution_interests.one(interest)
    assert document is not None
    version = await a_next_version(home, document["role_template_id"], [DECIDERS, INFLUENCERS])
    await template_migrations.start_template_migration(home, Asked(interest, version, PLAN))
    await run_open_jobs(home, "worker")
    assert await erase_person(home, ada) == ada

    await template_migrations.undo_template_migration(home, interest)
    await run_open_jobs(home, "worker")

    undone = await home.stores.groups.one(group)
    assert undone is not None
    assert undone["role_template_id"] == document["role_template_id"]
    assert undone["member_ids"] == undone["removed_ids"] == []


async def test_a_migration_that_is_cancelled_is_taken_up_again_or_undone(
    home: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(template_migration, "GROUPS_AT_ONCE", 1)
    interest = await an_interest(home, [DECIDERS, USERS, FRIENDS])
    accounts = await some_accounts(home, "Acme", "Beta", "Gamma")
    for account in list(accounts.values())[:2]:
        await a_buying_group(home, account, interest)
    [document] = await home.stores.solution_interests.all()
    first = document["role_template_id"]
    version = await a_next_version(home, first, [DECIDERS, INFLUENCERS])

    async def one_group_and_cancelled(begun: object) -> list[str]:
        assert isinstance(begun, Migrating)
        await run_job(home, begun.job, "worker", seconds=0)
        assert await cancel_job(home, begun.job) == begun.job
        await run_open_jobs(home, "worker")
        return [group["role_template_id"] for group in await home.stores.groups.all()]

    start = partial(template_migrations.start_template_migration, home)
    half = await one_group_and_cancelled(await start(Asked(interest, version, PLAN)))
    await a_buying_group(home, accounts["Gamma"], interest)
    other = await a_next_version(home, first, [DECIDERS, INFLUENCERS], "Third")
    elsewhere = await start(Asked(interest, other))
    resumed = await start(Asked(interest, version))
    await run_open_jobs(home, "worker")

    assert sorted(half) == sorted([first, version])  # each goes on as one of its own version
    assert isinstance(elsewhere, Invalid)
    assert elsewhere.reason.startswith("has groups that still wait for the migration")
    assert isinstance(resumed, Migrating)
    await over(home, version)

    undo = partial(template_migrations.undo_template_migration, home, interest)
    half = await one_group_and_cancelled(await undo())
    assert sorted(set(half)) == sorted([first, version])
    discarded = await undo()
    await run_open_jobs(home, "worker")

    assert isinstance(discarded, Migrating)
    await over(home, first)
    assert isinstance(await undo(), Invalid)
