"""Scoring: raws of people and groups and the tenant's reference, in slices that may be repeated.

A run goes through its phases from place to place. What it has done so far is in the database, and
where it stands is a text: whoever has that text can go on, in this process or another.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import Enum
from typing import Final
from zoneinfo import ZoneInfo

from domain import activities
from domain.decay import NO_DECAY
from domain.engagement import Window
from domain.identifiers import BuyingGroupId, PersonId, ScoringRunId
from domain.scoring_runs import Reference, ScoringRun, factors, moved, rules_of
from execution.context import Context, Right
from resolvers import announcing, attaching, excluding_activities, readiness, redating
from resolvers.weighting_models import weigh_new_types
from store.day_counting import PersonDay
from store.readiness import FOR_MEASURING
from store.scoring_pipelines import Stamp

DAYS_AT_ONCE: Final = 16_000
PEOPLE_AT_ONCE: Final = 2_000
GROUPS_AT_ONCE: Final = 200
CLOCKS_DIFFER_BY: Final = timedelta(minutes=5)


class Phase(Enum):
    """What a run does, in this order."""

    ATTACH = "attach"
    REDATE = "redate"
    EXCLUDE = "exclude"
    RECALL = "recall"
    COUNT = "count"
    PEOPLE = "people"
    GROUPS = "groups"
    DUE = "due"
    REFERENCE = "reference"
    CHANGED = "changed"
    READINESS = "readiness"
    ANNOUNCE = "announce"
    SETTLE = "settle"


_NEXT: Final = dict(zip(Phase, [*list(Phase)[1:], None], strict=True))
_BEFORE_PEOPLE_ARE_KNOWN: Final = (
    Phase.ATTACH,
    Phase.REDATE,
    Phase.EXCLUDE,
    Phase.RECALL,
    Phase.COUNT,
)


@dataclass(frozen=True, slots=True)
class Scored:
    """What a slice has done, and where the next begins: nowhere when the run is over.

    Counted are the groups of people whose raw may have changed, not those that were due anyway.
    `is_idle` where a phase has found nothing to count: whoever goes on at once repeats little.
    """

    after: str | None
    people: int = 0
    groups: int = 0
    announced: int = 0
    is_idle: bool = False


@dataclass(frozen=True, slots=True)
class _Done:
    """What one slice of a phase has done; no place to go on from ends the phase."""

    place: str | None
    people: int = 0
    groups: int = 0
    announced: int = 0


async def run_scoring(ctx: Context) -> ScoringRunId:
    """Compute the engagement of people and groups anew; the run that did it."""
    ctx.viewer.require(Right.RUN_JOBS)
    return await _run(ctx)


async def score_first(ctx: Context) -> None:
    """Do the tenant's first run unless there has been one: to be called before a group is made.

    It belongs to a change that was permitted, and asks for no right of its own.
    """
    if await ctx.stores.scoring.runs.reference() is None:
        await _run(ctx)


async def go_on(ctx: Context, place: str) -> Scored:
    """Do the next slice of a run from the place where it stands; from "" a new one begins.

    A slice that is done again leaves what it left before.
    """
    ctx.viewer.require(Right.RUN_JOBS)
    return await _go_on(ctx, place)


async def size(ctx: Context, place: str) -> int | None:
    """How many people a run scores, and groups whose score it looks at; None before it knows."""
    ctx.viewer.require(Right.RUN_JOBS)
    if not place:
        return None
    id, name, _ = place.split("|", 2)
    run = await ctx.stores.scoring.runs.run(id)
    if run is None or Phase(name) in _BEFORE_PEOPLE_ARE_KNOWN:
        return None
    groups = await ctx.stores.groups.count()
    if run.spans is None:
        return groups + await ctx.stores.people.count()
    return groups + await ctx.stores.activities.days.count_touched(run.id, run.spans)


async def _run(ctx: Context) -> ScoringRunId:
    scored = await _go_on(ctx, "")
    run = scored.after or ""
    while scored.after is not None:
        scored = await _go_on(ctx, scored.after)
    return ScoringRunId(run.split("|", 1)[0])


async def _go_on(ctx: Context, place: str) -> Scored:
    if not place:
        begun = await _begin(ctx)
        return Scored(f"{begun.id}|{Phase.ATTACH.value}|")
    id, name, within = place.split("|", 2)
    run, phase = await ctx.stores.scoring.runs.run(id), Phase(name)
    if run is None:
        raise LookupError(f"there is no scoring run {id}")
    done = await _PHASES[phase](ctx, run, within)
    following = _NEXT[phase] if done.place is None else phase
    if following is None:
        return Scored(None, done.people, done.groups, done.announced)
    after = f"{id}|{following.value}|{done.place or ''}"
    is_idle = done.place is None and not (done.people or done.groups or done.announced)
    # What a run goes through in all is known, and noted, before it looks at the first people.
    is_idle = is_idle and following is not Phase.PEOPLE
    return Scored(after, done.people, done.groups, done.announced, is_idle)


async def score_groups(ctx: Context, groups: Sequence[BuyingGroupId]) -> None:
    """Score groups whose members have changed, or that are new, against the last reference.

    It follows a change that was permitted, and asks for no right of its own. While no group was
    active in the last run there is nothing to measure groups by: then they raise it themselves.
    """
    if not groups:
        return
    store = ctx.stores.scoring
    reference = await store.runs.reference()
    stamp = Stamp(None, 0, ctx.now())
    if reference is not None:
        stamp = Stamp(reference.run, reference.number, ctx.now())
    for start in range(0, len(groups), GROUPS_AT_ONCE):
        part = groups[start : start + GROUPS_AT_ONCE]
        await store.score_marked_groups(part, stamp)
        largest = await store.largest_group_raw() if reference and reference.is_first else 0
        if reference is not None and largest:
            await store.runs.raise_reference(reference, largest)
            reference = await store.runs.reference()
        found = await ctx.stores.groups.by_ids(part, FOR_MEASURING)
        scored = [group for group in found.values() if "engagement" in group]
        await readiness.follow_scores(ctx, scored)
        await announcing.announce(ctx, scored, reference)


async def score_due_groups(ctx: Context) -> int:
    """Score groups whose score was left behind by a process that ended, each once; how many."""
    ctx.viewer.require(Right.RUN_JOBS)
    scored, after = 0, ""
    while due := await ctx.stores.scoring.due_groups(after, GROUPS_AT_ONCE):
        await score_groups(ctx, due)
        scored, after = scored + len(due), due[-1]
    return scored


async def _begin(ctx: Context) -> ScoringRun:
    """Note what the run works with: it stays the same to the end, whatever changes meanwhile."""
    model = await weigh_new_types(ctx)
    tenant = await ctx.stores.tenants.own()
    if model is None or tenant is None:
        raise LookupError(f"tenant {ctx.viewer.tenant} has no weighting model")
    types = await ctx.stores.activity_types.types()
    rules = rules_of(model, types, tenant["time_zone"])
    at = ctx.now()
    today = activities.day_of(at, ZoneInfo(rules.time_zone))
    window = Window.ending(today, rules.window_days)
    reference = await ctx.stores.scoring.runs.reference()
    last = await ctx.stores.scoring.runs.run(reference.run) if reference else None
    # Where older acts count less, every day that passes alters the raws of all.
    is_same_day = rules.decay == NO_DECAY or (last is not None and last.window == window)
    is_comparable = last is not None and last.rules == rules and is_same_day
    spans = moved(last.window, window) if last is not None and is_comparable else None
    id = ScoringRunId(ctx.new_id("run"))
    number = await ctx.stores.scoring.runs.next_number()
    run = ScoringRun(id, number, at, window, rules, model.id, spans)
    await ctx.stores.scoring.runs.begin(run)
    return run


async def _attach(ctx: Context, run: ScoringRun, after: str) -> _Done:
    return _Done(await attaching.attach_awaited(ctx, after))


async def _redate(ctx: Context, run: ScoringRun, after: str) -> _Done:
    """What was stored beside a change of the time zone may be dated in that of before."""
    return _Done("" if await redating.redate_next(ctx) else None)


async def _exclude(ctx: Context, run: ScoringRun, after: str) -> _Done:
    """What is stored already may not follow the rules for its sources yet."""
    return _Done(await excluding_activities.follow_rules(ctx, after))


async def _recall(ctx: Context, run: ScoringRun, after: str) -> _Done:
    """What runs have counted that are not over may have gone into no score."""
    others = await ctx.stores.scoring.runs.open_beside(run)
    found = await ctx.stores.activities.days.recall(others, DAYS_AT_ONCE) if others else 0
    return _Done("" if found else None)


async def _count(ctx: Context, run: ScoringRun, after: str) -> _Done:
    marked = await ctx.stores.activities.days.marked(_behind(after), DAYS_AT_ONCE)
    # Before they are counted: whoever does this slice again does not find the same days marked.
    if await attaching.detach_from_deleted(ctx, {each.person for each in marked}):
        # What has been moved falls on days that may have been passed already.
        return _Done("")
    await ctx.stores.activities.days.count(marked, run.id)
    return _Done(_last_of([each.person_day for each in marked]))


async def _people(ctx: Context, run: ScoringRun, after: str) -> _Done:
    people, place = await _touched(ctx, run, after)
    if people:
        counting, shares = run.rules.counting, factors(run.rules, run.window)
        store = ctx.stores.scoring
        await store.score_people(people, run.window, counting, _stamp(run), shares)
    return _Done(place, people=len(people))


async def _groups(ctx: Context, run: ScoringRun, after: str) -> _Done:
    """The groups of the same people again: their raws are all there by now."""
    behind, _, group = after.partition("|")
    people, place = await _touched(ctx, run, behind)
    store, stamp = ctx.stores.scoring, replace(_stamp(run), slice=after)
    groups = await store.groups_of(people, stamp, group, GROUPS_AT_ONCE) if people else []
    if groups:
        await store.score_groups(groups, stamp)
    if len(groups) == GROUPS_AT_ONCE:
        return _Done(f"{behind}|{groups[-1]}", groups=len(groups))
    return _Done(f"{place}|" if place is not None else None, groups=len(groups))


async def _due(ctx: Context, run: ScoringRun, after: str) -> _Done:
    """Groups that nobody has scored since their members changed."""
    groups = await ctx.stores.scoring.due_groups(after, GROUPS_AT_ONCE)
    if not groups:
        return _Done(None)
    await ctx.stores.scoring.score_groups(groups, _stamp(run))
    return _Done(groups[-1])


async def _reference(ctx: Context, run: ScoringRun, after: str) -> _Done:
    person, weight = await ctx.stores.scoring.largest_person()
    group = await ctx.stores.scoring.largest_group_raw()
    is_first = group == 0
    reference = Reference(run.id, run.number, run.at, person, group, weight, is_first, run.model)
    await ctx.stores.scoring.runs.refer_to(run, reference)
    return _Done(None)


async def _changed(ctx: Context, run: ScoringRun, after: str) -> _Done:
    """Groups changed while the run went on may rest on raws of before and after it."""
    since = run.at - CLOCKS_DIFFER_BY
    groups = await ctx.stores.scoring.changed_groups(since, _stamp(run), after, GROUPS_AT_ONCE)
    if not groups:
        return _Done(None)
    await ctx.stores.scoring.score_groups(groups, _stamp(run))
    return _Done(groups[-1])


async def _readiness(ctx: Context, run: ScoringRun, after: str) -> _Done:
    """Groups that this run has brought to what is asked of their score, or below it."""
    return _Done("" if await readiness.measure_next(ctx) else None)


async def _announce(ctx: Context, run: ScoringRun, after: str) -> _Done:
    announced, place = await announcing.announce_next(ctx, after)
    return _Done(place, announced=announced)


async def _settle(ctx: Context, run: ScoringRun, after: str) -> _Done:
    """A run that another began beside stays open: its counts may have gone into no score.

    One that begins after this look finds all that this run has written.
    """
    if not await ctx.stores.scoring.runs.is_latest(run):
        return _Done(None)
    settled = await ctx.stores.activities.days.settle(run.id, _behind(after), DAYS_AT_ONCE)
    if not settled:
        await ctx.stores.scoring.runs.close(run)
    return _Done(_last_of(settled))


def _behind(place: str) -> PersonDay | None:
    """The day that a slice of days goes on behind."""
    if not place:
        return None
    person, day = place.split("|")
    return PersonId(person), date.fromisoformat(day)


def _last_of(days: Sequence[PersonDay]) -> str | None:
    """Where the next slice of days goes on; nowhere when there were none."""
    if not days:
        return None
    person, day = days[-1]
    return f"{person}|{day.isoformat()}"


async def _touched(ctx: Context, run: ScoringRun, after: str) -> tuple[list[PersonId], str | None]:
    """The next people whose raw may have become another, and where to look for more."""
    if run.spans is None:
        people = await ctx.stores.scoring.next_people(after, PEOPLE_AT_ONCE)
        return people, people[-1] if people else None
    touched = await ctx.stores.activities.days.touched(run.id, run.spans, after, PEOPLE_AT_ONCE)
    return touched.people, touched.until


def _stamp(run: ScoringRun) -> Stamp:
    return Stamp(run.id, run.number, run.at)


_PHASES: Final[dict[Phase, Callable[[Context, ScoringRun, str], Awaitable[_Done]]]] = {
    Phase.ATTACH: _attach,
    Phase.REDATE: _redate,
    Phase.EXCLUDE: _exclude,
    Phase.RECALL: _recall,
    Phase.COUNT: _count,
    Phase.PEOPLE: _people,
    Phase.GROUPS: _groups,
    Phase.DUE: _due,
    Phase.REFERENCE: _reference,
    Phase.CHANGED: _changed,
    Phase.READINESS: _readiness,
    Phase.ANNOUNCE: _announce,
    Phase.SETTLE: _settle,
}
