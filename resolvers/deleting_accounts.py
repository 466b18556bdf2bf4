"""Deleting an account: what belongs to it goes first, what only refers to it lets go.

Wherever a server ends in the middle of it, the same command finishes it. From the first write on
no group can be made for the account, and the last one takes it away.
"""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from domain.accounts import AccountItem
from domain.events import EventType
from domain.identifiers import AccountId
from domain.identities import carried
from domain.upserting import MOST_ITEMS
from execution.context import Context, Right
from resolvers import accounts, audience_members, letting_go, stamps
from resolvers.deleting_groups import delete_group
from resolvers.outcomes import Conflict, NotFound
from store.deletions import Deleted, Deletion, Use
from store.driver import Document
from store.records import Conflict as Raced
from store.records import Missing

GROUPS_AT_ONCE: Final = 20
_REASON: Final = "the account was deleted"
_DEADLINE_SECONDS: Final = 5.0
_LONGEST_PAUSE_SECONDS: Final = 0.05


@dataclass(frozen=True, slots=True)
class AccountHasBuyingGroups:
    """The account has buying groups, and nobody asked for their deletion."""

    id: str
    buying_groups: int


class _HasChildren:
    """Accounts were put below the account meanwhile."""


async def delete_account(
    ctx: Context, id: str, *, with_buying_groups: bool = False
) -> AccountId | AccountHasBuyingGroups | NotFound | Conflict:
    """Delete an account with its opportunities, and with its groups if that is asked for.

    Its people stay, related to it no more; the accounts below it become top accounts.
    """
    ctx.viewer.require(Right.EDIT_DATA)
    if with_buying_groups:
        ctx.viewer.require(Right.EDIT_GROUPS)

    def refuse(groups: int) -> AccountHasBuyingGroups | None:
        return AccountHasBuyingGroups(id, groups) if groups and not with_buying_groups else None

    groups = Use("buying_groups", {"account_id": id})
    match await ctx.stores.deletions.begin(ctx.stores.accounts, id, ctx.now(), groups, refuse):
        case Missing():
            return await _finish_earlier(ctx, AccountId(id))
        case Raced():
            return Conflict("account", id)
        case AccountHasBuyingGroups() as refusal:
            return refusal
        case None:
            return await _delete(ctx, AccountId(id))


async def _delete(ctx: Context, id: AccountId) -> AccountId | NotFound | Conflict:
    clock = asyncio.get_running_loop().time
    deadline = clock() + _DEADLINE_SECONDS
    while True:
        await ctx.stores.accounts.doubt_products([id])
        if not await _end_groups(ctx, id) or not await letting_go.drop_opportunities(ctx, id):
            return Conflict("account", id)
        await letting_go.end_relations(ctx, id)
        await _free_children(ctx, id)
        match await _take_away(ctx, id):
            case Deleted():
                await _finish(ctx, id)
                return id
            case Missing():
                return await _finish_earlier(ctx, id)
            case Raced():
                return Conflict("account", id)
            case _HasChildren():
                if clock() > deadline:
                    return Conflict("account", id)
        await asyncio.sleep(random.uniform(0, _LONGEST_PAUSE_SECONDS))


async def _take_away(ctx: Context, id: AccountId) -> Deleted | Missing | Raced | _HasChildren:
    def decide(document: Document, uses: Sequence[int]) -> Deletion | _HasChildren:
        (children,) = uses
        if children:
            return _HasChildren()
        event = stamps.event(
            ctx,
            EventType.ACCOUNT_DELETED,
            id,
            account_id=id,
            before={"parent_id": document.get("parent_id")},
        )
        left = audience_members.leaving_events(ctx, document)
        return Deletion(event, carried("account", document), is_unfinished=True, before=left)

    children = Use("accounts", {"parent_id": id})
    return await ctx.stores.deletions.delete(
        ctx.stores.accounts, id, decide, [children], moves_hierarchy=True
    )


async def _finish_earlier(ctx: Context, id: AccountId) -> AccountId | NotFound:
    """Do what is left of a deletion that was broken off after the account was gone."""
    if not await ctx.stores.deletions.is_unfinished(id):
        return NotFound("account", id)
    await _finish(ctx, id)
    return id


async def _finish(ctx: Context, id: AccountId) -> None:
    """Whoever did not know yet that the account goes may have stored something for it."""
    await letting_go.drop_opportunities(ctx, id)
    await letting_go.end_relations(ctx, id)
    await ctx.stores.deletions.finish(id)


async def _end_groups(ctx: Context, id: AccountId) -> bool:
    """Delete the account's groups; False when others kept changing one of them."""
    of_account = {"account_id": id}
    while found := await ctx.stores.groups.found(of_account, {"_id": 1}, limit=GROUPS_AT_ONCE):
        ended = (delete_group(ctx, group["_id"], _REASON) for group in found)
        if any(isinstance(each, Conflict) for each in await asyncio.gather(*ended)):
            return False
    return True


async def _free_children(ctx: Context, id: AccountId) -> None:
    """Let the accounts right below be top accounts, with everything below them."""
    children = await ctx.stores.accounts.found({"parent_id": id}, {"_id": 1}, limit=MOST_ITEMS)
    if children:
        items = [AccountItem(id=child["_id"], parent=None) for child in children]
        await accounts.upsert_accounts(ctx, items)
