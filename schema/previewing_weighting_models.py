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
from schema.errors import InvalidInput, NotFound, refusal_of
from schema.info import Info
from schema.people import Person
from schema.scalars import percent
from schema.weighting_models import WeightingModel


@strawberry.input(description="What a weighting model is tried on.")
class PreviewWeightingModelInput:
    weighting_model_id: strawberry.ID = strawberry.field(
        description="The version, a draft or any other."
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
    weighting_model: WeightingModel = one("model_id", description="The version that is tried.")
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
        info.context, input.weighting_model_id, input.buying_group_ids
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
