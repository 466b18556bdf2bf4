"""Weighting models: duplicating, editing drafts, activating, deleting."""

from typing import Annotated, Protocol

import strawberry

import domain.weighting_drafts
import domain.weighting_models
import resolvers.weighting_drafts
from domain.decay import Decay
from domain.identifiers import ActivityTypeId
from domain.weighting_drafts import ModelChange
from execution.fields import one, stored
from execution.sources import Sourced
from schema.errors import Conflict, InvalidInput, NotFound, UserError, refusal_of
from schema.info import Info
from schema.repeating import Repeatable
from schema.unsaid import null_in, or_none
from schema.weighting_models import DecayKind, WeightingModel, WeightingModelStatus


@strawberry.type(description="The version is active or archived: only drafts change.")
class WeightingModelNotDraft(UserError):
    weighting_model_id: strawberry.ID = strawberry.field(description="The version.")
    status: WeightingModelStatus = strawberry.field(description="The state it is in.")


@strawberry.input(description="The version to draft another one from.")
class DuplicateWeightingModelInput(Repeatable):
    weighting_model_id: strawberry.ID = strawberry.field(description="A version in any state.")
    name: str | None = strawberry.field(
        default=None,
        description="With a name, at most 255 characters, the draft is the first version of a "
        "model of its own; without, it is the next version of the same model.",
    )


@strawberry.input(description="A weight with a name.")
class WeightBandInput:
    name: str = strawberry.field(
        description="At most 255 characters; the model has it once, case does not matter."
    )
    weight: int = strawberry.field(description="What a type in the band weighs, 0 to 100.")


@strawberry.input(description="What a type is to weigh; what is left out stays as it is.")
class TypeWeightInput:
    activity_type_id: strawberry.ID = strawberry.field(description="The type.")
    weight: int | None = strawberry.field(
        default=None, description="What one act weighs, 0 to 100; 0: it is not counted."
    )
    band: str | None = strawberry.field(
        default=None,
        description="The band whose weight it has, and follows; not beside a weight.",
    )
    daily_cap: int | None = strawberry.field(
        default=None, description="How many acts of a person count a day, 1 to 1,000."
    )


@strawberry.input(description="What a draft is to be; what is left out stays as it is.")
class UpdateWeightingModelInput(Repeatable):
    weighting_model_id: strawberry.ID = strawberry.field(description="The draft.")
    name: str | None = strawberry.field(
        default=strawberry.UNSET, description="At most 255 characters; not null."
    )
    bands: list[WeightBandInput] | None = strawberry.field(
        default=strawberry.UNSET,
        description="All bands it is to have, at most 20. Types follow the band they are in; those "
        "whose band is left out keep the weight they had. Not null.",
    )
    types: list[TypeWeightInput] = strawberry.field(
        default_factory=list, description="The types that change, at most 1,000."
    )
    window_days: int | None = strawberry.field(
        default=strawberry.UNSET,
        description="How many calendar days count, 1 to 90, today included; not null.",
    )
    decay: DecayKind | None = strawberry.field(
        default=strawberry.UNSET,
        description="How much less acts count the longer ago they are; not null.",
    )
    half_life_days: int | None = strawberry.field(
        default=None,
        description="With HALF_LIFE: after how many days an act counts half, 1 to 365.",
    )


@strawberry.input(description="The draft to activate.")
class ActivateWeightingModelInput(Repeatable):
    weighting_model_id: strawberry.ID = strawberry.field(description="The draft.")


@strawberry.input(description="The draft to delete.")
class DeleteWeightingModelInput(Repeatable):
    weighting_model_id: strawberry.ID = strawberry.field(description="The draft.")


@strawberry.type(description="The version was drafted.")
class DuplicateWeightingModelSuccess(Sourced):
    weighting_model: WeightingModel = one("weighting_model_id", description="The draft.")


@strawberry.type(description="The draft says what was asked for.")
class UpdateWeightingModelSuccess(Sourced):
    weighting_model: WeightingModel = one("weighting_model_id", description="The draft.")


@strawberry.type(description="The version counts from now on; a scoring job brings scores to it.")
class ActivateWeightingModelSuccess(Sourced):
    weighting_model: WeightingModel = one("weighting_model_id", description="The version.")


@strawberry.type(description="The draft is gone.")
class DeleteWeightingModelSuccess(Sourced):
    weighting_model_id: strawberry.ID = stored(description="The id it had.")


DuplicateWeightingModelResult = Annotated[
    DuplicateWeightingModelSuccess | InvalidInput | NotFound | Conflict,
    strawberry.union("DuplicateWeightingModelResult"),
]
UpdateWeightingModelResult = Annotated[
    UpdateWeightingModelSuccess | WeightingModelNotDraft | InvalidInput | NotFound | Conflict,
    strawberry.union("UpdateWeightingModelResult"),
]
ActivateWeightingModelResult = Annotated[
    ActivateWeightingModelSuccess | WeightingModelNotDraft | NotFound | Conflict | InvalidInput,
    strawberry.union("ActivateWeightingModelResult"),
]
DeleteWeightingModelResult = Annotated[
    DeleteWeightingModelSuccess | WeightingModelNotDraft | NotFound | Conflict | InvalidInput,
    strawberry.union("DeleteWeightingModelResult"),
]


async def duplicate_weighting_model(
    info: Info, input: DuplicateWeightingModelInput
) -> DuplicateWeightingModelResult:
    """Draft a version after another one."""
    made = await resolvers.weighting_drafts.duplicate_weighting_model(
        info.context, input.weighting_model_id, input.name
    )
    if isinstance(made, str):
        return DuplicateWeightingModelSuccess.of({"weighting_model_id": made})
    return refusal_of(made)


async def update_weighting_model(
    info: Info, input: UpdateWeightingModelInput
) -> UpdateWeightingModelResult:
    """Edit a draft."""
    if fault := null_in(input, "name", "bands", "window_days", "decay"):
        return refusal_of(fault)
    made = await resolvers.weighting_drafts.update_weighting_model(
        info.context, input.weighting_model_id, model_change(input, or_none(input.name))
    )
    if isinstance(made, str):
        return UpdateWeightingModelSuccess.of({"weighting_model_id": made})
    return _not_draft(made) if isinstance(made, _NotDraft) else refusal_of(made)


async def activate_weighting_model(
    info: Info, input: ActivateWeightingModelInput
) -> ActivateWeightingModelResult:
    """Make a draft the version that counts."""
    made = await resolvers.weighting_drafts.activate_weighting_model(
        info.context, input.weighting_model_id
    )
    if isinstance(made, str):
        return ActivateWeightingModelSuccess.of({"weighting_model_id": made})
    return _not_draft(made) if isinstance(made, _NotDraft) else refusal_of(made)


async def delete_weighting_model(
    info: Info, input: DeleteWeightingModelInput
) -> DeleteWeightingModelResult:
    """Delete a draft."""
    gone = await resolvers.weighting_drafts.delete_weighting_model(
        info.context, input.weighting_model_id
    )
    if isinstance(gone, str):
        return DeleteWeightingModelSuccess.of({"weighting_model_id": gone})
    return _not_draft(gone) if isinstance(gone, _NotDraft) else refusal_of(gone)


_NotDraft = resolvers.weighting_drafts.WeightingModelNotDraft


class _Changes(Protocol):
    """What may be changed of a version, be it stored or tried."""

    bands: list[WeightBandInput] | None
    types: list[TypeWeightInput]
    window_days: int | None
    decay: DecayKind | None
    half_life_days: int | None


def model_change(input: _Changes, name: str | None = None) -> ModelChange:
    """What an input makes of a version, and of its name."""
    bands = or_none(input.bands)
    return ModelChange(
        name,
        None
        if bands is None
        else [domain.weighting_models.Band(band.name, band.weight) for band in bands],
        [
            domain.weighting_drafts.TypeChange(
                ActivityTypeId(each.activity_type_id), each.weight, each.band, each.daily_cap
            )
            for each in input.types
        ],
        or_none(input.window_days),
        _decay(or_none(input.decay), input.half_life_days),
    )


def _decay(kind: DecayKind | None, half_life_days: int | None) -> Decay | None:
    if kind is None and half_life_days is None:
        return None
    return Decay(kind or DecayKind.HALF_LIFE, half_life_days)


def _not_draft(
    refusal: resolvers.weighting_drafts.WeightingModelNotDraft,
) -> WeightingModelNotDraft:
    message = f"The version is {refusal.status.value} and stays as it is; duplicate it instead."
    id = strawberry.ID(refusal.id)
    return WeightingModelNotDraft(message=message, weighting_model_id=id, status=refusal.status)
