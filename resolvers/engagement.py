"""Engagement as it is shown: scores against the tenant's reference."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from domain import engagement
from domain.identifiers import WeightingModelId
from domain.scoring_runs import Reference
from execution.context import Context, Right
from execution.sources import Document
from store.scoring_runs import to_reference

NEEDS: Final = ("engagement.raw",)
NEEDS_OF: Final[Mapping[str, tuple[str, ...]]] = {
    "roleWeightedCount": ("engagement.role_weighted_count",),
    "computedAt": ("engagement.computed_at",),
    "runId": ("engagement.run_id",),
    "weightingModel": ("engagement.run_id", "engagement.run_number"),
    "isStale": ("score_due",),
}
"""What each field reads; an `_id` is always there."""
OF_TENANT: Final = ("scoring",)


async def of_groups(
    ctx: Context, groups: Sequence[Document], tenant: Document | None = None
) -> list[dict[str, Any] | None]:
    """The engagement of each group; None of one that has not been scored yet.

    It is stale from a change of its members until it is scored anew, a moment later.
    """
    ctx.viewer.require(Right.READ)
    reference = await reference_of(ctx, tenant)
    models = await _models(ctx, groups, reference)
    return [_of_group(group, reference, models) for group in groups]


async def of_people(
    ctx: Context, people: Sequence[Document], tenant: Document | None = None
) -> list[dict[str, Any] | None]:
    """The engagement of each person; None before the tenant's first scoring."""
    ctx.viewer.require(Right.READ)
    reference = await reference_of(ctx, tenant)
    if reference is None:
        return [None] * len(people)
    models = await _models(ctx, people, reference)
    return [_of_person(person.get("engagement"), reference, models) for person in people]


async def reference_of(ctx: Context, tenant: Document | None) -> Reference | None:
    """What scores are measured by, as the tenant's document has it that may be at hand."""
    return await ctx.stores.scoring.runs.reference() if tenant is None else to_reference(tenant)


async def _models(
    ctx: Context, scored: Sequence[Document], reference: Reference | None
) -> dict[str, WeightingModelId]:
    """The model versions of runs that are not over yet: the others agree with the reference's."""
    number = reference.number if reference else 0
    later = {
        stored["run_id"]
        for each in scored
        if (stored := each.get("engagement"))
        and stored.get("run_number", 0) > number
        and stored.get("run_id")
    }
    return await ctx.stores.scoring.runs.models(sorted(later)) if later else {}


def _model(
    stored: Mapping[str, Any],
    reference: Reference | None,
    models: Mapping[str, WeightingModelId],
) -> WeightingModelId | None:
    """The version of the model that stored figures come from."""
    in_force = reference.model if reference else None
    return models.get(stored.get("run_id", ""), in_force) if models else in_force


def _of_group(
    group: Document, reference: Reference | None, models: Mapping[str, WeightingModelId]
) -> dict[str, Any] | None:
    stored = group.get("engagement")
    if stored is None:
        return None
    largest = reference.largest_group_raw if reference else 0.0
    return {
        "group_id": group["_id"],
        "exact": engagement.score(stored["raw"], largest),
        "raw": stored["raw"],
        "role_weighted_count": {"exact": stored.get("role_weighted_count")},
        "computed_at": stored.get("computed_at"),
        "run_id": stored.get("run_id"),
        "model_id": _model(stored, reference, models),
        "is_stale": group.get("score_due") is not None,
    }


def _of_person(
    stored: Mapping[str, Any] | None,
    reference: Reference,
    models: Mapping[str, WeightingModelId],
) -> dict[str, Any]:
    if not stored:
        return {
            "exact": 0.0,
            "raw": 0,
            "computed_at": reference.computed_at,
            "model_id": reference.model,
        }
    raw = stored["raw"]
    return {
        "exact": engagement.score(raw, reference.largest_person_raw),
        "raw": raw,
        "computed_at": stored.get("computed_at"),
        "model_id": _model(stored, reference, models),
    }
