"""Interest signals: what says that somebody cares about a solution, as its sources told it."""

from datetime import datetime
from enum import Enum
from typing import ClassVar

import strawberry

import domain.interest_signals
from execution.context import Context
from execution.fields import one, stored
from execution.lists import Direction, Listed, Listing
from schema.node import Node
from schema.ordering import orders
from schema.people import Person
from schema.related_tests import SignalStrength
from schema.solution_interests import SolutionInterest
from store import filters
from store.reading import Order, Query

SignalSource = domain.interest_signals.SignalSource
strawberry.enum(
    SignalSource,
    name="SignalSource",
    description="Where a signal comes from: a form, a chat, a CRM, an ad platform, a model of "
    "intent, or anything else.",
)


@strawberry.enum(description="What interest signals are ordered by.")
class InterestSignalOrderField(Enum):
    AT = "at"


@strawberry.input(description="In which order interest signals are listed.")
class InterestSignalOrder:
    field: InterestSignalOrderField = strawberry.field(
        default=InterestSignalOrderField.AT, description="What counts."
    )
    direction: Direction = strawberry.field(
        default=Direction.DESC, description="Which end comes first."
    )


@strawberry.input(description="Which interest signals are listed: all that is given holds.")
class InterestSignalFilter:
    people: list[strawberry.ID] | None = strawberry.field(
        default=None, description="Of one of these people."
    )
    accounts: list[strawberry.ID] | None = strawberry.field(
        default=None, description="Of somebody who belongs to one of these accounts now."
    )
    solution_interests: list[strawberry.ID] | None = strawberry.field(
        default=None, description="For one of these solution interests."
    )
    sources: list[SignalSource] | None = strawberry.field(
        default=None, description="From one of these sources."
    )
    strengths: list[SignalStrength] | None = strawberry.field(
        default=None, description="Of one of these strengths."
    )
    since: datetime | None = strawberry.field(default=None, description="At this moment or later.")
    before: datetime | None = strawberry.field(default=None, description="Before this moment.")


async def _where(context: Context, asked: InterestSignalFilter) -> Query:
    return filters.every(
        filters.any_of("person_id", asked.people),
        filters.any_of("person_id", await _people_of(context, asked.accounts)),
        filters.any_of("solution_interest_id", asked.solution_interests),
        filters.any_of("source", _words(asked.sources)),
        filters.any_of("strength", _words(asked.strengths)),
        filters.span("at", at_least=asked.since, less_than=asked.before),
    )


async def _people_of(context: Context, accounts: list[strawberry.ID] | None) -> list[str] | None:
    if accounts is None:
        return None
    related = {"relations.account_id": {"$in": accounts}}
    return [person["_id"] for person in await context.stores.people.found(related, {"_id": 1})]


def _words(chosen: list[SignalSource] | list[SignalStrength] | None) -> list[str] | None:
    return None if chosen is None else [each.value for each in chosen]


@strawberry.type(
    description="An event in a business that says: this person cares about this solution."
)
class InterestSignal(Node, Listed):
    collection: ClassVar[str] = "interest_signals"
    listing: ClassVar[Listing] = Listing(
        default=Order("at", is_descending=True),
        orders=orders(InterestSignalOrderField),
        order_by=InterestSignalOrder,
        filter=InterestSignalFilter,
        where=_where,
    )

    person: Person = one("person_id", description="Who cares.")
    solution_interest: SolutionInterest = one(
        "solution_interest_id", description="What they care about."
    )
    source: SignalSource = stored(shown=SignalSource, description="Where it comes from.")
    source_id: str = stored(description="Its id there; a source tells of it once.")
    strength: SignalStrength = stored(shown=SignalStrength, description="How much it says.")
    at: datetime = stored(description="When it happened.")
    recorded_at: datetime = stored(description="When it was recorded.")
    recorded_by: str = stored(description="Who recorded it.")
