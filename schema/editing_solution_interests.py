"""Solution interests: creating and updating."""

from typing import Annotated

import strawberry

import resolvers.solution_interests
from domain.identifiers import RoleId
from domain.readiness import Thresholds
from execution.fields import one
from execution.sources import Sourced
from resolvers.solution_interests import NewSolutionInterest
from resolvers.solution_interests import StageModelNotLive as DraftStageModel
from resolvers.solution_interests import TemplateNotLive as NotLive
from resolvers.unsaid import Unsaid
from schema.errors import Conflict, InvalidInput, NameTaken, NotFound, UserError, refusal_of
from schema.info import Info
from schema.repeating import Repeatable
from schema.solution_interests import SolutionInterest
from schema.unsaid import null_in, said, said_in_full


@strawberry.type(description="A solution interest needs a live template; this one is a draft.")
class TemplateNotLive(UserError):
    role_template_id: strawberry.ID = strawberry.field(description="The draft.")


@strawberry.type(description="A solution interest takes a live stage model; this one is a draft.")
class StageModelNotLive(UserError):
    stage_model_id: strawberry.ID = strawberry.field(description="The draft.")


@strawberry.input(description="When a group is ready for sales.")
class ThresholdsInput:
    completeness: int | None = strawberry.field(
        default=None, description="Completeness to reach, 0 to 100; null asks for none."
    )
    engagement: int | None = strawberry.field(
        default=None,
        description="Exact engagement score to reach, 0 to 100; null asks for none.",
    )
    stages: list[str] = strawberry.field(
        default_factory=list,
        description="It has to be in one of these stages of the stage model, by name or id; none "
        "given asks for none.",
    )
    roles: list[str] = strawberry.field(
        default_factory=list,
        description="Roles of the template, by name or id, that must have as many members as they "
        "require.",
    )


@strawberry.input(description="What is sold, and the template its groups follow.")
class CreateSolutionInterestInput(Repeatable):
    name: str = strawberry.field(description="Unique; at most 255 characters.")
    role_template_id: strawberry.ID = strawberry.field(description="A live role template.")
    description: str | None = strawberry.field(default=None, description="Free text.")
    products: list[str] = strawberry.field(
        default_factory=list, description="At most 100 products, by name."
    )
    update_existing: bool = strawberry.field(
        default=False,
        description="Whether maintenance carries its stage model to the groups there are.",
    )
    stage_model_id: strawberry.ID | None = strawberry.field(
        default=None, description="A live stage model for its groups; null: they have no stages."
    )
    thresholds: ThresholdsInput = strawberry.field(
        default_factory=ThresholdsInput, description="When a group is ready."
    )


@strawberry.input(description="What is to change of a solution interest; what is left out stays.")
class UpdateSolutionInterestInput(Repeatable):
    solution_interest_id: strawberry.ID = strawberry.field(description="The solution interest.")
    name: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="Unique; at most 255 characters; not null. Its groups are renamed, within "
        "moments if there are more than 1000.",
    )
    description: str | None = strawberry.field(
        default=strawberry.UNSET, description="Free text; null takes it away."
    )
    products: list[str] | None = strawberry.field(
        default=strawberry.UNSET,
        description="At most 100 products, by name: all of them. Null takes all away.",
    )
    update_existing: bool | None = strawberry.field(
        default=strawberry.UNSET,
        description="Whether maintenance carries its stage model to the groups there are; not "
        "null.",
    )
    stage_model_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET,
        description="The live stage model of new groups; null takes it away. Groups there are "
        "follow it from the next maintenance on, if `updateExisting` is true.",
    )
    thresholds: ThresholdsInput | None = strawberry.field(
        default=strawberry.UNSET,
        description="When a group is ready: all that is asked of it. Null asks for nothing.",
    )


@strawberry.type(description="The solution interest was created.")
class CreateSolutionInterestSuccess(Sourced):
    solution_interest: SolutionInterest = one(
        "solution_interest_id", description="The new solution interest."
    )


@strawberry.type(description="The solution interest says what was asked for.")
class UpdateSolutionInterestSuccess(Sourced):
    solution_interest: SolutionInterest = one(
        "solution_interest_id", description="The solution interest."
    )


CreateSolutionInterestResult = Annotated[
    CreateSolutionInterestSuccess
    | InvalidInput
    | NameTaken
    | NotFound
    | TemplateNotLive
    | StageModelNotLive,
    strawberry.union("CreateSolutionInterestResult"),
]
UpdateSolutionInterestResult = Annotated[
    UpdateSolutionInterestSuccess
    | InvalidInput
    | NameTaken
    | NotFound
    | Conflict
    | StageModelNotLive,
    strawberry.union("UpdateSolutionInterestResult"),
]


async def create_solution_interest(
    info: Info, input: CreateSolutionInterestInput
) -> CreateSolutionInterestResult:
    """Create a solution interest."""
    new = NewSolutionInterest(
        input.name,
        input.role_template_id,
        input.description,
        input.products,
        input.update_existing,
        _thresholds(input.thresholds),
        input.stage_model_id,
    )
    made = await resolvers.solution_interests.create_solution_interest(info.context, new)
    if isinstance(made, str):
        return CreateSolutionInterestSuccess.of({"solution_interest_id": made})
    if isinstance(made, NotLive):
        message = "The role template is a draft; publish it first."
        return TemplateNotLive(message=message, role_template_id=strawberry.ID(made.id))
    return _draft(made) if isinstance(made, DraftStageModel) else refusal_of(made)


async def update_solution_interest(
    info: Info, input: UpdateSolutionInterestInput
) -> UpdateSolutionInterestResult:
    """Change what may change of a solution interest."""
    if fault := null_in(input, "name", "update_existing"):
        return refusal_of(fault)
    made = await resolvers.solution_interests.update_solution_interest(
        info.context,
        input.solution_interest_id,
        description=said(input.description),
        products=said([] if input.products is None else input.products),
        update_existing=said_in_full(input.update_existing),
        thresholds=_changed_thresholds(input.thresholds),
        stage_model=said(input.stage_model_id),
        name=said_in_full(input.name),
    )
    if isinstance(made, str):
        return UpdateSolutionInterestSuccess.of({"solution_interest_id": made})
    return _draft(made) if isinstance(made, DraftStageModel) else refusal_of(made)


def _draft(refusal: DraftStageModel) -> StageModelNotLive:
    message = "The stage model is a draft; publish it first."
    return StageModelNotLive(message=message, stage_model_id=strawberry.ID(refusal.id))


def _changed_thresholds(given: ThresholdsInput | None) -> Thresholds | Unsaid:
    if given is strawberry.UNSET:
        return Unsaid.STAYS
    return _thresholds(given) if given else Thresholds()


def _thresholds(given: ThresholdsInput) -> Thresholds:
    roles = tuple(map(RoleId, given.roles))
    return Thresholds(given.completeness, given.engagement, tuple(given.stages), roles)
