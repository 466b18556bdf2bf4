"""Readiness of buying groups: kept with whatever changes them, and told when it becomes another.

What changes a group changes its readiness in the same write. Scores are written beside decisions,
so the groups that rise to what is asked, or fall below it, are looked for behind them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, TypeVar

from domain import engagement, readiness, score_ranges
from domain.events import Event, EventType
from domain.identifiers import BuyingGroupId, SolutionInterestId
from domain.readiness import Missing, Threshold
from domain.scoring_runs import Reference
from execution.context import Context, Right
from resolvers import asked_thresholds, stamps
from resolvers.asked_thresholds import ASKED, Wanted
from resolvers.engagement import reference_of
from store.driver import Document
from store.readiness import (
    FOR_MEASURING,
    Asked,
    thresholds_document,
    to_asked,
    to_standing,
    to_thresholds,
)
from store.records import Change, Changed

GROUPS_AT_ONCE: Final = 200
NEEDS: Final = ("readiness", "completeness.exact", "roles", "stage.name", "engagement.raw")

_NOTHING: Final[Mapping[str, Wanted]] = {}

R = TypeVar("R")


def kept(
    ctx: Context, decide: Callable[[Document], Change | R]
) -> Callable[[Document], Change | R]:
    """The decision about a group, with what follows from it for the group's readiness.

    It belongs to a change that was permitted, and asks for no right of its own.
    """

    def decided(document: Document) -> Change | R:
        decision = decide(document)
        return with_readiness(ctx, document, decision) if isinstance(decision, Change) else decision

    return decided


def with_readiness(ctx: Context, document: Document, change: Change) -> Change:
    """The change of a group together with that of its readiness, and the event if there is one."""
    before = document.get("readiness")
    if before is None:
        return change  # it is measured for the first time by whoever looks for such groups
    changed: Document = {**document, **change.set}
    after, events = _measured(ctx, changed, changed["readiness"], before)
    if after == before:
        return change
    return replace(change, set={**change.set, "readiness": after}, events=(*change.events, *events))


def first_readiness(
    ctx: Context, group: Document, asked: Asked, reference: Reference | None
) -> tuple[Document, list[Event]]:
    """What a new group carries of its readiness, and the event if it is ready at once."""
    if not asked.revision:
        return {}, []
    measured, events = _measured(ctx, group, _by(asked, group, reference), None)
    return {"readiness": measured}, events


async def follow_scores(ctx: Context, groups: Sequence[Document]) -> None:
    """Measure those of these groups, just scored, of which a score is asked.

    It follows a change that was permitted, and asks for no right of its own.
    """
    of_scores = [each for each in groups if "is_engaged" in (each.get("readiness") or {})]
    if of_scores:
        await _measure(ctx, of_scores, _NOTHING)


async def measure(ctx: Context, groups: Sequence[BuyingGroupId]) -> int:
    """Measure groups by what their solution interests ask now; how many became another.

    It follows a change that was permitted, and asks for no right of its own.
    """
    documents = await ctx.stores.groups.by_ids(groups, FOR_MEASURING)
    interests = await ctx.stores.solution_interests.by_ids(
        {each["solution_interest_id"] for each in documents.values()}, ASKED
    )
    wanted = await asked_thresholds.wanted(ctx, interests.values())
    return await _measure(ctx, list(documents.values()), wanted)


async def measure_next(ctx: Context) -> int:
    """Measure the next groups whose readiness may be another than what is stored; how many.

    These are groups measured by earlier thresholds, or not yet, and those whose score has passed
    what is asked of it, whatever brought that about. It follows changes that were permitted, and
    asks for no right of its own.
    """
    interests = await ctx.stores.solution_interests.all(ASKED)
    return sum([await _measure_next(ctx, interest) for interest in interests])


async def measure_interest(ctx: Context, id: SolutionInterestId) -> None:
    """Measure the first groups of a solution interest that asks for something else now.

    The worker measures the others. It follows a change that was permitted, and asks for no right
    of its own.
    """
    interest = await ctx.stores.solution_interests.one(id, ASKED)
    if interest is not None:
        await _measure_next(ctx, interest)


async def of_groups(
    ctx: Context, groups: Sequence[Document], tenant: Document | None = None
) -> list[dict[str, Any] | None]:
    """What is told of each group's readiness; None where nothing is asked."""
    ctx.viewer.require(Right.READ)
    reference = await reference_of(ctx, tenant)
    return [_shown(group, reference) for group in groups]


async def missing_of(ctx: Context, id: BuyingGroupId) -> list[dict[str, Any]]:
    """What a group that cannot be handed over lacks; nothing where nothing is asked of it."""
    ctx.viewer.require(Right.EDIT_GROUPS)
    group = await ctx.stores.groups.one(id, dict.fromkeys(NEEDS, 1))
    told = _shown(group, await ctx.stores.scoring.runs.reference()) if group else None
    return told["missing"] if told else []


async def _measure_next(ctx: Context, interest: Document) -> int:
    asked, id = to_asked(interest), SolutionInterestId(interest["_id"])
    if not asked.revision:
        return 0
    found = await ctx.stores.readiness.behind(id, asked.revision, GROUPS_AT_ONCE)
    if asked.thresholds.engagement is not None:
        reference = await ctx.stores.scoring.runs.reference()
        raw = _raw(asked.thresholds.engagement, reference)
        found += await ctx.stores.readiness.crossed(id, raw, GROUPS_AT_ONCE)
    if not found:
        return 0
    documents = await ctx.stores.groups.by_ids(found, FOR_MEASURING)
    return await _measure(
        ctx, list(documents.values()), await asked_thresholds.wanted(ctx, [interest])
    )


async def _measure(
    ctx: Context, documents: Sequence[Document], wanted: Mapping[str, Wanted]
) -> int:
    """Measure groups by what is asked of them, or by what each was measured by before."""
    reference = await ctx.stores.scoring.runs.reference()

    def decide(document: Document) -> Change | None:
        before = document.get("readiness")
        interest = wanted.get(document["solution_interest_id"])
        latest = interest.of(document) if interest else None
        if before is not None and (latest is None or latest.revision < before["revision"]):
            latest = Asked(to_thresholds(before["thresholds"]), before["revision"])
        if latest is None or not latest.revision:
            return None
        after, events = _measured(ctx, document, _by(latest, document, reference), before)
        if after == before:
            return None
        stamped = stamps.updated(ctx) if events else {}
        return Change({"readiness": after, **stamped}, tuple(events))

    answers = await ctx.stores.groups.change_all(documents, decide)
    return sum(isinstance(answer, Changed) for answer in answers.values())


def _by(asked: Asked, group: Document, reference: Reference | None) -> Document:
    """What a group is measured by; whether its score suffices is a part of it."""
    stored: Document = {
        "revision": asked.revision,
        "thresholds": thresholds_document(asked.thresholds),
    }
    if asked.thresholds.engagement is None:
        return stored
    reached = _raw(asked.thresholds.engagement, reference)
    raw = (group.get("engagement") or {}).get("raw", 0.0)
    return {**stored, "is_engaged": reached is not None and raw >= reached}


def _measured(
    ctx: Context, group: Document, by: Document, before: Document | None
) -> tuple[Document, list[Event]]:
    """The readiness of a group as it is stored, and the event if it is another than before."""
    thresholds = to_thresholds(by["thresholds"])
    standing = to_standing(group, is_engaged=by.get("is_engaged", False))
    is_ready = readiness.is_ready(thresholds, standing)
    was_ready = bool(before and before["is_ready"])
    since = before["since"] if before and is_ready and was_ready else None
    after: Document = {
        **{key: by[key] for key in ("revision", "thresholds", "is_engaged") if key in by},
        "is_ready": is_ready,
        "since": since or (ctx.now() if is_ready else None),
    }
    if is_ready == was_ready:
        return after, []
    lacking = readiness.missing(thresholds, standing)
    return after, [_event(ctx, group, lacking, is_ready=is_ready)]


def _event(ctx: Context, group: Document, lacking: Sequence[Missing], *, is_ready: bool) -> Event:
    return stamps.event(
        ctx,
        EventType.BUYING_GROUP_READY if is_ready else EventType.BUYING_GROUP_NO_LONGER_READY,
        group["_id"],
        buying_group_id=group["_id"],
        account_id=group["account_id"],
        solution_interest_id=group["solution_interest_id"],
        before={"is_ready": not is_ready},
        after={
            "is_ready": is_ready,
            "missing": [{"what": each.what.value, "role_id": each.role} for each in lacking],
        },
    )


def _raw(score: int, reference: Reference | None) -> float | None:
    """The raw from which on a group has a score; None when no group can reach it."""
    largest = reference.largest_group_raw if reference else 0.0
    return score_ranges.first_raw(largest, score, or_equal=True)


def _shown(group: Document, reference: Reference | None) -> dict[str, Any] | None:
    stored = group.get("readiness")
    if stored is None:
        return None
    thresholds = to_thresholds(stored["thresholds"])
    if not thresholds.is_any:
        return None
    standing = to_standing(group, is_engaged=stored.get("is_engaged", False))
    lacking = readiness.missing(thresholds, standing)
    return {
        "is_ready": stored["is_ready"],
        "since": stored["since"],
        "missing": [_gap(each, stored["thresholds"], group, reference) for each in lacking],
    }


def _gap(
    missing: Missing, asked: Document, group: Document, reference: Reference | None
) -> dict[str, Any]:
    """What is asked for, and what there is."""
    gap: dict[str, Any] = {"what": missing.what.value, "role_id": missing.role}
    match missing.what:
        case Threshold.COMPLETENESS:
            actual = group["completeness"]["exact"]
            return {**gap, "wanted": asked["completeness"], "actual": actual}
        case Threshold.ENGAGEMENT:
            raw = (group.get("engagement") or {}).get("raw", 0.0)
            largest = reference.largest_group_raw if reference else 0.0
            actual = engagement.score(raw, largest)
            return {**gap, "wanted": asked["engagement"], "actual": actual}
        case Threshold.STAGE:
            stage = (group.get("stage") or {}).get("name")
            return {**gap, "wanted_stages": asked["stages"], "stage": stage}
        case Threshold.ROLE:
            role = next((r for r in group["roles"] if r["role_id"] == missing.role), None)
            counts = (role["members_required"], role["assigned"]) if role else (None, 0)
            return {**gap, "wanted": counts[0], "actual": counts[1]}
