"""Events as clients read them: by position, kind, group or person."""

from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, Annotated, ClassVar, Final

import strawberry
from strawberry.scalars import JSON

import domain.events
from execution.context import Context
from execution.fields import one, stored
from execution.lists import Direction, Listed, Listing
from schema.accounts import Account
from schema.members import MembershipMethod
from schema.people import Person
from schema.roles import Role
from schema.scalars import Position
from schema.solution_interests import SolutionInterest
from store import filters
from store.reading import Order, Query

if TYPE_CHECKING:
    from schema.buying_groups import BuyingGroup

EventType = domain.events.EventType
strawberry.enum(EventType, name="EventType", description="What happened to what.")


@strawberry.input(description="Which events are listed: all that is given holds.")
class EventFilter:
    after_position: Position | None = strawberry.field(
        default=None, description="Beyond this position."
    )
    types: list[EventType] | None = strawberry.field(
        default=None, description="Of one of these types."
    )
    buying_groups: list[strawberry.ID] | None = strawberry.field(
        default=None, description="About one of these groups."
    )
    people: list[strawberry.ID] | None = strawberry.field(
        default=None, description="About one of these people."
    )
    subjects: list[strawberry.ID] | None = strawberry.field(
        default=None, description="Whose changed document is one of these."
    )
    since: datetime | None = strawberry.field(default=None, description="At this moment or later.")


@strawberry.enum(description="What events are ordered by.")
class EventOrderField(Enum):
    POSITION = "position"


@strawberry.input(description="In which order events are listed.")
class EventOrder:
    field: EventOrderField = strawberry.field(
        default=EventOrderField.POSITION, description="What counts."
    )
    direction: Direction = strawberry.field(
        default=Direction.ASC, description="Which end comes first; DESC: the latest."
    )


_BY_POSITION: Final = Order("position", is_unique=True)


async def _where(context: Context, asked: EventFilter) -> Query:
    types = None if asked.types is None else [each.value for each in asked.types]
    return filters.every(
        filters.span("position", greater_than=asked.after_position),
        filters.any_of("type", types),
        filters.any_of("buying_group_id", asked.buying_groups),
        filters.any_of("person_id", asked.people),
        filters.any_of("subject_id", asked.subjects),
        filters.span("at", at_least=asked.since),
    )


@strawberry.type(description="One accepted change: what, when, by whom, and what it concerns.")
class Event(Listed):
    collection: ClassVar[str] = "events"
    listing: ClassVar[Listing] = Listing(
        default=_BY_POSITION,
        orders={"POSITION": _BY_POSITION},
        order_by=EventOrder,
        filter=EventFilter,
        where=_where,
    )

    id: strawberry.ID = stored("event_id", description="The event's id.")
    position: Position = stored(description="Its place in the tenant's history, without gaps.")
    type: EventType = stored(shown=EventType, description="What happened.")
    at: datetime = stored(description="When it happened.")
    actor: str = stored(description="Who did it.")
    method: MembershipMethod | None = stored(
        shown=MembershipMethod,
        description="By which method somebody spoke or moved a group; else null.",
    )
    subject_id: strawberry.ID = stored(description="The id of what changed.")
    account: Account | None = one("account_id", description="The account it concerns, if any.")
    person: Person | None = one("person_id", description="The person it concerns, if any.")
    buying_group: Annotated["BuyingGroup", strawberry.lazy("schema.buying_groups")] | None = one(
        "buying_group_id", description="The group it concerns, if any."
    )
    solution_interest: SolutionInterest | None = one(
        "solution_interest_id", description="The solution interest it concerns, if any."
    )
    role: Role | None = one(
        "after.role_id", description="The role a member got by the change; null if none."
    )
    previous_role: Role | None = one(
        "before.role_id", description="The role a member had before the change; null if none."
    )
    is_erased: bool = stored(
        "erased",
        absent=False,
        description="Whether a person it concerns was erased: whatever named them is gone from it.",
    )
    before: JSON | None = stored(
        description="What stood before: ids and figures, under their stored names."
    )
    after: JSON | None = stored(
        description="What stands now: ids and figures, under their stored names."
    )
    personal: JSON | None = stored(
        description="Values before and after that tell about a person; null once they are erased.",
    )
