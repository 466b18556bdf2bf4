import asyncio

import pytest

from domain.folding import fold
from domain.identifiers import TenantId
from domain.roles import User
from execution.context import Context
from jobs.kinds import run_job
from resolvers import groups, jobs, solution_interests
from resolvers.audiences import AudienceAccounts, create_account_audience
from resolvers.deleting_components import (
    AccountAudienceInUse,
    SolutionInterestInUse,
    delete_account_audience,
    delete_solution_interest,
)
from resolvers.deleting_groups import delete_buying_group
from resolvers.deleting_jobs import delete_job
from resolvers.groups import GroupExists
from resolvers.outcomes import NotFound
from resolvers.solution_interests import NewSolutionInterest
from tests.contexts import Clock, a_context
from tests.resolvers.test_deleting_groups import a_job
from tests.worlds import a_buying_group, a_live_template, an_interest, some_accounts


async def test_a_deleted_solution_interest_is_gone_and_its_name_is_free(home: Context) -> None:
    interest = await an_interest(home, name="Security")

    assert await delete_solution_interest(home, interest) == interest

    assert await home.stores.solution_interests.one(interest) is None
    events = home.stores.database["events"].find(
        {"tenant": home.viewer.tenant, "subject_id": interest}, sort=[("position", 1)]
    )
    assert [event["type"] async for event in events] == [
        "SOLUTION_INTEREST_CREATED",
        "SOLUTION_INTEREST_DELETED",
    ]
    template = await a_live_template(home, name="Another")
    again = await solution_interests.create_solution_interest(
        home, NewSolutionInterest("security", template)
    )
    assert isinstance(again, str)
    assert again != interest


async def test_a_name_that_was_claimed_for_a_deleted_id_gets_a_new_one(home: Context) -> None:
    interest = await an_interest(home, name="Security")
    await delete_solution_interest(home, interest)
    late = await home.stores.identities.claim("solution_interest.name", fold("Security"), interest)
    template = await a_live_template(home, name="Another")

    again = await solution_interests.create_solution_interest(
        home, NewSolutionInterest("Security", template)
    )

    assert late == interest
    assert isinstance(again, str)
    assert again != interest
    assert await home.stores.identities.claim("solution_interest.name", "security", "x") == again


async def test_a_solution_interest_in_use_stays(home: Context) -> None:
    ids = await some_accounts(home, "Acme", "Bolt")
    interest = await an_interest(home)
    made = [await a_buying_group(home, account, interest) for account in ids.values()]
    job = await a_job(home, interest)

    by_job = User("job", job, "creation job")
    groups = [
        User("buying group", made[0], "Security for Acme"),
        User("buying group", made[1], "Security for Bolt"),
    ]
    refused = await delete_solution_interest(home, interest)
    assert refused == SolutionInterestInUse(
        interest, 2, 1, users=[by_job, *sorted(groups, key=lambda user: user.id)]
    )
    for group in made:
        await delete_buying_group(home, group)
    assert await delete_solution_interest(home, interest) == SolutionInterestInUse(
        interest, 0, 1, users=[by_job]
    )
    assert await home.stores.solution_interests.one(interest) is not None
    await run_job(home, job, "worker")
    assert await delete_solution_interest(home, interest) == SolutionInterestInUse(
        interest, 0, 1, users=[by_job]
    )
    assert await delete_job(home, job) == job

    assert await delete_solution_interest(home, interest) == interest


async def test_an_audience_stays_while_a_job_for_it_is_to_be_done_or_in_force(
    home: Context,
) -> None:
    interest = await an_interest(home)
    job = await a_job(home, interest)
    [audience] = [each["_id"] for each in await home.stores.audiences.all()]
    in_use = AccountAudienceInUse(audience, 1, [User("job", job, "creation job")])

    assert await delete_account_audience(home, audience) == in_use
    await run_job(home, job, "worker")
    assert await delete_account_audience(home, audience) == in_use
    assert await delete_job(home, job) == job
    assert await delete_account_audience(home, audience) == audience

    assert await jobs.start_creation_job(home, interest, audience) == NotFound(
        "account audience", audience
    )
    assert await a_job(home, interest, "everybody")


async def test_what_another_tenant_has_is_not_found(home: Context, clock: Clock) -> None:
    interest = await an_interest(home)
    stranger = a_context(home.stores.database, TenantId("somebody-else"), clock)

    assert await delete_solution_interest(stranger, interest) == NotFound(
        "solution interest", interest
    )
    assert await delete_account_audience(stranger, "aud_x") == NotFound("account audience", "aud_x")
    assert await home.stores.solution_interests.one(interest) is not None


@pytest.mark.parametrize("turn", range(0, 6, 2))
async def test_no_group_of_a_deleted_solution_interest_exists(
    home: Context, clock: Clock, turn: int
) -> None:
    ids = list((await some_accounts(home, *(f"A{number}" for number in range(6)))).values())
    interest = await an_interest(home)
    spare = await an_interest(home, name="Spare")
    spared = await a_buying_group(home, ids[0], spare)

    async def make(account: str, turns: int) -> object:
        other = a_context(home.stores.database, home.viewer.tenant, clock)
        for _ in range(turns * 3):
            await asyncio.sleep(0)
        return await groups.create_buying_group(other, account, interest)

    async def delete() -> object:
        await asyncio.sleep(turn * 0.004)
        return await delete_solution_interest(home, interest)

    *made, deleted = await asyncio.gather(
        *(make(account, place) for place, account in enumerate(ids)), delete()
    )

    stored = {group["_id"] for group in await home.stores.groups.all()} - {spared}
    assert stored == {each for each in made if isinstance(each, str)}
    assert not any(isinstance(each, GroupExists) for each in made)
    if deleted == interest:
        assert stored == set()
    else:
        assert isinstance(deleted, SolutionInterestInUse)
        assert deleted.buying_groups >= 1
    there = await home.stores.solution_interests.one(interest)
    assert (there is None) == (deleted == interest)


@pytest.mark.parametrize("turn", range(4))
async def test_no_creation_job_is_in_force_for_a_deleted_audience(
    home: Context, clock: Clock, turn: int
) -> None:
    interest = await an_interest(home)
    audience = await create_account_audience(home, "All", None, AudienceAccounts(account_ids=[]))
    assert isinstance(audience, str)

    async def start() -> object:
        other = a_context(home.stores.database, home.viewer.tenant, clock)
        return await jobs.start_creation_job(other, interest, audience)

    async def delete() -> object:
        await asyncio.sleep(turn * 0.002)
        return await delete_account_audience(home, audience)

    *started, deleted = await asyncio.gather(*(start() for _ in range(6)), delete())

    stored = {job["_id"] for job in await home.stores.jobs.all()}
    assert stored == {each for each in started if isinstance(each, str)}
    assert all(isinstance(each, str | NotFound) for each in started)
    assert isinstance(deleted, AccountAudienceInUse) == bool(stored)
    assert (await home.stores.audiences.one(audience) is not None) == bool(stored)
