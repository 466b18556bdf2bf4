"""Group names follow the names of their account and solution interest."""

from collections.abc import Mapping, Sequence

from domain import buying_groups
from domain.events import EventType
from domain.folding import fold, words
from domain.identifiers import AccountId, BuyingGroupId
from execution.context import Context
from resolvers import stamps
from store.driver import Document
from store.records import Change

_FOR_NAMING = {"version": 1, "name": 1, "account_id": 1, "solution_interest_id": 1}


async def follow_accounts(ctx: Context, accounts: Sequence[AccountId]) -> int:
    """Rename the groups of these accounts where their name is another now; how many.

    It follows a change that was permitted, and asks for no right of its own.
    """
    if not accounts:
        return 0
    groups = await ctx.stores.groups.found({"account_id": {"$in": list(accounts)}}, _FOR_NAMING)
    interests = {group["solution_interest_id"] for group in groups}
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
