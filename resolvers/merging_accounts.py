"""Merging accounts: two records that stand for one company become one, everywhere.

The first write gives the survivor the values, the outside keys and the place of the other one,
puts under it what stood below that one, and notes the merge. Wherever a server ends after that,
the same command finishes it.
"""

import asyncio
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from domain import merging
from domain.accounts import AccountRules
from domain.attributes import Scope
from domain.events import EventType
from domain.fields import Refused
from domain.hierarchy import Hierarchy
from domain.identifiers import AccountId
from domain.identities import carried
from execution.context import Context, Right
from resolvers import (
    audience_members,
    custom_fields,
    group_names,
    merged_accounts,
    merged_groups,
    merged_records,
    opportunities,
    stamps,
)
from resolvers.outcomes import Conflict, Invalid, NotFound
from store.deletions import BEING_DELETED, Deleted, Deletion, Use
from store.driver import Document
from store.merges import MergeTurn
from store.records import Change, Missing
from store.records import Conflict as Raced
from store.transactions import OutOfTurn
from store.upserted import Saving

_DEADLINE_SECONDS: Final = 5.0
_LONGEST_PAUSE_SECONDS: Final = 0.05


@dataclass(frozen=True, slots=True)
class _Begun:
    """The merge is noted; these accounts have events to be told."""

    changed: Sequence[str]


class _StillUsed:
    """Something refers to the account that is to go."""


async def merge_accounts(
    ctx: Context, survivor_id: str, merged_id: str
) -> AccountId | Invalid | NotFound | Conflict:
    """Make one account of two; the id of the one that is left, also when it was done before."""
    ctx.viewer.require(Right.EDIT_DATA)
    ctx.viewer.require(Right.EDIT_GROUPS)
    if survivor_id == merged_id:
        return Invalid("mergedId", "must name another account than the survivor")
    begun = await _begin(ctx, survivor_id, merged_id)
    if not isinstance(begun, _Begun):
        return begun
    await ctx.stores.accounts.forward(begun.changed)
    return await _finish(ctx, AccountId(merged_id))


async def _begin(
    ctx: Context, survivor_id: str, merged_id: str
) -> _Begun | Invalid | NotFound | Conflict:
    declared = (await custom_fields.declared(ctx))[Scope.ACCOUNT]

    async def work(turn: MergeTurn) -> _Begun | Invalid | NotFound:
        note = await ctx.stores.merges.of(merged_id)
        if note is not None and note.survivor == survivor_id:
            return _Begun([survivor_id])
        both = await turn.accounts.by_ids([survivor_id, merged_id])
        for id in (survivor_id, merged_id):
            if id not in both or BEING_DELETED in both[id]:
                return NotFound("account", id)
        survivor, merged = both[survivor_id], both[merged_id]
        result = merging.of_accounts(survivor, merged)
        if isinstance(result, Refused):
            return Invalid(result.field, result.reason)
        given = carried("account", merged)
        children = await _move_hierarchy(turn, survivor, merged)
        above = merging.parent(survivor, merged)
        further = {"parent_id": above} if above != survivor["parent_id"] else {}
        changes = [
            merged_records.survivor_changed(
                ctx,
                AccountRules(declared),
                EventType.ACCOUNT_MERGED,
                survivor,
                merged_id,
                result,
                further,
            ),
            *(_adopted(ctx, child, survivor_id) for child in children.values()),
        ]
        await turn.accounts.write([], [*changes, merged_records.marked(ctx, merged, survivor_id)])
        await turn.hand_over(given, merged_id, survivor_id, ctx.now())
        await turn.note(merged_id, survivor_id, ctx.now(), ctx.viewer.actor)
        return _Begun([survivor_id, *children])

    try:
        return await ctx.stores.merges.in_turn(work, moves_hierarchy=True)
    except OutOfTurn:
        return Conflict("account", survivor_id)


async def _move_hierarchy(
    turn: MergeTurn, survivor: Document, merged: Document
) -> Mapping[str, Document]:
    """Place anew what the merge moves; the accounts right below the one that goes."""
    survivor_id, merged_id = survivor["_id"], merged["_id"]
    below = await turn.accounts.below([survivor_id, merged_id])
    stands = {**below, survivor_id: survivor["ancestor_ids"]}
    hierarchy = Hierarchy()
    for account, above in (*stands.items(), (merged_id, merged["ancestor_ids"])):
        hierarchy.learn(account, above)
    right_below = [id for id, above in below.items() if above[-1] == merged_id]
    children = [id for id in right_below if id != survivor_id]
    hierarchy.set_parent(survivor_id, merging.parent(survivor, merged))
    for child in children:
        hierarchy.set_parent(child, survivor_id)
    stands.pop(merged_id, None)
    await turn.accounts.place(hierarchy.moved(stands))
    return await turn.accounts.by_ids(children)


def _adopted(ctx: Context, child: Document, survivor: str) -> Saving:
    event = stamps.event(
        ctx,
        EventType.ACCOUNT_UPDATED,
        child["_id"],
        account_id=AccountId(child["_id"]),
        before={"parent_id": child["parent_id"]},
        after={"changed": ["parent_id"], "parent_id": survivor},
    )
    change = Change({"parent_id": survivor, **stamps.updated(ctx)}, (event,))
    return child["_id"], child["version"], change


async def _finish(ctx: Context, merged: AccountId) -> AccountId | NotFound | Conflict:
    """Move what belongs to the one that goes, and take the record away; which one is left."""
    for earlier in await ctx.stores.merges.unfinished_into(merged):
        done = await _finish(ctx, AccountId(earlier))
        if not isinstance(done, str):
            return done
    survivor = AccountId((await ctx.stores.merges.survivors([merged]))[merged])
    there = await ctx.stores.accounts.by_ids([survivor, merged], {"_id": 1})
    if survivor not in there:
        if merged not in there:
            await ctx.stores.merges.finish(merged)  # both were deleted: nothing is left to move
        return NotFound("account", survivor)
    clock = asyncio.get_running_loop().time
    deadline = clock() + _DEADLINE_SECONDS
    while True:
        # People first: whoever maintains the survivor's groups then finds them related to it.
        await _move(ctx, merged, survivor)
        if not await merged_groups.move_groups(ctx, merged, survivor):
            return Conflict("account", merged)
        match await _take_away(ctx, merged, survivor):
            case Deleted() | Missing():
                await _end(ctx, merged, survivor)
                return survivor
            case Raced():
                return Conflict("account", merged)
            case _StillUsed():
                if clock() > deadline:
                    return Conflict("account", merged)
        await asyncio.sleep(random.uniform(0, _LONGEST_PAUSE_SECONDS))


async def _end(ctx: Context, merged: AccountId, survivor: AccountId) -> None:
    """Whoever did not know of the merge yet may have stored something until the record was gone."""
    await _move(ctx, merged, survivor)
    await opportunities.settle_products_of(ctx, [survivor])
    await group_names.follow_accounts(ctx, [survivor])
    await ctx.stores.merges.finish(merged)


async def _move(ctx: Context, merged: AccountId, survivor: AccountId) -> None:
    await merged_accounts.widen_webhook_filters(ctx, merged, survivor)
    await merged_accounts.move_relations(ctx, merged, survivor)
    await merged_accounts.move_opportunities(ctx, merged, survivor)
    await merged_accounts.move_in_audiences(ctx, merged, survivor)


async def _take_away(
    ctx: Context, merged: AccountId, survivor: AccountId
) -> Deleted | Missing | Raced | _StillUsed:
    def decide(document: Document, uses: Sequence[int]) -> Deletion | _StillUsed:
        if any(uses):
            return _StillUsed()
        event = stamps.event(
            ctx,
            EventType.ACCOUNT_DELETED,
            merged,
            account_id=merged,
            after={"merged_into": survivor},
        )
        return Deletion(event, before=audience_members.leaving_events(ctx, document))

    uses = [
        Use("buying_groups", {"account_id": merged}),
        Use("opportunities", {"account_id": merged}),
        Use("people", {"relations.account_id": merged}),
    ]
    return await ctx.stores.deletions.delete(ctx.stores.accounts, merged, decide, uses)
