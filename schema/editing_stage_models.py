"""Stage models: drafting, editing, publishing, deleting."""

from typing import Annotated

import strawberry

import domain.stage_models
import resolvers.stage_models
from domain.stage_drafts import StageEntry, TransitionEntry
from execution.fields import each, one, stored
from execution.limits import at_most
from execution.sources import Sourced
from resolvers.stage_models import USERS_NAMED, ModelChange, WrittenModel
from resolvers.unsaid import Unsaid
from schema.errors import Conflict, InvalidInput, NameTaken, NotFound, UserError, refusal_of
from schema.info import Info
from schema.repeating import Repeatable
from schema.solution_interests import SolutionInterest
from schema.stage_models import (
    MOST_FAULTS,
    StageDestination,
    StageModel,
    StageModelFault,
    faults_shown,
)
from schema.unsaid import null_in, or_none, said, said_in_full


@strawberry.type(description="A live stage model stays as it is.")
class StageModelIsLive(UserError):
    stage_model_id: strawberry.ID = strawberry.field(description="The model.")


@strawberry.type(
    description="The stage model cannot be saved so, or cannot go live: everything that is wrong "
    "with it, at once. Nothing was stored."
)
class StageModelFaulty(UserError):
    faults: list[StageModelFault] = strawberry.field(
        description="What is wrong, place by place.", metadata=at_most(MOST_FAULTS)
    )


@strawberry.type(description="Solution interests name the stage model, or buying groups follow it.")
class StageModelInUse(Sourced, UserError):
    stage_model_id: strawberry.ID = stored(description="The model.")
    solution_interest_count: int = stored(description="How many solution interests name it.")
    solution_interests: list[SolutionInterest] = each(
        "solution_interest_ids", at_most=USERS_NAMED, description="The first ten of them."
    )
    buying_groups: int = stored(description="How many groups follow it.")


@strawberry.input(description="A stage of a model.")
class StageInput:
    id: strawberry.ID | None = strawberry.field(
        default=None,
        description="Which saved stage of the draft this is; that is how one is renamed. Without "
        "an id it is the saved one of this name, or a new one.",
    )
    name: str = strawberry.field(
        description="At most 255 characters; the model has it once, case does not matter."
    )
    description: str | None = strawberry.field(default=None, description="What it means.")
    is_entry: bool = strawberry.field(
        default=False, description="Whether groups may enter the model here."
    )
    destination: StageDestination | None = strawberry.field(
        default=None, description="How the way ends here; null where it goes on."
    )


@strawberry.input(description="An allowed move.")
class StageTransitionInput:
    source: str = strawberry.field(description="The stage it leads from, by name or id.")
    target: str = strawberry.field(description="The stage it leads to, by name or id.")


@strawberry.input(description="A stage model to draft; it need not be ready to go live.")
class CreateStageModelInput(Repeatable):
    name: str = strawberry.field(description="Unique; at most 255 characters.")
    description: str | None = strawberry.field(default=None, description="Free text.")
    stages: list[StageInput] = strawberry.field(description="Its stages in order, 50 at most.")
    transitions: list[StageTransitionInput] = strawberry.field(
        default_factory=list, description="The moves that are allowed."
    )


@strawberry.input(description="What is to change of a draft; what is left out stays.")
class UpdateStageModelInput(Repeatable):
    stage_model_id: strawberry.ID = strawberry.field(description="The draft.")
    name: str | None = strawberry.field(
        default=strawberry.UNSET, description="Unique; at most 255 characters; not null."
    )
    description: str | None = strawberry.field(
        default=strawberry.UNSET, description="Free text; null takes it away."
    )
    stages: list[StageInput] | None = strawberry.field(
        default=strawberry.UNSET,
        description="All stages in order. A saved one may be renamed, but not be missing. Not "
        "null.",
    )
    transitions: list[StageTransitionInput] | None = strawberry.field(
        default=strawberry.UNSET,
        description="All moves that are allowed; null takes all away.",
    )


@strawberry.input(description="The draft to make live.")
class PublishStageModelInput(Repeatable):
    stage_model_id: strawberry.ID = strawberry.field(description="The draft.")


@strawberry.input(description="The stage model to delete.")
class DeleteStageModelInput(Repeatable):
    stage_model_id: strawberry.ID = strawberry.field(description="The model, live or not.")


@strawberry.type(description="The stage model was drafted.")
class CreateStageModelSuccess(Sourced):
    stage_model: StageModel = one("stage_model_id", description="The draft.")


@strawberry.type(description="The draft says what was asked for.")
class UpdateStageModelSuccess(Sourced):
    stage_model: StageModel = one("stage_model_id", description="The draft.")


@strawberry.type(description="The stage model is live.")
class PublishStageModelSuccess(Sourced):
    stage_model: StageModel = one("stage_model_id", description="The live model.")


@strawberry.type(description="The stage model is gone, and its name is free again.")
class DeleteStageModelSuccess(Sourced):
    stage_model_id: strawberry.ID = stored(description="The id it had.")


CreateStageModelResult = Annotated[
    CreateStageModelSuccess | StageModelFaulty | InvalidInput | NameTaken,
    strawberry.union("CreateStageModelResult"),
]
UpdateStageModelResult = Annotated[
    UpdateStageModelSuccess
    | StageModelFaulty
    | StageModelIsLive
    | InvalidInput
    | NameTaken
    | NotFound
    | Conflict,
    strawberry.union("UpdateStageModelResult"),
]
PublishStageModelResult = Annotated[
    PublishStageModelSuccess
    | StageModelFaulty
    | StageModelIsLive
    | NotFound
    | Conflict
    | InvalidInput,
    strawberry.union("PublishStageModelResult"),
]
DeleteStageModelResult = Annotated[
    DeleteStageModelSuccess | StageModelInUse | NotFound | Conflict | InvalidInput,
    strawberry.union("DeleteStageModelResult"),
]


async def create_stage_model(info: Info, input: CreateStageModelInput) -> CreateStageModelResult:
    """Draft a model."""
    written = WrittenModel(
        input.name, input.description, _stages(input.stages), _transitions(input.transitions)
    )
    made = await resolvers.stage_models.create_stage_model(info.context, written)
    if isinstance(made, str):
        return CreateStageModelSuccess.of({"stage_model_id": made})
    return _faulty(made) if isinstance(made, _Faulty) else refusal_of(made)


async def update_stage_model(info: Info, input: UpdateStageModelInput) -> UpdateStageModelResult:
    """Edit a draft."""
    if fault := null_in(input, "name", "stages"):
        return refusal_of(fault)
    stages, transitions = or_none(input.stages), said(input.transitions)
    change = ModelChange(
        said_in_full(input.name),
        said(input.description),
        Unsaid.STAYS if stages is None else _stages(stages),
        transitions if isinstance(transitions, Unsaid) else _transitions(transitions or []),
    )
    made = await resolvers.stage_models.update_stage_model(
        info.context, input.stage_model_id, change
    )
    if isinstance(made, str):
        return UpdateStageModelSuccess.of({"stage_model_id": made})
    if isinstance(made, _Live):
        return _is_live(made)
    return _faulty(made) if isinstance(made, _Faulty) else refusal_of(made)


async def publish_stage_model(info: Info, input: PublishStageModelInput) -> PublishStageModelResult:
    """Make a draft live."""
    made = await resolvers.stage_models.publish_stage_model(info.context, input.stage_model_id)
    if isinstance(made, str):
        return PublishStageModelSuccess.of({"stage_model_id": made})
    if isinstance(made, _Live):
        return _is_live(made)
    return _faulty(made) if isinstance(made, _Faulty) else refusal_of(made)


async def delete_stage_model(info: Info, input: DeleteStageModelInput) -> DeleteStageModelResult:
    """Delete a model."""
    gone = await resolvers.stage_models.delete_stage_model(info.context, input.stage_model_id)
    if isinstance(gone, str):
        return DeleteStageModelSuccess.of({"stage_model_id": gone})
    if isinstance(gone, resolvers.stage_models.StageModelInUse):
        return _in_use(gone)
    return refusal_of(gone)


_Live = domain.stage_models.StageModelIsLive
_Faulty = resolvers.stage_models.FaultyStageModel


def _stages(given: list[StageInput]) -> list[StageEntry]:
    return [
        StageEntry(stage.name, stage.description, stage.is_entry, stage.destination, stage.id)
        for stage in given
    ]


def _transitions(given: list[StageTransitionInput]) -> list[TransitionEntry]:
    return [TransitionEntry(each.source, each.target) for each in given]


def _is_live(refusal: domain.stage_models.StageModelIsLive) -> StageModelIsLive:
    message = "The stage model is live and stays as it is; draft another one."
    return StageModelIsLive(message=message, stage_model_id=strawberry.ID(refusal.id))


def _faulty(refusal: resolvers.stage_models.FaultyStageModel) -> StageModelFaulty:
    first, *others = refusal.faults
    more = f" There is more, {len(refusal.faults)} in all." if others else ""
    message = f"{first.path}: {first.reason}.{more}"
    return StageModelFaulty(message=message, faults=faults_shown(refusal.faults))


def _in_use(refusal: resolvers.stage_models.StageModelInUse) -> StageModelInUse:
    shown = StageModelInUse.of(
        {
            "stage_model_id": refusal.id,
            "solution_interest_count": refusal.solution_interests,
            "solution_interest_ids": refusal.first_ids,
            "buying_groups": refusal.buying_groups,
        }
    )
    shown.message = (
        f"The stage model is in use: solution interests that name it: "
        f"{refusal.solution_interests}, buying groups that follow it: {refusal.buying_groups}."
    )
    return shown
