"""What is told of groups and their stages: where they may go, how long they stay, how fast they go.

Each takes many parents at once, and costs as many commands as one would.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from domain import stages
from domain.identifiers import StageId
from domain.stage_models import Stage, StageModel
from execution.context import Context, Right
from resolvers.stage_changes import stage_id
from store.driver import Document
from store.stage_models import stage_document

MOST_COUNTED: Final = 100
ALLOWED_NEEDS: Final = ("stage_model_id", "stage.stage_id")
TIME_NEEDS: Final = ("since",)
STAY_NEEDS: Final = ("after.since",)
VELOCITY_NEEDS: Final = ("stage_history",)
STAGNATION_NEEDS: Final = ("stage.since", "completeness.exact")
COUNT_NEEDS: Final = ("stage_model_id",)
_DAY: Final = timedelta(days=1)


async def allowed_stages(ctx: Context, groups: Sequence[Document]) -> list[list[Document]]:
    """Where each group may go next; nothing for one that follows no model."""
    ctx.viewer.require(Right.READ)
    models = await ctx.stores.stage_models.models(group.get("stage_model_id") for group in groups)
    return [
        [
            stage_document(stage)
            for model in [models.get(group.get("stage_model_id") or "")]
            for stage in (stages.allowed(model, stage_id(group)) if model else ())
        ]
        for group in groups
    ]


async def seconds_in_stage(ctx: Context, entered: Sequence[Document]) -> list[int]:
    """How many seconds each group has been in its stage, until now."""
    ctx.viewer.require(Right.READ)
    return [_seconds(each["since"], ctx.now()) for each in entered]


async def days_in_stage(ctx: Context, entered: Sequence[Document]) -> list[int]:
    """How many whole days each group has been in its stage, until now."""
    ctx.viewer.require(Right.READ)
    return [_days(each["since"], ctx.now()) for each in entered]


async def left_at(ctx: Context, moves: Sequence[Document]) -> list[datetime | None]:
    """When each stay in a stage ended that these events began; None while it goes on."""
    ctx.viewer.require(Right.READ)
    ends = await ctx.stores.stage_figures.ends([move["_id"] for move in moves])
    return [ends[move["_id"]]["at"] if move["_id"] in ends else None for move in moves]


async def seconds_stayed(ctx: Context, moves: Sequence[Document]) -> list[int]:
    """How many seconds each stay took that these events began, until now if it goes on."""
    ctx.viewer.require(Right.READ)
    until = await left_at(ctx, moves)
    return [
        _seconds(move["after"]["since"], end or ctx.now())
        for move, end in zip(moves, until, strict=True)
    ]


async def velocities(ctx: Context, groups: Sequence[Document]) -> list[dict[str, Any] | None]:
    """How fast each group moves; None of one that has not entered its model."""
    ctx.viewer.require(Right.READ)
    return [_velocity(group.get("stage_history"), ctx.now()) for group in groups]


async def stagnations(ctx: Context, groups: Sequence[Document]) -> list[dict[str, Any]]:
    """Whether each group is complete enough to move on and has not moved for long."""
    ctx.viewer.require(Right.READ)
    now = ctx.now()
    found: list[dict[str, Any]] = []
    for group in groups:
        since = (group.get("stage") or {}).get("since")
        complete = group["completeness"]["exact"]
        found.append({"is_stagnant": stages.is_stagnant(complete, since, now), "since": since})
    return found


async def stage_counts(ctx: Context, interests: Sequence[Document]) -> list[list[dict[str, Any]]]:
    """How many groups of each solution interest are in each stage of its model, in its order.

    Then come stages of other models that groups are still in, and at the end those in none.
    """
    ctx.viewer.require(Right.READ)
    counts = await ctx.stores.stage_figures.counts([interest["_id"] for interest in interests])
    models = await ctx.stores.stage_models.models(each.get("stage_model_id") for each in interests)
    of_model = {id: [stage.id for stage in model.stages] for id, model in models.items()}
    others = {
        id
        for interest in interests
        for id in counts[interest["_id"]]
        if id is not None and id not in of_model.get(interest.get("stage_model_id") or "", ())
    }
    known = await _stages(ctx, models, others)
    return [
        _counts(counts[each["_id"]], of_model.get(each.get("stage_model_id") or "", ()), known)
        for each in interests
    ]


async def _stages(
    ctx: Context, models: dict[str, StageModel], others: set[str]
) -> dict[str, Stage]:
    """The stages of these models by id, and others that belong to models of before."""
    known: list[StageModel] = list(models.values())
    if others:
        found = await ctx.stores.stage_models.found(
            {"stages.stage_id": {"$in": sorted(others)}}, {"_id": 1}
        )
        known += (await ctx.stores.stage_models.models(each["_id"] for each in found)).values()
    return {stage.id: stage for model in known for stage in model.stages}


def _counts(
    counts: dict[str | None, int], own: Sequence[StageId], known: dict[str, Stage]
) -> list[dict[str, Any]]:
    rest = sorted(id for id in counts if id is not None and id not in own and id in known)
    rows: list[dict[str, Any]] = [
        {"stage": stage_document(known[id]), "groups": counts.get(id, 0)} for id in (*own, *rest)
    ]
    return [*rows, {"stage": None, "groups": counts.get(None, 0)}]


def _velocity(history: Document | None, now: datetime) -> dict[str, Any] | None:
    if not history or history["since"] is None:
        return None
    forward, since = history["forward"], history["since"]
    return {
        "per_30_days": stages.velocity(forward, since, now),
        "forward": forward,
        "moves": history["moves"],
        "since": since,
    }


def _seconds(since: datetime, until: datetime) -> int:
    return max(int((until - since).total_seconds()), 0)


def _days(since: datetime, until: datetime) -> int:
    return max((until - since) // _DAY, 0)
