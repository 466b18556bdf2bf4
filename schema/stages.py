"""The stage of a buying group: where it is, where it has been, and how fast it moves."""

from datetime import datetime
from typing import Any, ClassVar, Final

import strawberry

import domain.stages
import resolvers.stage_figures
from domain.stage_models import MOST_STAGES
from execution.fields import computed, embedded, one, stored
from execution.lists import Listed, Listing, many
from execution.sources import Sourced
from resolvers.stage_figures import STAY_NEEDS, TIME_NEEDS
from schema.members import MembershipMethod
from schema.stage_models import Stage, StageDestination, StageModel
from store.reading import Order

VELOCITY: Final = (
    "Moves forward per 30 days since the group entered its stage model; for the first 30 days, the "
    "number of moves forward. A move is forward when fewer moves are left to the success stage "
    "than before it, counted along the shortest way. Entering the model is none."
)
STAGNATION: Final = (
    f"Stagnant is a group whose completeness is {domain.stages.STAGNANT_COMPLETENESS} percent or "
    f"more and that has not changed its stage for {domain.stages.STAGNANT_DAYS} days or more. A "
    "group without a stage is not."
)


def _velocity_definition(since: object) -> str:
    return VELOCITY


@strawberry.type(description="The stage a group is in, and since when.")
class BuyingGroupStage(Sourced):
    id: strawberry.ID = stored("stage_id", description="The stage's id.")
    name: str = stored(description="The stage's name.")
    is_entry: bool = stored(description="Whether groups may enter the model here.")
    destination: StageDestination | None = stored(
        shown=StageDestination, description="How the way ends here; null where it goes on."
    )
    since: datetime = stored(description="When the group came into it.")
    actor: str = stored(description="By whom it was moved there.")
    method: MembershipMethod | None = stored(
        shown=MembershipMethod,
        description="By which method; null where the stage was taken over from a merged group.",
    )
    time_in_stage_seconds: int = computed(
        resolvers.stage_figures.seconds_in_stage,
        needs=TIME_NEEDS,
        description="How many seconds the group has been in it.",
    )
    time_in_stage_days: int = computed(
        resolvers.stage_figures.days_in_stage,
        needs=TIME_NEEDS,
        description="How many whole days of 24 hours the group has been in it.",
    )


@strawberry.type(description="A stay of a group in a stage.")
class StageStay(Listed):
    collection: ClassVar[str] = "events"
    listing: ClassVar[Listing] = Listing(
        default=Order("position", is_descending=True, is_unique=True), orders={}
    )

    stage_id: strawberry.ID = stored("after.stage_id", description="The stage's id.")
    name: str = stored("after.name", description="The stage's name.")
    destination: StageDestination | None = stored(
        "after.destination",
        shown=StageDestination,
        description="How the way ended there; null where it went on.",
    )
    stage_model: StageModel | None = one(
        "after.stage_model_id", description="The model of the stage; null once it is deleted."
    )
    entered_at: datetime = stored("after.since", description="When the group came into it.")
    left_at: datetime | None = computed(
        resolvers.stage_figures.left_at,
        description="When it left; null of the stage it is in now.",
    )
    seconds: int = computed(
        resolvers.stage_figures.seconds_stayed,
        needs=STAY_NEEDS,
        description="How many seconds it stayed, until now if it is there still.",
    )
    is_forward: bool = stored(
        "after.is_forward",
        absent=False,
        description="Whether coming there brought the group nearer to success.",
    )
    actor: str = stored(description="Who moved it there.")
    method: MembershipMethod | None = stored(
        shown=MembershipMethod,
        description="By which method; null where the stage was taken over from a merged group.",
    )
    reason: str | None = stored(
        "personal.reason", description="Why; null when nobody said, or once it is erased."
    )


@strawberry.type(description="How fast a group moves through its stage model.")
class StageVelocity(Sourced):
    per_30_days: float = stored(
        description="Moves forward per 30 days, to nine decimals; see `definition`."
    )
    forward: int = stored(description="Moves forward since it entered its model.")
    moves: int = stored(description="All moves it ever made, forward or not, entering included.")
    since: datetime = stored(description="When it entered its model.")
    definition: str = stored("since", shown=_velocity_definition, description="What is counted.")


@strawberry.type(description="Whether a group stands still although it is complete enough.")
class Stagnation(Sourced):
    is_stagnant: bool = stored(description="Whether it is stagnant; see `definition`.")
    since: datetime | None = stored(
        description="When it last changed its stage; null of a group without a stage."
    )
    definition: str = stored(absent=STAGNATION, description="What makes a group stagnant.")


@strawberry.type(description="How many groups of a solution interest are in a stage.")
class StageCount(Sourced):
    stage: Stage | None = embedded(
        "stage", description="The stage; null: the groups that are in none."
    )
    groups: int = stored(description="How many.")


def allowed_stages() -> Any:
    """The field of a group that shows where it may go."""
    return computed(
        resolvers.stage_figures.allowed_stages,
        needs=resolvers.stage_figures.ALLOWED_NEEDS,
        at_most=MOST_STAGES,
        description="Where it may go next, in the model's order; before it has entered, the entry "
        "stages. Nothing without a stage model, and where no transition leads on.",
    )


def history() -> Any:
    """The field of a group that lists the stages it has been in."""
    return many(
        "after.stage_history_id",
        key="stage_history.id",
        only={"after.stage_id": {"$ne": None}},
        description="The stages it has been in, the present one first.",
    )


def velocity() -> Any:
    """The field of a group that shows how fast it moves."""
    return computed(
        resolvers.stage_figures.velocities,
        needs=resolvers.stage_figures.VELOCITY_NEEDS,
        description="How fast it moves; null before it has entered its model.",
    )


def stagnation() -> Any:
    """The field of a group that shows whether it stands still."""
    return computed(
        resolvers.stage_figures.stagnations,
        needs=resolvers.stage_figures.STAGNATION_NEEDS,
        description="Whether it is complete enough to move on, and does not.",
    )


def counts() -> Any:
    """The field of a solution interest that counts its groups by stage."""
    return computed(
        resolvers.stage_figures.stage_counts,
        needs=resolvers.stage_figures.COUNT_NEEDS,
        at_most=resolvers.stage_figures.MOST_COUNTED,
        description="How many of its groups are in each stage of its stage model, in order; then "
        "in stages of models it had before, and last in none.",
    )
