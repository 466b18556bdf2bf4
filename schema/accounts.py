"""Accounts, and how people belong to them."""

from collections.abc import Sequence
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, Annotated, ClassVar

import strawberry
from strawberry.scalars import JSON

import schema.account_overviews
from domain.conditions import ConditionFault
from domain.folding import fold
from domain.identities import MOST_FORMER, MOST_KEYS
from execution.connections import Connection, PageInfo
from execution.context import Context
from execution.embedded_lists import listed
from execution.fields import embedded, one, stored
from execution.lists import Direction, Listed, Listing, many
from execution.refusals import bad_condition
from execution.sources import Sourced
from resolvers import audience_accounts, conditions
from resolvers.outcomes import Invalid
from schema.account_overviews import AccountOverview
from schema.conditions import ConditionInput, RelationKind, condition_of
from schema.node import Node, Stamped
from schema.ordering import orders
from schema.searching import search_of
from store import filters
from store.reading import Order, Query

if TYPE_CHECKING:
    from schema.audiences import AccountAudience
    from schema.buying_groups import BuyingGroup
    from schema.opportunities import Opportunity
    from schema.people import Person


@strawberry.type(description="A postal address; what is not known is null.")
class Address(Sourced):
    street: str | None = stored(description="Street and number.")
    city: str | None = stored(description="City.")
    state: str | None = stored(description="State or province.")
    region: str | None = stored(description="Region, wider than a state.")
    postal_code: str | None = stored(description="Postal code.")
    country: str | None = stored(description="Country.")


@strawberry.type(description="The id under which another system knows something.")
class OutsideKey(Sourced):
    system: str = stored(description="The other system.")
    id: str = stored(description="Its id there.")


def entries(accounts: Sequence[str]) -> list[dict[str, str]]:
    """Stored ids of accounts as the parts of a list that leads to them."""
    return [{"account_id": account} for account in accounts]


def outside_keys(keys: dict[str, str]) -> list[dict[str, str]]:
    """Stored keys as a list, in the order of the systems' names."""
    return [{"system": system, "id": id} for system, id in sorted(keys.items())]


@strawberry.enum(description="What accounts are ordered by.")
class AccountOrderField(Enum):
    NAME = "folded.name"
    ANNUAL_REVENUE = "annual_revenue"
    CREATED = "_id"
    UPDATED = "updated_at"


@strawberry.input(description="In which order accounts are listed.")
class AccountOrder:
    field: AccountOrderField = strawberry.field(description="What counts.")
    direction: Direction = strawberry.field(
        default=Direction.ASC, description="Which end comes first."
    )


@strawberry.input(description="Which accounts are listed: all that is given holds.")
class AccountFilter:
    search: str | None = search_of("name")
    industry: list[str] | None = strawberry.field(
        default=None, description="Is one of these; case does not matter."
    )
    country: list[str] | None = strawberry.field(
        default=None, description="Is one of these; case does not matter."
    )
    region: list[str] | None = strawberry.field(
        default=None, description="Is one of these; case does not matter."
    )
    products: list[str] | None = strawberry.field(
        default=None, description="Owns one of these; case does not matter."
    )
    parents: list[strawberry.ID] | None = strawberry.field(
        default=None, description="Stands directly below one of these accounts."
    )
    ancestors: list[strawberry.ID] | None = strawberry.field(
        default=None, description="Stands below one of these accounts, at any distance."
    )
    is_top_level: bool | None = strawberry.field(
        default=None, description="Stands at the top of its hierarchy, or does not."
    )
    audiences: list[strawberry.ID] | None = strawberry.field(
        default=None, description="Is a member of one of these account audiences."
    )
    condition: ConditionInput | None = strawberry.field(
        default=None, description="A condition over accounts holds, as in an audience."
    )


async def _where(context: Context, asked: AccountFilter) -> Query:
    level = {"level": 1} if asked.is_top_level else {"level": {"$gt": 1}}
    return filters.every(
        filters.searched(asked.search),
        filters.any_of("folded.industry", folded(asked.industry)),
        filters.any_of("folded.address.country", folded(asked.country)),
        filters.any_of("folded.address.region", folded(asked.region)),
        filters.any_of("folded.products", folded(asked.products)),
        filters.any_of("parent_id", asked.parents),
        filters.any_of("ancestor_ids", asked.ancestors),
        filters.any_of("audiences.audience_id", asked.audiences),
        None if asked.is_top_level is None else level,
        await _holding(context, asked.condition),
    )


async def _holding(context: Context, given: ConditionInput | None) -> Query | None:
    """Accounts for which a condition holds; a bad one is refused, naming the node."""
    if given is None:
        return None
    field = "filter.condition"
    condition = condition_of(given)
    if isinstance(condition, ConditionFault):
        raise bad_condition(f"{field}.{condition.path}", condition.reason)
    fault = await conditions.check(context, field, condition, conditions.OF_ACCOUNTS)
    if fault is not None:
        raise bad_condition(fault.field, fault.reason)
    found = await audience_accounts.conditional_query(context, condition, field)
    if isinstance(found, Invalid):
        raise bad_condition(found.field, found.reason)
    return found


def folded(texts: list[str] | None) -> list[str] | None:
    """Texts as they are compared; None of None."""
    return None if texts is None else [fold(text) for text in texts]


@strawberry.type(description="A person of an account, and how they belong to it.")
class AccountPersonEdge:
    cursor: str = strawberry.field(description="The row's place in the list.")
    node: Annotated["Person", strawberry.lazy("schema.people")] = strawberry.field(
        description="The person."
    )
    relation: RelationKind = stored(shown=RelationKind, description="How they belong to it.")
    roles: list[str] = stored(description="Names of what they are there, such as `owner`.")


@strawberry.type(description="A page of an account's people.")
class AccountPersonConnection:
    edges: list[AccountPersonEdge] = strawberry.field(description="Rows with their relations.")
    nodes: list[Annotated["Person", strawberry.lazy("schema.people")]] = strawberry.field(
        description="The people."
    )
    page_info: PageInfo = strawberry.field(description="Where the page lies in the list.")
    total_count: int = strawberry.field(description="How many there are under the filter.")


@strawberry.type(description="An audience that an account is a member of.")
class AccountAudienceMembershipEdge:
    cursor: str = strawberry.field(description="The row's place in the list.")
    node: Annotated["AccountAudience", strawberry.lazy("schema.audiences")] = strawberry.field(
        description="The audience."
    )
    joined_at: datetime = stored(description="Since when it is a member.")


@strawberry.type(description="A page of the audiences an account is a member of.")
class AccountAudienceMembershipConnection:
    edges: list[AccountAudienceMembershipEdge] = strawberry.field(
        description="Rows with their moments."
    )
    nodes: list[Annotated["AccountAudience", strawberry.lazy("schema.audiences")]] = (
        strawberry.field(description="The audiences.")
    )
    page_info: PageInfo = strawberry.field(description="Where the page lies in the list.")
    total_count: int = strawberry.field(description="How many there are.")


@strawberry.type(description="A company, or a part of one, that may buy.")
class Account(Node, Stamped, Listed):
    collection: ClassVar[str] = "accounts"
    listing: ClassVar[Listing] = Listing(
        default=Order("folded.name"),
        orders=orders(AccountOrderField, nullable={AccountOrderField.ANNUAL_REVENUE}),
        order_by=AccountOrder,
        filter=AccountFilter,
        where=_where,
    )

    name: str = stored(description="Its name, at most 255 characters.")
    industry: str | None = stored(description="Its industry; null when not known.")
    annual_revenue: float | None = stored(description="Revenue of a year; null when not known.")
    employees: int | None = stored(description="How many people work there; null when not known.")
    sic_code: str | None = stored(description="Standard Industrial Classification code.")
    website: str | None = stored(description="Its website; null when not known.")
    phone: str | None = stored(description="Its phone; null when not known.")
    address: Address = embedded("address", description="Its billing address.")
    products: list[str] = stored(
        absent=(), description="Products it owns: stated for it, or of opportunities it has won."
    )
    level: int = stored(description="Its level in the hierarchy: 1 at the top.")
    custom_fields: JSON = stored(
        "custom", absent={}, description="Values of the tenant's own fields, by key."
    )
    derived_fields: JSON = stored(
        "derived", absent={}, description="Values that rules set, by key."
    )
    keys: list[OutsideKey] = embedded(
        "keys", at_most=MOST_KEYS, parts=outside_keys, description="Its ids in other systems."
    )
    former_keys: list[OutsideKey] = embedded(
        "former_keys",
        at_most=MOST_FORMER,
        description="Ids of accounts merged into this one, by which it is found as well.",
    )
    parent: Annotated["Account", strawberry.lazy("schema.accounts")] | None = one(
        "parent_id", description="The account above it; null at the top."
    )
    ancestors: Connection[Annotated["Account", strawberry.lazy("schema.accounts")]] = listed(
        "ancestor_ids",
        parts=entries,
        identity="account_id",
        is_through=True,
        description="The accounts above it, from the top down.",
    )
    children: Connection[Annotated["Account", strawberry.lazy("schema.accounts")]] = many(
        "parent_id", description="The accounts directly below it."
    )
    audiences: AccountAudienceMembershipConnection = listed(
        "audiences",
        identity="audience_id",
        is_through=True,
        description="The account audiences it is a member of; edges show since when.",
    )
    overview: AccountOverview = schema.account_overviews.overview()
    people: AccountPersonConnection = many(
        "relations.account_id",
        relation="relations",
        description="People who belong to it; edges show how.",
    )
    opportunities: Connection[Annotated["Opportunity", strawberry.lazy("schema.opportunities")]] = (
        many("account_id", description="Its opportunities.")
    )
    buying_groups: Connection[Annotated["BuyingGroup", strawberry.lazy("schema.buying_groups")]] = (
        many("account_id", description="Its buying groups, one for a solution interest.")
    )
