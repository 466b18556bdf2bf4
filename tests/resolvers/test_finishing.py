from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from execution.context import Context
from resolvers.deleting_accounts import delete_account
from resolvers.deleting_components import delete_solution_interest
from resolvers.deleting_people import delete_person
from resolvers.finishing import ABANDONED, finish_broken_off
from resolvers.merging_accounts import merge_accounts
from resolvers.merging_people import merge_people
from store.groups import to_group
from tests.contexts import Clock, a_context
from tests.killing import Kill, Killed
from tests.worlds import a_buying_group, an_interest, some_accounts, some_people

WRITES = {
    "deletions": ("begin", "delete", "finish"),
    "merges": ("in_turn", "finish"),
    "merged_groups": ("take_over",),
    "groups": ("change",),
    "people": ("write",),
}

Ids = dict[str, str]
Command = Callable[[Context, Ids], Awaitable[object]]


async def a_world(ctx: Context) -> Ids:
    """Two accounts, each with a person in its group, and a solution interest without groups."""
    ids = await some_accounts(ctx, "Acme", "Bolt")
    interest = await an_interest(ctx)
    for account, person in (("Acme", "ada"), ("Bolt", "bo")):
        ids |= await some_people(ctx, ids[account], {person: "Chief"})
        await a_buying_group(ctx, ids[account], interest)
    return ids | {"Cloud": await an_interest(ctx, name="Cloud")}


async def the_account_goes(ctx: Context, ids: Ids) -> object:
    return await delete_account(ctx, ids["Acme"], with_buying_groups=True)


async def the_interest_goes(ctx: Context, ids: Ids) -> object:
    return await delete_solution_interest(ctx, ids["Cloud"])


async def the_person_goes(ctx: Context, ids: Ids) -> object:
    return await delete_person(ctx, ids["ada"])


async def the_accounts_are_merged(ctx: Context, ids: Ids) -> object:
    return await merge_accounts(ctx, ids["Bolt"], ids["Acme"])


async def the_people_are_merged(ctx: Context, ids: Ids) -> object:
    return await merge_people(ctx, ids["bo"], ids["ada"])


async def broken_off(ctx: Context, clock: Clock, command: Command, ids: Ids, at: int) -> None:
    """The command, by a process that ended at this point of it."""
    dying = Kill(at).watch(a_context(ctx.stores.database, ctx.viewer.tenant, clock), WRITES)
    with pytest.raises(Killed):
        await command(dying, ids)


async def everybody_said(ctx: Context) -> set[str]:
    """The accounts that have groups, and the people of whom something is said in them."""
    groups = [to_group(document) for document in await ctx.stores.groups.all()]
    accounts = {str(group.account) for group in groups}
    return accounts | {str(m.person) for group in groups for m in group.members if m.claims}


@pytest.mark.parametrize(
    ("command", "at", "goes", "stay"),
    [
        pytest.param(the_account_goes, 1, "Acme", {"Bolt", "bo"}, id="an account that is marked"),
        pytest.param(
            the_account_goes, 7, "Acme", {"Bolt", "bo"}, id="an account that has just gone"
        ),
        pytest.param(
            the_person_goes, 3, "ada", {"Acme", "Bolt", "bo"}, id="a person who has just gone"
        ),
        pytest.param(
            the_interest_goes,
            1,
            "Cloud",
            {"Acme", "Bolt", "ada", "bo"},
            id="a solution interest that has just gone",
        ),
        pytest.param(
            the_accounts_are_merged,
            1,
            "Acme",
            {"Bolt", "ada", "bo"},
            id="a merge of accounts that has begun",
        ),
        pytest.param(
            the_people_are_merged,
            1,
            "ada",
            {"Acme", "Bolt", "bo"},
            id="a merge of people that has begun",
        ),
    ],
)
async def test_what_was_broken_off_is_finished_once_nobody_can_be_at_work_on_it(
    home: Context, clock: Clock, command: Command, at: int, goes: str, stay: set[str]
) -> None:
    ids = await a_world(home)
    await broken_off(home, clock, command, ids, at)
    clock.forward(ABANDONED - timedelta(seconds=1))
    assert await finish_broken_off(home) == 0

    clock.forward(timedelta(seconds=1))
    assert await finish_broken_off(home) == 1

    assert await home.stores.deletions.among(ids.values()) == {ids[goes]}
    assert await everybody_said(home) == {ids[name] for name in stay}
    assert await finish_broken_off(home) == 0


async def test_a_deletion_that_began_before_its_moment_was_noted_is_finished(
    home: Context, clock: Clock
) -> None:
    ids = await a_world(home)
    marked = {"$set": {"being_deleted": True}}
    await home.stores.accounts.collection.update_one({"_id": ids["Acme"]}, marked)

    assert await finish_broken_off(home) == 1

    assert await home.stores.accounts.one(ids["Acme"]) is None


async def test_a_merge_of_which_both_accounts_were_deleted_is_asked_for_no_more(
    home: Context, clock: Clock
) -> None:
    ids = await a_world(home)
    await broken_off(home, clock, the_accounts_are_merged, ids, 1)
    await delete_account(home, ids["Bolt"], with_buying_groups=True)
    clock.forward(ABANDONED)

    assert await finish_broken_off(home) == 0
    assert len(await home.stores.merges.unfinished(clock())) == 1
    await delete_account(home, ids["Acme"], with_buying_groups=True)
    await finish_broken_off(home)

    assert await home.stores.merges.unfinished(clock()) == []
    assert await everybody_said(home) == set()
