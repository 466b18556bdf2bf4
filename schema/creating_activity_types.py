"""Activity types are created, given further spellings, and left out of scores."""

from typing import Annotated

import strawberry

import resolvers.activity_types
from domain.weighting_models import DAILY_CAP
from execution.fields import one
from execution.sources import Sourced
from resolvers.activity_types import NewActivityType
from schema.activity_types import ActivityExclusion, ActivityType, EngagementType
from schema.errors import Conflict, InvalidInput, NameTaken, NotFound, refusal_of
from schema.info import Info
from schema.repeating import Repeatable
from schema.unsaid import unsaid_in


@strawberry.input(description="A kind of activity, and what it weighs.")
class CreateActivityTypeInput(Repeatable):
    name: str = strawberry.field(
        description="At most 255 characters; no name or alias of another type."
    )
    engagement_type: EngagementType = strawberry.field(description="Its channel.")
    weight: int = strawberry.field(
        default=0,
        description="What one act weighs, 0 to 100. Above 0 the next version of the active "
        "weighting model is made and activated; 0 keeps the type out of every score.",
    )
    daily_cap: int = strawberry.field(
        default=DAILY_CAP, description="How many acts of a person count a day, 1 to 1,000."
    )
    aliases: list[str] = strawberry.field(
        default_factory=list,
        description="Other spellings that mean it, at most 100; case does not matter.",
    )
    description: str | None = strawberry.field(
        default=None, description="What it means, in at most 2,000 characters."
    )


@strawberry.input(description="Further spellings of a type.")
class AddActivityTypeAliasesInput(Repeatable):
    activity_type_id: strawberry.ID = strawberry.field(description="The type.")
    aliases: list[str] = strawberry.field(
        description="Spellings that are to mean it, 100 in all; those it has change nothing."
    )


@strawberry.input(description="A type whose acts are to be left out, or counted again.")
class ExcludeActivityTypeInput(Repeatable):
    activity_type_id: strawberry.ID = strawberry.field(description="The type.")
    excluded_as: ActivityExclusion | None = strawberry.field(
        default=strawberry.UNSET,
        description="Whose acts they are; null: they count again. It has to be given.",
    )


@strawberry.type(description="The activity type was created.")
class CreateActivityTypeSuccess(Sourced):
    activity_type: ActivityType = one("activity_type_id", description="The new type.")


@strawberry.type(description="The activity type has these spellings.")
class AddActivityTypeAliasesSuccess(Sourced):
    activity_type: ActivityType = one("activity_type_id", description="The type.")


@strawberry.type(description="The activity type counts as was asked for from the next scoring on.")
class ExcludeActivityTypeSuccess(Sourced):
    activity_type: ActivityType = one("activity_type_id", description="The type.")


CreateActivityTypeResult = Annotated[
    CreateActivityTypeSuccess | InvalidInput | NameTaken | Conflict,
    strawberry.union("CreateActivityTypeResult"),
]
AddActivityTypeAliasesResult = Annotated[
    AddActivityTypeAliasesSuccess | InvalidInput | NameTaken | NotFound | Conflict,
    strawberry.union("AddActivityTypeAliasesResult"),
]

ExcludeActivityTypeResult = Annotated[
    ExcludeActivityTypeSuccess | NotFound | Conflict | InvalidInput,
    strawberry.union("ExcludeActivityTypeResult"),
]


async def create_activity_type(
    info: Info, input: CreateActivityTypeInput
) -> CreateActivityTypeResult:
    """Add a type of the tenant's own."""
    new = NewActivityType(
        input.name,
        input.engagement_type,
        input.weight,
        input.daily_cap,
        input.aliases,
        input.description,
    )
    outcome = await resolvers.activity_types.create_activity_type(info.context, new)
    if isinstance(outcome, str):
        return CreateActivityTypeSuccess.of({"activity_type_id": outcome})
    return refusal_of(outcome)


async def add_activity_type_aliases(
    info: Info, input: AddActivityTypeAliasesInput
) -> AddActivityTypeAliasesResult:
    """Let a type be meant by further spellings."""
    outcome = await resolvers.activity_types.add_activity_type_aliases(
        info.context, input.activity_type_id, input.aliases
    )
    if isinstance(outcome, str):
        return AddActivityTypeAliasesSuccess.of({"activity_type_id": outcome})
    return refusal_of(outcome)


async def exclude_activity_type(
    info: Info, input: ExcludeActivityTypeInput
) -> ExcludeActivityTypeResult:
    """Leave a type's acts out, or count them again."""
    if fault := unsaid_in(input, "excluded_as"):
        return refusal_of(fault)
    outcome = await resolvers.activity_types.exclude_activity_type(
        info.context, input.activity_type_id, input.excluded_as
    )
    if isinstance(outcome, str):
        return ExcludeActivityTypeSuccess.of({"activity_type_id": outcome})
    return refusal_of(outcome)
