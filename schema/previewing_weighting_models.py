"""Weighting previews as clients see them: what scores would be, nothing written."""

from datetime import date
from typing import Annotated

import strawberry

import resolvers.weighting_previews
from execution.fields import embedded, one, stored
from execution.sources import Document, Sourced
from resolvers.weighting_previews import (
    MOST_GROUPS,
    MOST_PEOPLE,
    GroupShift,
    Standing,
    WeightingPreview,
)
from schema.buying_groups import BuyingGroup
from schema.editing_weighting_models import TypeWeightInput, WeightBandInput, model_change
from schema.errors import InvalidInput, NotFound, refusal_of
from schema.info import Info
from schema.people import Person
from schema.scalars import percent
from schema.weighting_models import DecayKind, WeightingModel


@strawberry.input(
    description="What would be other in a version than it is stored; what is left out is as stored."
)
class WeightingModelChangesInput:
    bands: list[WeightBandInput] | None = strawberry.field(
        default=None,
        description="All bands it would have, at most 20. Types follow the band they are in.",
    )
    types: list[TypeWeightInput] = strawberry.field(
        default_factory=list, description="The types that would change, at most 1,000."
    )
    window_days: int | None = strawberry.field(
        default=None, description="How many calendar days would count, 1 to 90, today included."
    )
    decay: DecayKind | None = strawberry.field(
        default=None, description="How much less acts would count the longer ago they are."
    )
    half_life_days: int | None = strawberry.field(
        default=None,
        description="With HALF_LIFE: after how many days an act would count half, 1 to 365.",
    )


@strawberry.input(description="What a weighting model is tried on.")
class PreviewWeightingModelInput:
    weighting_model_id: strawberry.ID | None = strawberry.field(
        default=None, description="The version, a draft or any other; null: the active one."
    )
    changes: WeightingModelChangesInput | None = strawberry.field(
        default=None, description="What would be other in it, as if a draft of it said so."
    )
    buying_group_ids: list[strawberry.ID] = strawberry.field(description="The groups, 1 to 100.")


@strawberry.type(description="How engaged a group is, or would be.")
class EngagementStanding(Sourced):
    score: int = stored("exact", shown=percent, description="Whole, 0 to 100, halves rounded up.")
    exact: float = stored(description="To nine decimals.")
    raw: float = stored(description="Before it is measured by the largest raw.")
    place: int = stored(description="Its place among the groups asked for, from 1.")


@strawberry.type(description="What would become of one person's engagement.")
class PersonEngagementShift(Sourced):
    person: Person | None = one("person_id", description="The person.")
    raw_before: float = stored(description="Their raw by the last scoring.")
    raw_after: float = stored(description="What it would be.")


@strawberry.type(description="What would become of one group's engagement.")
class BuyingGroupEngagementShift(Sourced):
    buying_group: BuyingGroup | None = one("buying_group_id", description="The group.")
    before: EngagementStanding = embedded("before", description="By the last scoring.")
    after: EngagementStanding = embedded("after", description="By the version that is tried.")
    people: list[PersonEngagementShift] = embedded(
        "people",
        at_most=MOST_PEOPLE,
        description="The members whose raws would change most, 10 at most.",
    )


@strawberry.type(
    description="What scores would be by a version of a weighting model. Nothing of it is stored. "
    "What has come in since the last scoring is not counted yet."
)
class WeightingModelPreview(Sourced):
    weighting_model: WeightingModel = one(
        "model_id", description="The version that is tried, as it is or with changes."
    )
    first_day: date = stored(description="The first day that would count.")
    last_day: date = stored(description="The last day that would count: today.")
    largest_raw_before: float = stored(
        description="What scores are measured by now: the largest raw of the last scoring run."
    )
    largest_raw_after: float = stored(
        description="What they would be measured by: the largest new raw among the groups asked "
        "for and the 100 groups of the tenant that lead now. A group outside these that overtakes "
        "them all would lower the scores of the others."
    )
    groups: list[BuyingGroupEngagementShift] = embedded(
        "groups", at_most=MOST_GROUPS, description="The groups, the most engaged to be first."
    )


PreviewWeightingModelResult = Annotated[
    WeightingModelPreview | InvalidInput | NotFound,
    strawberry.union("PreviewWeightingModelResult"),
]


async def preview_weighting_model(
    info: Info, input: PreviewWeightingModelInput
) -> PreviewWeightingModelResult:
    """What scores would be."""
    preview = await resolvers.weighting_previews.preview_weighting_model(
        info.context,
        input.weighting_model_id,
        input.buying_group_ids,
        model_change(input.changes) if input.changes else None,
    )
    if isinstance(preview, WeightingPreview):
        return WeightingModelPreview.of(_document(preview))
    return refusal_of(preview)


def _document(preview: WeightingPreview) -> Document:
    return {
        "model_id": preview.model,
        "first_day": preview.window.first_day,
        "last_day": preview.window.last_day,
        "largest_raw_before": preview.largest_before,
        "largest_raw_after": preview.largest_after,
        "groups": [_group(shift) for shift in preview.groups],
    }


def _group(shift: GroupShift) -> Document:
    return {
        "buying_group_id": shift.group,
        "before": _standing(shift.before),
        "after": _standing(shift.after),
        "people": [
            {"person_id": each.person, "raw_before": each.before, "raw_after": each.after}
            for each in shift.people
        ],
    }


def _standing(standing: Standing) -> Document:
    return {"exact": standing.exact, "raw": standing.raw, "place": standing.place}
