"""Erasing a person for the sake of their privacy: as if nobody had ever told of them.

A mark comes first, then steps of which each may be repeated. Wherever a server ends in the middle
of it, the same command or a worker finishes it.
"""

from collections.abc import Sequence

from domain.events import Event, EventType
from domain.identifiers import PersonId
from domain.identities import carried
from execution.context import Context, Right
from resolvers import erased_records, letting_go, stamps
from resolvers.merging_people import merge_people
from resolvers.outcomes import Conflict, NotFound
from store.deletions import ERASED_AT, Deleted, Deletion
from store.driver import Document
from store.erasures import BEING_ERASED
from store.records import Change, Changed, Missing
from store.records import Conflict as Raced


async def erase_person(ctx: Context, id: str) -> PersonId | NotFound | Conflict:
    """Erase a person, also one who was deleted before; the id that is left says nothing.

    No claim of any method keeps them in a group; all that was done by them or told about them
    goes too. One who was merged into another is found as that one only. Repeating it is no harm.
    """
    ctx.viewer.require(Right.ADMIN)
    person = PersonId(id)

    def begin(document: Document) -> Change | NotFound | None:
        if "merged_into" in document:
            return NotFound("person", id)
        return None if BEING_ERASED in document else Change({BEING_ERASED: ctx.now()})

    match await ctx.stores.people.change(id, begin):
        case NotFound() as unknown:
            return unknown
        case Raced():
            return Conflict("person", id)
        case Missing():
            return await _erase_deleted(ctx, person)
        case Changed() | None:
            return await _erase(ctx, person)


async def _erase(ctx: Context, person: PersonId) -> PersonId | NotFound | Conflict:
    for merged in await ctx.stores.merges.unfinished_into(person):
        if isinstance(await merge_people(ctx, person, merged), Conflict):
            return Conflict("person", person)
    if not await letting_go.leave_groups(ctx, person):
        return Conflict("person", person)

    def decide(document: Document, uses: Sequence[int]) -> Deletion:
        note = {ERASED_AT: ctx.now(), erased_records.NOTE: erased_records.note_of(document)}
        return Deletion(_event(ctx, person), carried("person", document), True, note)

    match await ctx.stores.deletions.delete(ctx.stores.people, person, decide):
        case Deleted():
            return await _finish(ctx, person)
        case Missing():
            return await _erase_deleted(ctx, person)
        case Raced():
            return Conflict("person", person)


async def _erase_deleted(ctx: Context, person: PersonId) -> PersonId | NotFound | Conflict:
    """Erase what a deletion has left, or what is left of an erasure that was broken off."""
    if await ctx.stores.merges.of(person) is not None:
        return NotFound("person", person)

    def mark(document: Document) -> Change | NotFound | None:
        if document["collection"] != ctx.stores.people.collection.name:
            return NotFound("person", person)
        if ERASED_AT in document:
            return None
        now = ctx.now()
        since = {ERASED_AT: now, "created_at": now, "unfinished": True}
        return Change(since, (_event(ctx, person),))

    match await ctx.stores.deletions.change(person, mark):
        case NotFound() | Missing():
            return NotFound("person", person)
        case Raced():
            return Conflict("person", person)
        case Changed() | None:
            return await _finish(ctx, person)


async def _finish(ctx: Context, person: PersonId) -> PersonId | Conflict:
    """Whoever did not know yet that the person goes may have stored something about them.

    It stays unfinished for a minute: then nobody can be at work who began before, and a worker
    looks for the last time.
    """
    has_left = await letting_go.leave_groups(ctx, person)
    is_scrubbed = await erased_records.scrub(ctx, person)
    return person if has_left and is_scrubbed else Conflict("person", person)


def _event(ctx: Context, person: PersonId) -> Event:
    return stamps.event(ctx, EventType.PERSON_ERASED, person, person_id=person)
