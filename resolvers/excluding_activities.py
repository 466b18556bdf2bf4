"""Excluding activities: single ones by marks, and whatever a source reports by a rule for it.

Scores follow with the next scoring run, which counts the days concerned anew.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from domain.activity_exclusions import Mark, SourceRule, unsettled, with_rule
from domain.activity_types import Exclusion
from domain.events import Event, EventType
from domain.fields import Refused
from domain.identifiers import ActivityId, PersonId
from domain.upserting import MOST_ITEMS, TooManyItems
from execution.context import Context, Right
from resolvers import jobs, stamps
from resolvers.outcomes import Conflict, Invalid, NotFound
from store import records
from store.activity_marks import Step
from store.driver import Document
from store.records import Change, Changed

_PATH: Final = "activity_sources"


@dataclass(frozen=True, slots=True)
class MarkedActivities:
    """How many activities are marked otherwise now, how many were so already, and which ids
    nothing has, in the order given."""

    changed: int
    unchanged: int
    unknown: tuple[str, ...]


async def mark_activities(
    ctx: Context, ids: Sequence[str], mark: Mark | None
) -> MarkedActivities | TooManyItems:
    """Say of up to 1,000 activities whose they are, or that they count; None: nothing any more.

    A mark outweighs what the source says, and stays when the source reports the activity again. A
    scoring job is left waiting for a worker, also by whoever repeats a call that was broken off.
    """
    ctx.viewer.require(Right.EDIT_DATA)
    if len(ids) > MOST_ITEMS:
        return TooManyItems(len(ids))
    wanted = list(dict.fromkeys(map(ActivityId, ids)))
    stamp = {"marked_at": ctx.now(), "marked_by": ctx.viewer.actor}

    def tell(id: ActivityId, person: PersonId | None, before: Mark | None) -> Event:
        return stamps.event(
            ctx,
            EventType.ACTIVITY_MARKED,
            id,
            person_id=person,
            before={"marked_as": before.value if before else None},
            after={"marked_as": mark.value if mark else None},
        )

    done = await ctx.stores.activities.say(wanted, mark, stamp, tell)
    if done.found:
        await jobs.score_anew(ctx)
    return MarkedActivities(
        len(done.changed),
        len(done.found) - len(done.changed),
        tuple(id for id in wanted if id not in done.found),
    )


async def exclude_activity_source(
    ctx: Context, source: str, excluded_as: Exclusion | None
) -> tuple[SourceRule, ...] | Invalid | NotFound | Conflict:
    """Leave out whatever a source reports, before now and from now on, or (None) count it again.

    It goes for acts of which neither people nor the source itself say anything. Those that are
    stored already follow in the scoring run that a job is left waiting for, also by whoever repeats
    a call that was broken off.
    """
    ctx.viewer.require(Right.EDIT_COMPONENTS)
    tenant, last_run = ctx.viewer.tenant, await _last_run(ctx)

    def decide(document: Document) -> Change | Invalid | SourceRule | None:
        before = _rules(document)
        after = with_rule(before, source, excluded_as, ctx.now(), last_run)
        if isinstance(after, Refused):
            return Invalid(after.field, after.reason)
        if after == before:
            return next((rule for rule in before if rule.source == source.strip()), None)
        event = stamps.event(
            ctx,
            EventType.TENANT_UPDATED,
            tenant,
            before={_PATH: _shown(before)},
            after={_PATH: _shown(after)},
        )
        return Change({_PATH: list(map(_stored, after)), **stamps.updated(ctx)}, (event,))

    match await ctx.stores.tenants.change(tenant, decide):
        case Invalid() as invalid:
            return invalid
        case records.Missing(id):
            return NotFound("tenant", id)
        case records.Conflict(id):
            return Conflict("tenant", id)
        case Changed() | SourceRule():
            await jobs.score_anew(ctx)
    return await excluded_activity_sources(ctx)


async def excluded_activity_sources(ctx: Context) -> tuple[SourceRule, ...]:
    """The sources whose acts are left out, in their order."""
    ctx.viewer.require(Right.READ)
    return tuple(rule for rule in await _own_rules(ctx) if rule.excluded_as is not None)


async def ruled(ctx: Context) -> dict[str, Exclusion]:
    """As what the acts of each source are left out, where they are.

    It serves those who have asked for a right of their own.
    """
    rules = await _own_rules(ctx)
    return {rule.source: rule.excluded_as for rule in rules if rule.excluded_as is not None}


async def follow_rules(ctx: Context, place: str) -> str | None:
    """Let the next stored activities follow the rules of their sources; the place behind them.

    None when there are none left. It looks at the sources whose rules the last run that came to
    its end may not have seen to, and is a part of scoring, which has asked for a right.
    """
    rules = unsettled(await _own_rules(ctx), await _last_run(ctx))
    at, id, source = place.split("|", 2) if place else ("", "", "")
    after: Step | None = (datetime.fromisoformat(at), id) if place else None
    for rule in rules:
        if rule.source < source:
            continue
        reached = await ctx.stores.activities.follow_rule(
            rule, after if rule.source == source else None
        )
        if reached is not None:
            return f"{reached[0].isoformat()}|{reached[1]}|{rule.source}"
    return None


async def _last_run(ctx: Context) -> datetime | None:
    reference = await ctx.stores.scoring.runs.reference()
    return reference.computed_at if reference else None


async def _own_rules(ctx: Context) -> tuple[SourceRule, ...]:
    tenant = await ctx.stores.tenants.own()
    return _rules(tenant) if tenant else ()


def _rules(tenant: Document) -> tuple[SourceRule, ...]:
    return tuple(
        SourceRule(
            each["source"],
            Exclusion(each["excluded_as"]) if each["excluded_as"] else None,
            each["since"],
        )
        for each in tenant.get(_PATH, ())
    )


def _shown(rules: Sequence[SourceRule]) -> dict[str, str]:
    return {rule.source: rule.excluded_as.value for rule in rules if rule.excluded_as}


def _stored(rule: SourceRule) -> Document:
    excluded_as = rule.excluded_as.value if rule.excluded_as else None
    return {"source": rule.source, "excluded_as": excluded_as, "since": rule.since}
