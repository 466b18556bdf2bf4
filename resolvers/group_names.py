"""Group names follow the names of their account and solution interest."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Final

from domain import buying_groups
from domain.events import EventType
from domain.folding import fold, words
from domain.identifiers import AccountId, BuyingGroupId, SolutionInterestId
from execution.context import Context, Right
from resolvers import stamps
from store.driver import Document
from store.records import Change

GROUPS_AT_ONCE: Final = 200
_FOR_NAMING: Final = {"version": 1, "name": 1, "account_id": 1, "solution_interest_id": 1}


async def follow_accounts(ctx: Context, accounts: Sequence[AccountId]) -> int:
    """Rename the groups of these accounts where their name is another now; how many.

    It follows a change that was permitted, and asks for no right of its own.
    """
    if not accounts:
        return 0
    groups = await ctx.stores.groups.found({"account_id": {"$in": list(accounts)}}, _FOR_NAMING)
    return await _rename_all(ctx, groups)


async def follow_interest(ctx: Context, id: SolutionInterestId, at_most: int | None = None) -> None:
    """Rename the groups of a solution interest that was given another name, if it was.

    With a bound, no more than so many are looked at: then the worker sees to it from the start.
    It follows a change that was permitted, and asks for no right of its own.
    """
    interests = ctx.stores.solution_interests
    interest = await interests.one(id, {"name": 1, "names_due": 1})
    if interest is None or "names_due" not in interest:
        return
    looked_at, after = 0, ""
    while at_most is None or looked_at < at_most:
        ids = await ctx.stores.groups.of_interest(id, after, GROUPS_AT_ONCE)
        if not ids:
            await interests.change(id, partial(_named, interest["name"]))
            return
        await catch_up(ctx, ids)
        looked_at, after = looked_at + len(ids), ids[-1]


async def follow_interests(ctx: Context) -> None:
    """Rename the groups of every solution interest whose groups were left with another name."""
    ctx.viewer.require(Right.ACT_AS_SYSTEM)
    for interest in await ctx.stores.solution_interests.found({"names_due": True}, {"_id": 1}):
        await follow_interest(ctx, SolutionInterestId(interest["_id"]))


async def catch_up(ctx: Context, ids: Sequence[BuyingGroupId]) -> None:
    """Rename those of these groups whose account or solution interest is called otherwise by now.

    It follows a change that was permitted, and asks for no right of its own.
    """
    groups = await ctx.stores.groups.by_ids(ids, _FOR_NAMING)
    await _rename_all(ctx, list(groups.values()))


def _named(name: str, interest: Document) -> Change | None:
    """The groups bear this name; unless it is not the interest's any more, nothing is left."""
    return Change({}, unset=("names_due",)) if interest["name"] == name else None


async def _rename_all(ctx: Context, groups: Sequence[Document]) -> int:
    interests = {group["solution_interest_id"] for group in groups}
    accounts = {group["account_id"] for group in groups}
    interest_names = await ctx.stores.solution_interests.by_ids(interests, {"name": 1})
    account_names = await ctx.stores.accounts.by_ids(accounts, {"name": 1})
    names: dict[str, str] = {}
    for group in groups:
        interest = interest_names.get(group["solution_interest_id"])
        account = account_names.get(group["account_id"])
        if interest is None or account is None:
            continue  # it has been deleted, and the group before it
        name = buying_groups.name(interest["name"], account["name"])
        if name != group["name"]:
            names[group["_id"]] = name
    await _rename(ctx, [group for group in groups if group["_id"] in names], names)
    return len(names)


async def _rename(ctx: Context, groups: Sequence[Document], names: Mapping[str, str]) -> None:
    def decide(document: Document) -> Change | None:
        id = BuyingGroupId(document["_id"])
        name = names[id]
        if document["name"] == name:
            return None
        event = stamps.event(
            ctx,
            EventType.BUYING_GROUP_UPDATED,
            id,
            buying_group_id=id,
            account_id=document["account_id"],
            solution_interest_id=document["solution_interest_id"],
            personal={"before": {"name": document["name"]}, "after": {"name": name}},
        )
        paths = {"name": name, "folded.name": fold(name), "search": list(words(name))}
        return Change({**paths, **stamps.updated(ctx)}, (event,))

    await ctx.stores.groups.change_all(groups, decide)
