"""Deleting a person: out of every group, and what they did waits for whoever comes instead.

Wherever a server ends in the middle of it, the same command finishes it.
"""

from collections.abc import Sequence

from domain.events import EventType
from domain.identifiers import PersonId
from domain.identities import carried
from execution.context import Context, Right
from resolvers import letting_go, signal_moves, stamps
from resolvers.outcomes import Conflict, NotFound
from store.deletions import Deleted, Deletion
from store.driver import Document
from store.erasures import BEING_ERASED
from store.records import Conflict as Raced
from store.records import Missing


async def delete_person(ctx: Context, id: str) -> PersonId | NotFound | Conflict:
    """Delete a person; the e-mail address and the outside keys are free again.

    The person's activities stay, as of somebody who is not known.
    """
    ctx.viewer.require(Right.EDIT_DATA)
    person = PersonId(id)
    known = await ctx.stores.people.one(id, {BEING_ERASED: 1})
    if known is None:
        return await _finish_earlier(ctx, person)
    if BEING_ERASED in known or not await _let_go(ctx, person):
        return Conflict("person", id)

    def decide(document: Document, uses: Sequence[int]) -> Deletion | Raced:
        if BEING_ERASED in document:
            return Raced(id)  # more than a deletion is under way
        before = {"account_ids": [each["account_id"] for each in document["relations"]]}
        event = stamps.event(ctx, EventType.PERSON_DELETED, id, person_id=person, before=before)
        return Deletion(event, carried("person", document), is_unfinished=True)

    match await ctx.stores.deletions.delete(ctx.stores.people, id, decide):
        case Deleted():
            return await _finish(ctx, person)
        case Missing():
            return await _finish_earlier(ctx, person)
        case Raced():
            return Conflict("person", id)


async def _finish_earlier(ctx: Context, person: PersonId) -> PersonId | NotFound | Conflict:
    """Do what is left of a deletion that was broken off after the person was gone."""
    if not await ctx.stores.deletions.is_unfinished(person):
        return NotFound("person", person)
    return await _finish(ctx, person)


async def _finish(ctx: Context, person: PersonId) -> PersonId | Conflict:
    """Whoever did not know yet that the person goes may have stored something about them."""
    if not await _let_go(ctx, person):
        return Conflict("person", person)
    await ctx.stores.deletions.finish(person)
    return person


async def _let_go(ctx: Context, person: PersonId) -> bool:
    """Whether nothing refers to the person any more; else to be repeated."""
    has_left = await letting_go.leave_groups(ctx, person)
    await ctx.stores.activities.detach(person)
    return await signal_moves.follow_person(ctx, person) and has_left
