"""Activity types: which kinds of acts a tenant knows, by which spellings."""

from typing import ClassVar

import strawberry

import domain.activity_types
from execution.context import Context
from execution.fields import stored
from execution.lists import Listed, Listing
from schema.node import Node, Stamped
from schema.ordering import ComponentOrder, ComponentOrderField, orders
from schema.searching import search_of
from store import filters
from store.reading import Order, Query

EngagementType = domain.activity_types.EngagementType
strawberry.enum(
    EngagementType, name="EngagementType", description="The channel an activity comes through."
)


ActivityExclusion = domain.activity_types.Exclusion
strawberry.enum(
    ActivityExclusion,
    name="ActivityExclusion",
    description="Whose acts count for nobody: those of machines (BOT), or of one's own people "
    "(SELF).",
)


@strawberry.input(description="Which activity types are listed: all that is given holds.")
class ActivityTypeFilter:
    search: str | None = search_of("name")
    engagement_types: list[EngagementType] | None = strawberry.field(
        default=None, description="Of one of these channels."
    )


async def _where(context: Context, asked: ActivityTypeFilter) -> Query:
    channels = asked.engagement_types
    return filters.every(
        filters.searched(asked.search),
        filters.any_of(
            "engagement_type", None if channels is None else [each.value for each in channels]
        ),
    )


@strawberry.type(
    description="A kind of activity. What it weighs is said by the active weighting model."
)
class ActivityType(Node, Stamped, Listed):
    collection: ClassVar[str] = "activity_types"
    listing: ClassVar[Listing] = Listing(
        default=Order("folded.name"),
        orders=orders(ComponentOrderField),
        order_by=ComponentOrder,
        filter=ActivityTypeFilter,
        where=_where,
    )

    name: str = stored(description="Its name; the tenant has it once.")
    engagement_type: EngagementType = stored(shown=EngagementType, description="Its channel.")
    description: str | None = stored(description="What it means; null when nobody said.")
    excluded_as: ActivityExclusion | None = stored(
        shown=ActivityExclusion,
        description="Why its acts are left out before anything is counted; null when they are not.",
    )
    aliases: list[str] = stored(absent=(), description="Other spellings that mean it.")
