"""Activity types: a tenant's own, and further spellings of any."""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from domain import activity_types, weighting_models
from domain.activity_types import ActivityType, EngagementType, Exclusion
from domain.events import EventType
from domain.fields import Refused
from domain.folding import fold
from domain.identifiers import ActivityTypeId
from domain.identities import Identity
from domain.upserting import Wanted
from execution.context import Context, Right
from resolvers import jobs, stamps
from resolvers.outcomes import Conflict, Invalid, NameTaken, NotFound
from resolvers.weighting_models import SPELLINGS, weigh_new_types
from store.activity_types import alias_paths, to_type, type_document
from store.driver import Document
from store.records import Change, Changed, Missing
from store.records import Conflict as Raced

_TRIES: Final = 20
_LONGEST_PAUSE_SECONDS: Final = 0.05


@dataclass(frozen=True, slots=True)
class NewActivityType:
    """A type as a client describes it; a weight of 0 keeps it out of every score."""

    name: str
    engagement_type: EngagementType
    weight: int = 0
    daily_cap: int = weighting_models.DAILY_CAP
    aliases: Sequence[str] = ()
    description: str | None = None


async def create_activity_type(
    ctx: Context, new: NewActivityType
) -> ActivityTypeId | Invalid | NameTaken | Conflict:
    """Store a type of the tenant's own; with a weight the next weighting model is activated.

    Activities that came in under one of its spellings before count from the next scoring on. With a
    weight a scoring job is left waiting for a worker.
    """
    ctx.viewer.require(Right.EDIT_COMPONENTS)
    fault = (
        activity_types.check(new.name, new.description)
        or activity_types.check_aliases((), new.aliases)
        or weighting_models.check_weight(new.weight, new.daily_cap)
    )
    if fault is not None:
        return _invalid(fault)
    type = ActivityType(
        activity_types.identifier(ctx.viewer.tenant, new.name),
        new.name.strip(),
        new.engagement_type,
        activity_types.new_aliases((), new.name, new.aliases),
        new.description,
    )
    if taken := await _claim(ctx, type, (type.name, *type.aliases)):
        return taken
    weight = {"weight": new.weight, "daily_cap": new.daily_cap}
    document = {
        **type_document(type),
        **({"awaiting_weight": weight} if new.weight else {}),
        **stamps.created(ctx),
    }
    created = stamps.event(ctx, EventType.ACTIVITY_TYPE_CREATED, type.id, after=weight)
    if not await ctx.stores.activity_types.insert(document, [created]):
        return NameTaken(new.name, type.id)
    await weigh_new_types(ctx)
    if new.weight:
        await jobs.score_anew(ctx)
    return type.id


async def add_activity_type_aliases(
    ctx: Context, id: str, aliases: Sequence[str]
) -> ActivityTypeId | Invalid | NameTaken | NotFound | Conflict:
    """Let a type be meant by further spellings; those it has already change nothing.

    A scoring job is left waiting for a worker, also by whoever repeats a call that was broken off.
    """
    ctx.viewer.require(Right.EDIT_COMPONENTS)
    if not aliases:
        return Invalid("aliases", "must name at least one spelling")
    document = await ctx.stores.activity_types.one(id)
    if document is None:
        return NotFound("activity type", id)
    type = to_type(document)
    added = activity_types.new_aliases(type.aliases, type.name, aliases)
    if fault := activity_types.check_aliases(type.aliases, added):
        return _invalid(fault)
    if taken := await _claim(ctx, type, added):
        return taken

    def decide(document: Document) -> Change | ActivityTypeId:
        stored = to_type(document)
        missing = activity_types.new_aliases(stored.aliases, stored.name, aliases)
        if not missing:
            return stored.id
        wider = replace(stored, aliases=(*stored.aliases, *missing))
        event = stamps.event(
            ctx,
            EventType.ACTIVITY_TYPE_UPDATED,
            id,
            before={"aliases": list(stored.aliases)},
            after={"aliases": list(wider.aliases)},
        )
        return Change({**alias_paths(wider), **stamps.updated(ctx)}, (event,))

    match await ctx.stores.activity_types.change(id, decide):
        case Missing():
            return NotFound("activity type", id)
        case Raced():
            return Conflict("activity type", id)
        case Changed() | str():
            # What came in under the spelling before counts from now on.
            await jobs.score_anew(ctx)
    return ActivityTypeId(id)


async def exclude_activity_type(
    ctx: Context, id: str, excluded_as: Exclusion | None
) -> ActivityTypeId | NotFound | Conflict:
    """Leave the acts of a type out before anything is counted, or (None) count them again.

    A scoring job is left waiting for a worker, also by whoever repeats a call that was broken off;
    what was counted already is scored anew by it.
    """
    ctx.viewer.require(Right.EDIT_COMPONENTS)

    def decide(document: Document) -> Change | ActivityTypeId:
        before = to_type(document).excluded_as
        if before is excluded_as:
            return ActivityTypeId(id)
        values = [each.value if each else None for each in (before, excluded_as)]
        event = stamps.event(
            ctx,
            EventType.ACTIVITY_TYPE_UPDATED,
            id,
            before={"excluded_as": values[0]},
            after={"excluded_as": values[1]},
        )
        return Change({"excluded_as": values[1], **stamps.updated(ctx)}, (event,))

    match await ctx.stores.activity_types.change(id, decide):
        case Missing():
            return NotFound("activity type", id)
        case Raced():
            return Conflict("activity type", id)
        case Changed() | str():
            await jobs.score_anew(ctx)
    return ActivityTypeId(id)


async def _claim(
    ctx: Context, type: ActivityType, spellings: Sequence[str]
) -> NameTaken | Conflict | None:
    """Claim spellings for a type; who has one of them already, if anybody.

    A claim that no type came to carry is taken over once it is old. Whoever was faster with one
    of the spellings may not come to carry it, so that is looked up again.
    """
    wanted = {Identity(SPELLINGS, fold(spelling)): spelling for spelling in spellings}
    for _ in range(_TRIES):
        claims = await ctx.stores.identities.find(wanted, ctx.now())
        owners = {claim.owner for claim in claims.values()}
        carried = await ctx.stores.activity_types.spellings_of(owners)
        for identity, claim in claims.items():
            is_free = claim.is_stale and identity.value not in carried.get(claim.owner, ())
            if claim.owner != type.id and not is_free:
                return NameTaken(wanted[identity], claim.owner)
        new = {identity: Wanted(type.id, claims.get(identity)) for identity in wanted}
        if await ctx.stores.identities.claim_many(new, ctx.now()):
            return None
        await asyncio.sleep(random.uniform(0, _LONGEST_PAUSE_SECONDS))
    return Conflict("activity type", type.id)


def _invalid(fault: Refused) -> Invalid:
    return Invalid(fault.field, fault.reason)
