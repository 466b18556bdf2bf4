"""Stages of a buying group: where it may go, and how its moves are measured."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from domain.folding import fold
from domain.identifiers import StageId
from domain.stage_models import Stage, StageModel, steps_to_success

MOVES_AT_ONCE: Final = 50
VELOCITY_DAYS: Final = 30
STAGNANT_COMPLETENESS: Final = 75
STAGNANT_DAYS: Final = 30
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class StageUnknown:
    """The group's model has no such stage; where the group may go instead."""

    wanted: str
    allowed: tuple[Stage, ...]


@dataclass(frozen=True, slots=True)
class TransitionNotAllowed:
    """The model does not let the group go there now; where it may go instead.

    A group without a stage enters at an entry stage: then `current` is None.
    """

    current: Stage | None
    wanted: Stage
    allowed: tuple[Stage, ...]


@dataclass(frozen=True, slots=True)
class NoStageModel:
    """The group follows no stage model, so it cannot be moved."""


@dataclass(frozen=True, slots=True)
class Unmoved:
    """The group is in that stage already."""


MoveRefusal = StageUnknown | TransitionNotAllowed | NoStageModel


def allowed(model: StageModel, current: StageId | None) -> tuple[Stage, ...]:
    """Where a group may go from its stage, in the model's order; without one: where it enters."""
    if current is None:
        return tuple(stage for stage in model.stages if stage.is_entry)
    targets = {each.target for each in model.transitions if each.source == current}
    return tuple(stage for stage in model.stages if stage.id in targets)


def move(
    model: StageModel, current: StageId | None, wanted: str
) -> Stage | Unmoved | StageUnknown | TransitionNotAllowed:
    """The stage, meant by name or id, that a group goes to; or why it stays."""
    may = allowed(model, current)
    stage = model.named(wanted)
    if stage is None:
        return StageUnknown(wanted, may)
    if stage.id == current:
        return Unmoved()
    if stage not in may:
        return TransitionNotAllowed(model.stage(current), stage, may)
    return stage


def is_forward(model: StageModel, source: StageId | None, target: StageId) -> bool:
    """Whether a move brings a group nearer to success: fewer moves are left than before.

    Entering the model is no step forward; coming from where success cannot be reached is.
    """
    if source is None:
        return False
    steps = steps_to_success(model)
    if target not in steps:
        return False
    return source not in steps or steps[target] < steps[source]


def same_named(model: StageModel | None, name: str | None) -> Stage | None:
    """The stage of a model that has this name, for a group that comes from another model."""
    if model is None or name is None:
        return None
    return next((stage for stage in model.stages if fold(stage.name) == fold(name)), None)


def velocity(forward: int, since: datetime, now: datetime) -> float:
    """Moves forward per 30 days since the group entered its model, to nine decimals.

    For the first 30 days it is the number of moves forward: a group that has just begun is not
    credited with a pace that it has not kept.
    """
    days = max((now - since) / _DAY, VELOCITY_DAYS)
    return round(forward * VELOCITY_DAYS / days, 9)


def stagnant_since(now: datetime) -> datetime:
    """The moment at or before which a stagnant group made its last move."""
    return now - STAGNANT_DAYS * _DAY


def is_stagnant(completeness: float, since: datetime | None, now: datetime) -> bool:
    """Whether a group is 75 percent complete or more and has not moved for 30 days.

    `since` is the moment of its last move; a group without a stage has nothing to move on from.
    """
    is_complete = completeness >= STAGNANT_COMPLETENESS
    return is_complete and since is not None and since <= stagnant_since(now)
