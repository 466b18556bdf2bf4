"""Single activities are marked, and sources left out, as those of machines or one's own people."""

from datetime import datetime
from typing import Annotated

import strawberry

import resolvers.excluding_activities
from domain.activity_exclusions import MOST_SOURCES, SourceRule
from domain.upserting import MOST_ITEMS, TooManyItems
from execution.context import Right
from execution.fields import embedded, stored
from execution.sources import Document, Sourced
from schema import upserting
from schema.activities import ActivityMark
from schema.activity_types import ActivityExclusion
from schema.errors import Conflict, InvalidInput, NotFound, refusal_of
from schema.info import Info
from schema.repeating import Repeatable, done_in_parts, once
from schema.unsaid import unsaid_in


@strawberry.input(description="Activities, and what is said of them.")
class MarkActivitiesInput(Repeatable):
    activity_ids: list[strawberry.ID] = strawberry.field(
        description=f"Up to {MOST_ITEMS:,} activities."
    )
    marked_as: ActivityMark | None = strawberry.field(
        default=strawberry.UNSET,
        description="Whose they are, or that they count; null: people say nothing of them any "
        "more. It has to be given.",
    )


@strawberry.input(description="A source whose acts are to be left out, or counted again.")
class ExcludeActivitySourceInput(Repeatable):
    source: str = strawberry.field(
        description="The source, as activities name it; capitals matter. At most "
        f"{MOST_SOURCES} sources are left out, or count again since a little while."
    )
    excluded_as: ActivityExclusion | None = strawberry.field(
        default=strawberry.UNSET,
        description="Whose acts it reports; null: they count again. It has to be given.",
    )


@strawberry.type(description="A source whose acts are left out before anything is counted.")
class ExcludedActivitySource(Sourced):
    source: str = stored(description="The source, as activities name it.")
    excluded_as: ActivityExclusion = stored(
        shown=ActivityExclusion, description="Whose acts it reports."
    )
    since: datetime = stored(description="When that was said; acts of before are left out as well.")


@strawberry.type(description="Every activity was looked at; scores follow with the next scoring.")
class MarkActivitiesSuccess(Sourced):
    changed: int = stored(description="How many are marked otherwise now.")
    unchanged: int = stored(description="How many were marked so already.")
    unknown_ids: list[strawberry.ID] = stored(description="The ids that no activity has.")


@strawberry.type(
    description="The source counts as was asked for. What it has reported before follows in the "
    "next scoring."
)
class ExcludeActivitySourceSuccess(Sourced):
    excluded_activity_sources: list[ExcludedActivitySource] = embedded(
        "sources", at_most=MOST_SOURCES, description="All sources that are left out now."
    )


MarkActivitiesResult = Annotated[
    MarkActivitiesSuccess | upserting.TooManyItems | InvalidInput,
    strawberry.union("MarkActivitiesResult"),
]
ExcludeActivitySourceResult = Annotated[
    ExcludeActivitySourceSuccess | InvalidInput | NotFound | Conflict,
    strawberry.union("ExcludeActivitySourceResult"),
]


async def mark_activities(info: Info, input: MarkActivitiesInput) -> MarkActivitiesResult:
    """Say of activities whose they are."""
    if fault := unsaid_in(input, "marked_as"):
        return refusal_of(fault)
    done = await resolvers.excluding_activities.mark_activities(
        info.context, input.activity_ids, input.marked_as
    )
    if isinstance(done, TooManyItems):
        return upserting.too_many(done)
    counts = {"changed": done.changed, "unchanged": done.unchanged}
    return MarkActivitiesSuccess.of({**counts, "unknown_ids": list(done.unknown)})


async def exclude_activity_source(
    info: Info, input: ExcludeActivitySourceInput
) -> ExcludeActivitySourceResult:
    """Leave a source's acts out, or count them again."""
    if fault := unsaid_in(input, "excluded_as"):
        return refusal_of(fault)
    rules = await resolvers.excluding_activities.exclude_activity_source(
        info.context, input.source, input.excluded_as
    )
    if isinstance(rules, tuple):
        return ExcludeActivitySourceSuccess.of({"sources": list(map(_source, rules))})
    return refusal_of(rules)


async def excluded_activity_sources(info: Info) -> list[ExcludedActivitySource]:
    """The sources that are left out."""
    rules = await resolvers.excluding_activities.excluded_activity_sources(info.context)
    return [ExcludedActivitySource.of(_source(rule)) for rule in rules]


def _source(rule: SourceRule) -> Document:
    assert rule.excluded_as is not None
    return {
        "source": rule.source,
        "excluded_as": rule.excluded_as.value,
        "since": rule.since,
    }


@strawberry.type(description="What is said of activities beside their reports.")
class ExcludingActivities:
    mark_activities = strawberry.mutation(
        resolver=once(mark_activities, Right.EDIT_DATA, done_in_parts),
        description=(
            "Leave single activities out of every score, as those of machines or of one's own "
            "people, or count them whatever their source says; a scoring job begins. Right: "
            "EDIT_DATA."
        ),
    )
    exclude_activity_source = strawberry.mutation(
        resolver=once(exclude_activity_source, Right.EDIT_COMPONENTS),
        description=(
            "Leave whatever a source reports out of every score, before now and from now on, or "
            "count it again; a scoring job begins. Right: EDIT_COMPONENTS."
        ),
    )
