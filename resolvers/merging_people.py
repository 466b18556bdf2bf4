"""Merging people: two records that stand for one person become one, everywhere.

The first write gives the survivor the values and the identities of the other one, and notes the
merge. Wherever a server ends after that, the same command finishes it.
"""

import asyncio
import random
from collections.abc import Sequence
from typing import Final

from domain import merging
from domain.attributes import Scope
from domain.events import EventType
from domain.fields import Refused
from domain.identifiers import PersonId
from domain.identities import carried
from domain.people import PersonRules
from execution.context import Context, Right
from resolvers import (
    custom_fields,
    letting_go,
    merged_members,
    merged_records,
    signal_moves,
    stamps,
)
from resolvers.outcomes import Conflict, Invalid, NotFound
from store.deletions import Deleted, Deletion, Use
from store.driver import Document
from store.erasures import BEING_ERASED
from store.merges import MergeTurn
from store.records import Conflict as Raced
from store.records import Missing
from store.transactions import OutOfTurn

_DEADLINE_SECONDS: Final = 5.0
_LONGEST_PAUSE_SECONDS: Final = 0.05


class _StillKnown:
    """Something was said in a group of the one who is to go."""


async def merge_people(
    ctx: Context, survivor_id: str, merged_id: str
) -> PersonId | Invalid | NotFound | Conflict:
    """Make one person of two; the id of the one who is left, also when it was done before."""
    ctx.viewer.require(Right.EDIT_DATA)
    if survivor_id == merged_id:
        return Invalid("mergedId", "must name another person than the survivor")
    begun = await _begin(ctx, survivor_id, merged_id)
    if begun is not None:
        return begun
    await ctx.stores.people.forward([survivor_id])
    return await _finish(ctx, PersonId(merged_id))


async def _begin(
    ctx: Context, survivor_id: str, merged_id: str
) -> Invalid | NotFound | Conflict | None:
    rules = PersonRules((await custom_fields.declared(ctx))[Scope.PERSON])

    async def work(turn: MergeTurn) -> Invalid | NotFound | None:
        note = await ctx.stores.merges.of(merged_id)
        if note is not None and note.survivor == survivor_id:
            return None
        people = await turn.people.by_ids([survivor_id, merged_id])
        for id in (survivor_id, merged_id):
            if id not in people or not people[id].keys().isdisjoint(("merged_into", BEING_ERASED)):
                return NotFound("person", id)
        survivor, merged = people[survivor_id], people[merged_id]
        result = merging.of_people(survivor, merged)
        if isinstance(result, Refused):
            return Invalid(result.field, result.reason)
        given = carried("person", merged)
        changed = merged_records.survivor_changed(
            ctx, rules, EventType.PERSON_MERGED, survivor, merged_id, result
        )
        await turn.people.write([], [changed, merged_records.marked(ctx, merged, survivor_id)])
        await turn.hand_over(given, merged_id, survivor_id, ctx.now())
        await turn.note(merged_id, survivor_id, ctx.now(), ctx.viewer.actor)
        return None

    try:
        return await ctx.stores.merges.in_turn(work)
    except OutOfTurn:
        return Conflict("person", survivor_id)


async def _finish(ctx: Context, merged: PersonId) -> PersonId | NotFound | Conflict:
    """Move what belongs to the one who goes, and take the record away; who is left."""
    for earlier in await ctx.stores.merges.unfinished_into(merged):
        done = await _finish(ctx, PersonId(earlier))
        if isinstance(done, Conflict):
            return done
    survivor = PersonId((await ctx.stores.merges.survivors([merged]))[merged])
    clock = asyncio.get_running_loop().time
    deadline = clock() + _DEADLINE_SECONDS
    while True:
        if not await _move(ctx, merged):
            return Conflict("person", merged)
        match await _take_away(ctx, merged, survivor):
            case Deleted() | Missing():
                return await _end(ctx, merged, survivor)
            case Raced():
                return Conflict("person", merged)
            case _StillKnown():
                if clock() > deadline:
                    return Conflict("person", merged)
        await asyncio.sleep(random.uniform(0, _LONGEST_PAUSE_SECONDS))


async def _end(
    ctx: Context, merged: PersonId, survivor: PersonId
) -> PersonId | NotFound | Conflict:
    """Whoever did not know of the merge yet may have stored something until the record was gone."""
    if not await _move(ctx, merged):
        return Conflict("person", merged)
    await ctx.stores.merges.finish(merged)
    if await ctx.stores.people.one(survivor, {"_id": 1}) is None:
        return NotFound("person", survivor)
    return survivor


async def _move(ctx: Context, merged: PersonId) -> bool:
    """Give what belongs to the one who goes to whoever is left; False when others kept at it.

    Nobody is left when the survivor has been deleted meanwhile.
    """
    if not await signal_moves.follow_person(ctx, merged):
        return False
    survivor = (await merged_records.successors(ctx, [merged])).get(merged)
    if survivor is None:
        await ctx.stores.activities.detach(merged)
        return await letting_go.leave_groups(ctx, merged)
    await ctx.stores.activities.reassign(merged, PersonId(survivor))
    return await merged_members.move_everywhere(ctx, merged, PersonId(survivor))


async def _take_away(
    ctx: Context, merged: PersonId, survivor: PersonId
) -> Deleted | Missing | Raced | _StillKnown:
    def decide(document: Document, uses: Sequence[int]) -> Deletion | _StillKnown:
        (groups,) = uses
        if groups:
            return _StillKnown()
        event = stamps.event(
            ctx,
            EventType.PERSON_DELETED,
            merged,
            person_id=merged,
            after={"merged_into": survivor},
        )
        return Deletion(event)

    groups = Use("buying_groups", merged_members.known_to(merged))
    return await ctx.stores.deletions.delete(ctx.stores.people, merged, decide, [groups])
