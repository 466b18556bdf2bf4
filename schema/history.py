"""The history of a buying group: its events, latest first, each told in a sentence."""

from datetime import datetime
from typing import Any, ClassVar, Final

import strawberry

import resolvers.histories
from execution.context import Context
from execution.fields import computed, embedded, one, stored
from execution.lists import Listed, Listing, many
from schema.events import EventOrder, EventType
from schema.members import Claim, MembershipMethod, strongest_first
from schema.people import Person
from schema.roles import Role
from schema.scalars import Position
from store import filters
from store.reading import Order, Query

_LATEST: Final = Order("position", is_descending=True, is_unique=True)


@strawberry.input(description="Which entries of a history are listed: all that is given holds.")
class HistoryFilter:
    types: list[EventType] | None = strawberry.field(
        default=None, description="Of one of these types."
    )
    people: list[strawberry.ID] | None = strawberry.field(
        default=None, description="About one of these people."
    )
    methods: list[MembershipMethod] | None = strawberry.field(
        default=None, description="Done by one of these methods."
    )
    since: datetime | None = strawberry.field(default=None, description="At this moment or later.")
    until: datetime | None = strawberry.field(
        default=None, description="At this moment or earlier."
    )


async def _where(context: Context, asked: HistoryFilter) -> Query:
    types = None if asked.types is None else [each.value for each in asked.types]
    methods = None if asked.methods is None else [each.value for each in asked.methods]
    return filters.every(
        filters.any_of("type", types),
        filters.any_of("person_id", asked.people),
        filters.any_of("method", methods),
        filters.span("at", at_least=asked.since, at_most=asked.until),
    )


@strawberry.type(description="Something that happened to a buying group.")
class HistoryEntry(Listed):
    collection: ClassVar[str] = "events"
    listing: ClassVar[Listing] = Listing(
        default=_LATEST,
        orders={"POSITION": Order("position", is_unique=True)},
        order_by=EventOrder,
        filter=HistoryFilter,
        where=_where,
    )

    id: strawberry.ID = stored("event_id", description="The id of the event.")
    position: Position = stored(description="Its place in the tenant's history.")
    type: EventType = stored(shown=EventType, description="What happened.")
    at: datetime = stored(description="When it happened.")
    actor: str = stored(description="Who did it.")
    method: MembershipMethod | None = stored(
        shown=MembershipMethod, description="By which method, where one has spoken."
    )
    summary: str = computed(
        resolvers.histories.summaries,
        needs=resolvers.histories.SUMMARY_NEEDS,
        description="What happened in a sentence, with the names people and roles have now.",
    )
    reason: str | None = stored(
        "personal.reason", description="Why; null when nobody said, or once it is erased."
    )
    person: Person | None = one(
        "person_id", description="Whom it is about; null: nobody, or somebody who is gone."
    )
    previous_role: Role | None = one(
        "before.role_id", description="The role the person had before; null: none."
    )
    role: Role | None = one(
        "after.role_id", description="The role the person had then; null: none."
    )
    previous_claims: list[Claim] = embedded(
        "before.claims",
        at_most=len(MembershipMethod),
        parts=strongest_first,
        description="What each method had said about the person before, strongest first.",
    )
    claims: list[Claim] = embedded(
        "after.claims",
        at_most=len(MembershipMethod),
        parts=strongest_first,
        description="What each method had said about the person then, strongest first.",
    )


def history() -> Any:
    """The field of a group that lists what happened to it."""
    return many(
        "buying_group_id",
        description="What happened to it, the latest first unless asked otherwise. Of one person, "
        "it shows their claims over time.",
    )
