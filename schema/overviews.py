"""The overview: how many buying groups there are of each kind, and the filter that lists them."""

from typing import Final

import strawberry
from strawberry.scalars import JSON

import resolvers.overviews
from domain import overviews
from domain.overviews import BANDS, MOST_BARS
from execution import filter_limits
from execution.context import Right
from execution.fields import embedded, one, stored
from execution.sources import Document, Sourced
from schema.group_filters import BuyingGroupFilter, where
from schema.info import Info
from schema.solution_interests import SolutionInterest
from schema.written_inputs import written

_LISTING: Final = "The BuyingGroupFilter that lists just these groups."
_BANDS: Final = (
    "Bands are 0 to below 25, 25 to below 50, 50 to below 75, and 75 to 100, of the exact figure."
)
COMPLETENESS: Final = f"Groups by their completeness now. {_BANDS}"
ENGAGEMENT: Final = (
    f"Groups by their engagement score now, 100 being the tenant's most engaged group. {_BANDS} "
    "Groups that are not scored yet are in none."
)
INTERESTS: Final = "Groups by what they decide about, the most groups first."
STAGES: Final = "Groups by the stage they are in now, the most groups first; last those in none."


@strawberry.type(description="How many groups have a score in a band.")
class OverviewBand(Sourced):
    at_least: int = stored(description="Where the band begins, in percent.")
    below: int = stored(description="Where it ends; only the last one takes its end, 100, in.")
    groups: int = stored(description="How many.")
    filter: JSON = stored(description=_LISTING)


@strawberry.type(description="Groups counted by a score.")
class OverviewBands(Sourced):
    definition: str = stored(description="What is counted.")
    bands: list[OverviewBand] = embedded(
        "bands", at_most=len(BANDS), description="The four bands, the lowest first."
    )
    unscored: int = stored(description="How many groups have no score yet.")


@strawberry.type(description="How many groups there are for a solution interest.")
class OverviewInterest(Sourced):
    solution_interest: SolutionInterest | None = one(
        "solution_interest_id", description="The solution interest."
    )
    groups: int = stored(description="How many.")
    filter: JSON = stored(description=_LISTING)


@strawberry.type(description="Groups counted by solution interest.")
class OverviewInterests(Sourced):
    definition: str = stored(absent=INTERESTS, description="What is counted.")
    bars: list[OverviewInterest] = embedded(
        "bars", at_most=MOST_BARS, description="The 100 with the most groups."
    )


@strawberry.type(description="How many groups are in a stage.")
class OverviewStage(Sourced):
    stage_id: strawberry.ID | None = stored(description="The stage's id; null: in none.")
    name: str | None = stored(description="The stage's name; null: in none.")
    groups: int = stored(description="How many.")
    filter: JSON = stored(description=_LISTING)


@strawberry.type(description="Groups counted by stage.")
class OverviewStages(Sourced):
    definition: str = stored(absent=STAGES, description="What is counted.")
    bars: list[OverviewStage] = embedded(
        "bars", at_most=MOST_BARS, description="The 100 with the most groups."
    )


@strawberry.type(description="The same buying groups counted in four ways.")
class Overview(Sourced):
    total: int = stored(description="How many groups there are under the filter.")
    by_completeness: OverviewBands = embedded("by_completeness", description=COMPLETENESS)
    by_engagement: OverviewBands = embedded("by_engagement", description=ENGAGEMENT)
    by_solution_interest: OverviewInterests = embedded(
        "by_solution_interest", description=INTERESTS
    )
    by_stage: OverviewStages = embedded("by_stage", description=STAGES)


async def overview(info: Info, filter: BuyingGroupFilter | None = None) -> Overview:
    """The buying groups under a filter, counted by scores, solution interest and stage."""
    context = info.context
    context.viewer.require(Right.READ)
    asked = filter or BuyingGroupFilter()
    if refusal := filter_limits.check(asked):
        raise refusal
    found = await resolvers.overviews.of_groups(context, await where(context, asked))
    stages = {id for id, _ in found.by_stage if id is not None}
    names = await resolvers.overviews.stage_names(context, stages)
    return Overview.of(_document(found, written(asked), names))


def _document(found: overviews.Overview, asked: Document, names: dict[str, str]) -> Document:
    return {
        "total": found.total,
        "by_completeness": {
            "definition": COMPLETENESS,
            "bands": _bands(found.by_completeness, asked, "completeness"),
            "unscored": 0,
        },
        "by_engagement": {
            "definition": ENGAGEMENT,
            "bands": _bands(found.by_engagement, asked, "engagement"),
            "unscored": found.unscored,
        },
        "by_solution_interest": {
            "bars": [
                {
                    "solution_interest_id": id,
                    "groups": groups,
                    "filter": overviews.of_interest(asked, id),
                }
                for id, groups in found.by_solution_interest
            ]
        },
        "by_stage": {
            "bars": [
                {
                    "stage_id": id,
                    "name": names.get(id or ""),
                    "groups": groups,
                    "filter": overviews.of_stage(asked, id),
                }
                for id, groups in sorted(found.by_stage, key=lambda each: each[0] is None)
            ]
        },
    }


def _bands(counts: tuple[int, ...], asked: Document, score: str) -> list[Document]:
    return [
        {
            "at_least": low,
            "below": high,
            "groups": count,
            "filter": overviews.of_band(asked, score, band),
        }
        for band, ((low, high), count) in enumerate(zip(BANDS, counts, strict=True))
    ]
