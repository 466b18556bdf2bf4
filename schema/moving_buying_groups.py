"""Moving buying groups through the stages of their model: one, or many at once."""

from enum import Enum
from typing import Annotated, assert_never

import strawberry

import resolvers.membership
import resolvers.outcomes
import resolvers.stages
from domain import stages
from domain.identifiers import BuyingGroupId
from domain.stage_models import Stage
from execution.context import Right
from execution.fields import embedded, one, stored
from execution.sources import Document, Sourced
from resolvers.stages import Move, MoveOutcome, MoveStatus
from schema.buying_groups import BuyingGroup
from schema.errors import Conflict, InvalidInput, NotFound, UserError, refusal_of
from schema.info import Info
from schema.members import MembershipMethod
from schema.repeating import Repeatable


@strawberry.enum(description="What came of a move.")
class StageMoveStatus(Enum):
    APPLIED = strawberry.enum_value("applied", description="The group is in the stage now.")
    UNCHANGED = strawberry.enum_value(
        "unchanged", description="The group was in the stage already; nothing was written."
    )
    REFUSED = strawberry.enum_value(
        "refused", description="The group stays where it is; the error says why."
    )


@strawberry.type(
    description="The stage model does not allow this move now, or the group has to enter at an "
    "entry stage first."
)
class StageTransitionNotAllowed(UserError):
    stage: str = strawberry.field(description="The name of the stage it was to go to.")
    current_stage: str | None = strawberry.field(
        description="The name of the stage the group is in; null when it is in none."
    )
    allowed: list[str] = strawberry.field(description="The names of the stages it may go to now.")
    allowed_ids: list[strawberry.ID] = strawberry.field(description="The ids of the same stages.")


@strawberry.type(description="The group's stage model has no such stage.")
class StageNotInModel(UserError):
    stage: str = strawberry.field(description="The stage given, as name or id.")
    allowed: list[str] = strawberry.field(description="The names of the stages it may go to now.")
    allowed_ids: list[strawberry.ID] = strawberry.field(description="The ids of the same stages.")


@strawberry.type(
    description="The group follows no stage model: its solution interest has none, or got one "
    "later and maintenance has not carried it to its groups."
)
class NoStageModel(UserError):
    buying_group_id: strawberry.ID = strawberry.field(description="The group.")


@strawberry.input
class _Moving(Repeatable):
    """What every move takes."""

    method: MembershipMethod = strawberry.field(
        default=MembershipMethod.MANUAL,
        description="By which method it is moved; each asks for its right. The transitions bind "
        "all of them alike.",
    )
    reason: str | None = strawberry.field(
        default=None, description="Why, in at most 500 characters; kept with the event."
    )


def right_of(input: _Moving) -> Right:
    """The right that the method of a move asks for."""
    return resolvers.membership.RIGHTS[input.method]


@strawberry.input(description="Which group is to go where.")
class MoveBuyingGroupStageInput(_Moving):
    buying_group_id: strawberry.ID = strawberry.field(description="The group.")
    stage: str = strawberry.field(description="A stage of its model, by name or id.")


@strawberry.input(description="One group, and where it is to go.")
class StageMoveInput:
    buying_group_id: strawberry.ID = strawberry.field(description="The group.")
    stage: str = strawberry.field(description="A stage of its model, by name or id.")


@strawberry.input(description="Which groups are to go where.")
class MoveBuyingGroupsInput(_Moving):
    moves: list[StageMoveInput] = strawberry.field(
        description="1 to 50 moves. A group that stands in it more than once makes them in order."
    )


@strawberry.type(description="The group is in the stage.")
class MoveBuyingGroupStageSuccess(Sourced):
    status: StageMoveStatus = stored(
        shown=StageMoveStatus, description="APPLIED, or UNCHANGED if it was there already."
    )
    buying_group: BuyingGroup = one("buying_group_id", description="The group after the move.")


@strawberry.type(description="What came of one move of many.")
class StageMoveOutcome(Sourced):
    buying_group_id: strawberry.ID = stored(description="The group that was named.")
    buying_group: BuyingGroup | None = one(
        "buying_group_id", description="The group afterwards; null when there is no such group."
    )
    status: StageMoveStatus = stored(shown=StageMoveStatus, description="What came of it.")
    error: UserError | None = stored(
        description="Why the move was refused, when the status is REFUSED."
    )


@strawberry.type(description="Every move was decided by itself.")
class MoveBuyingGroupsSuccess(Sourced):
    outcomes: list[StageMoveOutcome] = embedded(
        "outcomes",
        at_most="input",
        description="One outcome for each move, in the order they were given.",
    )


MoveBuyingGroupStageResult = Annotated[
    MoveBuyingGroupStageSuccess
    | StageTransitionNotAllowed
    | StageNotInModel
    | NoStageModel
    | NotFound
    | Conflict
    | InvalidInput,
    strawberry.union("MoveBuyingGroupStageResult"),
]
MoveBuyingGroupsResult = Annotated[
    MoveBuyingGroupsSuccess | InvalidInput, strawberry.union("MoveBuyingGroupsResult")
]
_Refusal = (
    StageTransitionNotAllowed | StageNotInModel | NoStageModel | NotFound | Conflict | InvalidInput
)


async def move_buying_group_stage(
    info: Info, input: MoveBuyingGroupStageInput
) -> MoveBuyingGroupStageResult:
    """Move one group."""
    move = Move(BuyingGroupId(input.buying_group_id), input.stage)
    outcome = await resolvers.stages.move_buying_group_stage(
        info.context, move, input.method, input.reason
    )
    if isinstance(outcome, MoveStatus):
        return MoveBuyingGroupStageSuccess.of(
            {"buying_group_id": move.group, "status": outcome.value}
        )
    return refusal_shown(move.group, outcome)


async def move_buying_groups(info: Info, input: MoveBuyingGroupsInput) -> MoveBuyingGroupsResult:
    """Move many groups."""
    moves = [Move(BuyingGroupId(each.buying_group_id), each.stage) for each in input.moves]
    done = await resolvers.stages.move_buying_groups(
        info.context, moves, input.method, input.reason
    )
    if not isinstance(done, list):
        return refusal_of(done)
    outcomes = [_outcome(*pair) for pair in zip(moves, done, strict=True)]
    return MoveBuyingGroupsSuccess.of({"outcomes": outcomes})


def _outcome(move: Move, outcome: MoveOutcome) -> Document:
    if isinstance(outcome, MoveStatus):
        return {"buying_group_id": move.group, "status": outcome.value, "error": None}
    return {
        "buying_group_id": move.group,
        "status": StageMoveStatus.REFUSED.value,
        "error": refusal_shown(move.group, outcome),
    }


def refusal_shown(
    group: BuyingGroupId,
    outcome: stages.MoveRefusal
    | resolvers.outcomes.NotFound
    | resolvers.outcomes.Conflict
    | resolvers.outcomes.Invalid,
) -> _Refusal:
    """Why a group was not moved, as clients see it."""
    match outcome:
        case stages.TransitionNotAllowed(current, wanted, allowed):
            begin = (
                f"The group cannot go from {current.name} to {wanted.name}"
                if current
                else f"The group is in no stage yet and cannot enter at {wanted.name}"
            )
            return StageTransitionNotAllowed(
                message=f"{begin}; {_may(allowed)}.",
                stage=wanted.name,
                current_stage=current.name if current else None,
                allowed=_names(allowed),
                allowed_ids=_ids(allowed),
            )
        case stages.StageUnknown(wanted_name, allowed):
            return StageNotInModel(
                message=f"The group's stage model has no stage {wanted_name}; {_may(allowed)}.",
                stage=wanted_name,
                allowed=_names(allowed),
                allowed_ids=_ids(allowed),
            )
        case stages.NoStageModel():
            message = "The group follows no stage model, so it cannot be moved."
            return NoStageModel(message=message, buying_group_id=strawberry.ID(group))
        case (
            resolvers.outcomes.NotFound()
            | resolvers.outcomes.Conflict()
            | resolvers.outcomes.Invalid()
        ):
            return refusal_of(outcome)
        case _:
            assert_never(outcome)


def _may(allowed: tuple[Stage, ...]) -> str:
    return f"it may go to: {', '.join(_names(allowed))}" if allowed else "its way ends there"


def _names(allowed: tuple[Stage, ...]) -> list[str]:
    return [stage.name for stage in allowed]


def _ids(allowed: tuple[Stage, ...]) -> list[strawberry.ID]:
    return [strawberry.ID(stage.id) for stage in allowed]
