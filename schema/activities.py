"""Activities: single acts of single people, as their sources reported them."""

from datetime import datetime
from enum import Enum
from typing import ClassVar

import strawberry
from strawberry.scalars import JSON

import domain.activity_exclusions
from execution.context import Context
from execution.fields import one, stored
from execution.lists import Direction, Listed, Listing
from schema.accounts import folded
from schema.activity_types import ActivityExclusion, ActivityType
from schema.node import Node
from schema.ordering import orders
from schema.people import Person
from store import filters
from store.reading import Order, Query

ActivityMark = domain.activity_exclusions.Mark
strawberry.enum(
    ActivityMark,
    name="ActivityMark",
    description="What people say of an activity: it is a machine's (BOT), or of one's own people "
    "(SELF), or it is counted whatever its source says of it (COUNTED).",
)


@strawberry.enum(description="What activities are ordered by.")
class ActivityOrderField(Enum):
    AT = "at"


@strawberry.input(description="In which order activities are listed.")
class ActivityOrder:
    field: ActivityOrderField = strawberry.field(
        default=ActivityOrderField.AT, description="What counts."
    )
    direction: Direction = strawberry.field(
        default=Direction.DESC, description="Which end comes first."
    )


@strawberry.input(description="Which activities are listed: all that is given holds.")
class ActivityFilter:
    people: list[strawberry.ID] | None = strawberry.field(
        default=None, description="Of one of these people."
    )
    types: list[str] | None = strawberry.field(
        default=None, description="Reported under one of these type names; case does not matter."
    )
    sources: list[str] | None = strawberry.field(
        default=None, description="Reported by one of these sources."
    )
    since: datetime | None = strawberry.field(default=None, description="At this moment or later.")
    before: datetime | None = strawberry.field(default=None, description="Before this moment.")
    is_matched: bool | None = strawberry.field(
        default=None, description="Of a person who is known, or of nobody known yet."
    )
    excluded_as: list[ActivityExclusion] | None = strawberry.field(
        default=None, description="Left out for one of these reasons."
    )


async def _where(context: Context, asked: ActivityFilter) -> Query:
    matched: Query = {"person_id": {"$ne": None}} if asked.is_matched else {"person_id": None}
    return filters.every(
        filters.any_of("person_id", asked.people),
        filters.any_of("type_folded", folded(asked.types)),
        filters.any_of("source", asked.sources),
        filters.span("at", at_least=asked.since, less_than=asked.before),
        None if asked.is_matched is None else matched,
        filters.any_of("excluded_as", asked.excluded_as and [e.value for e in asked.excluded_as]),
    )


@strawberry.type(description="One act of one person.")
class Activity(Node, Listed):
    collection: ClassVar[str] = "activities"
    listing: ClassVar[Listing] = Listing(
        default=Order("at", is_descending=True),
        orders=orders(ActivityOrderField),
        order_by=ActivityOrder,
        filter=ActivityFilter,
        where=_where,
    )

    at: datetime = stored(description="When it happened.")
    type_name: str = stored(description="Its type, as the source spells it.")
    type: ActivityType | None = one(
        "type_folded",
        foreign="folded.names",
        description="Its type; null while the tenant knows none of that spelling: then it is "
        "not counted.",
    )
    person: Person | None = one(
        "person_id", description="Who did it; null while the person is not known."
    )
    source: str = stored(description="The system that reported it.")
    source_id: str = stored(description="Its id there; the source reports it once.")
    attributes: JSON = stored(absent={}, description="What else the source told.")
    stored_at: datetime = stored(description="When the report was stored.")
    excluded_as: ActivityExclusion | None = stored(
        shown=ActivityExclusion,
        absent=None,
        description="Why it is left out before anything is counted, be it that people have marked "
        "it, that its source says so, or that there is a rule for its source; null when it is not. "
        "Acts of an excluded type are left out beside that.",
    )
    marked_as: ActivityMark | None = stored(
        shown=ActivityMark, absent=None, description="What people have marked it as; null: nothing."
    )
    marked_by: str | None = stored(
        absent=None, description="Who marked it last, or took a mark away; null when nobody did."
    )
    marked_at: datetime | None = stored(absent=None, description="When that was.")
