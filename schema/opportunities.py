"""Opportunities: what an account may buy, or has bought."""

from datetime import date, datetime
from enum import Enum
from typing import ClassVar

import strawberry

from domain.identities import MOST_KEYS
from execution.context import Context
from execution.fields import embedded, one, stored
from execution.lists import Direction, Listed, Listing
from schema.accounts import Account, OutsideKey, folded, outside_keys
from schema.node import Node, Stamped
from schema.ordering import orders
from schema.searching import search_of
from store import filters
from store.reading import Order, Query


@strawberry.enum(description="What opportunities are ordered by.")
class OpportunityOrderField(Enum):
    NAME = "folded.name"
    AMOUNT = "amount"
    CLOSE_DATE = "close_date"
    UPDATED = "updated_at"


@strawberry.input(description="In which order opportunities are listed.")
class OpportunityOrder:
    field: OpportunityOrderField = strawberry.field(description="What counts.")
    direction: Direction = strawberry.field(
        default=Direction.ASC, description="Which end comes first."
    )


@strawberry.input(description="Which opportunities are listed: all that is given holds.")
class OpportunityFilter:
    search: str | None = search_of("name", is_listed_by_name=False)
    accounts: list[strawberry.ID] | None = strawberry.field(
        default=None, description="Of one of these accounts."
    )
    products: list[str] | None = strawberry.field(
        default=None, description="For one of these products; case does not matter."
    )
    stages: list[str] | None = strawberry.field(
        default=None, description="In one of these stages; case does not matter."
    )
    is_open: bool | None = strawberry.field(default=None, description="Not closed yet, or closed.")
    is_won: bool | None = strawberry.field(default=None, description="Won, or not won.")


async def _where(context: Context, asked: OpportunityFilter) -> Query:
    is_closed = None if asked.is_open is None else not asked.is_open
    return filters.every(
        filters.searched(asked.search),
        filters.any_of("account_id", asked.accounts),
        filters.any_of("folded.product", folded(asked.products)),
        filters.any_of("folded.stage", folded(asked.stages)),
        filters.is_one("is_closed", is_closed),
        filters.is_one("is_won", asked.is_won),
    )


@strawberry.type(description="One possible sale to an account.")
class Opportunity(Node, Stamped, Listed):
    collection: ClassVar[str] = "opportunities"
    listing: ClassVar[Listing] = Listing(
        default=Order("updated_at", is_descending=True),
        orders=orders(
            OpportunityOrderField,
            nullable={OpportunityOrderField.AMOUNT, OpportunityOrderField.CLOSE_DATE},
        ),
        order_by=OpportunityOrder,
        filter=OpportunityFilter,
        where=_where,
    )

    name: str = stored(description="Its name, at most 255 characters.")
    account: Account = one("account_id", description="Who may buy.")
    product: str | None = stored(description="What is sold; null when not known.")
    stage: str | None = stored(description="The stage its own system has it in.")
    amount: float | None = stored(description="What it is worth; null when not known.")
    is_closed: bool = stored(absent=False, description="Whether it is decided.")
    is_won: bool = stored(absent=False, description="Whether it was won.")
    close_date: date | None = stored(
        shown=datetime.date, description="The day it closes or closed; null when not known."
    )
    keys: list[OutsideKey] = embedded(
        "keys", at_most=MOST_KEYS, parts=outside_keys, description="Its ids in other systems."
    )
