"""People, and the accounts they belong to."""

from enum import Enum
from typing import TYPE_CHECKING, Annotated, ClassVar, Final

import strawberry
from strawberry.scalars import JSON

import resolvers.personas
import schema.engagement
import schema.highlights
from domain.identities import MOST_FORMER, MOST_KEYS
from domain.personas import MOST_PERSONAS, TELLING
from execution.connections import Connection, PageInfo
from execution.context import Context
from execution.embedded_lists import listed
from execution.fields import computed, embedded, stored
from execution.lists import Direction, Listed, Listing, many
from execution.refusals import bad_condition
from resolvers.outcomes import Invalid
from schema.accounts import Account, Address, OutsideKey, folded, outside_keys
from schema.conditions import RelationKind
from schema.engagement import PersonEngagement
from schema.node import Node, Stamped
from schema.ordering import orders
from schema.searching import search_of
from store import filters
from store.reading import Order, Query

if TYPE_CHECKING:
    from schema.activities import Activity
    from schema.buying_groups import BuyingGroup
    from schema.interest_signals import InterestSignal
    from schema.personas import Persona

READ_BY_PERSONAS: Final = tuple(sorted({".".join(each.path) for each in TELLING}))


@strawberry.enum(description="What people are ordered by.")
class PersonOrderField(Enum):
    NAME = "folded.name"
    ENGAGEMENT = "engagement.raw"
    CREATED = "_id"
    UPDATED = "updated_at"


@strawberry.input(description="In which order people are listed.")
class PersonOrder:
    field: PersonOrderField = strawberry.field(description="What counts.")
    direction: Direction = strawberry.field(
        default=Direction.ASC, description="Which end comes first."
    )


@strawberry.input(description="Of which personas people are: all that is given holds.")
class PersonasAsked:
    any_of: list[str] | None = strawberry.field(
        default=None, description="Is of one of these, by id or by name."
    )
    none_of: list[str] | None = strawberry.field(
        default=None, description="Is of none of these, by id or by name."
    )


@strawberry.input(description="Which people are listed: all that is given holds.")
class PersonFilter:
    search: str | None = search_of("name, e-mail address or job title")
    email: list[str] | None = strawberry.field(
        default=None, description="Has one of these addresses; case does not matter."
    )
    job_title: list[str] | None = strawberry.field(
        default=None, description="Has one of these titles; case does not matter."
    )
    accounts: list[strawberry.ID] | None = strawberry.field(
        default=None, description="Belongs to one of these accounts."
    )
    relations: list[RelationKind] | None = strawberry.field(
        default=None, description="Belongs to an account in one of these ways."
    )
    personas: PersonasAsked | None = strawberry.field(
        default=None, description="Is of personas, or is not."
    )


async def _where(context: Context, asked: PersonFilter) -> Query:
    kinds = None if asked.relations is None else [kind.value for kind in asked.relations]
    relation = filters.an_entry(
        "relations",
        filters.any_of("account_id", asked.accounts),
        filters.any_of("relation", kinds),
    )
    return filters.every(
        filters.searched(asked.search),
        filters.any_of("folded.email", folded(asked.email)),
        filters.any_of("folded.job_title", folded(asked.job_title)),
        relation if asked.accounts is not None or kinds is not None else None,
        await _of_personas(context, asked.personas),
    )


async def _of_personas(context: Context, asked: PersonasAsked | None) -> Query | None:
    """People of some personas; an unknown one is refused, naming where it stands."""
    if asked is None:
        return None
    found = await resolvers.personas.people_of(context, asked.any_of, asked.none_of)
    if isinstance(found, Invalid):
        raise bad_condition(f"filter.personas.{found.field}", found.reason)
    return found


@strawberry.type(description="An account of a person, and how the person belongs to it.")
class PersonAccountEdge:
    cursor: str = strawberry.field(description="The row's place in the list.")
    node: Account = strawberry.field(description="The account.")
    relation: RelationKind = stored(shown=RelationKind, description="How the person belongs to it.")
    roles: list[str] = stored(
        absent=(), description="Names of what the person is there, such as `owner`."
    )


@strawberry.type(description="A page of a person's accounts.")
class PersonAccountConnection:
    edges: list[PersonAccountEdge] = strawberry.field(description="Rows with their relations.")
    nodes: list[Account] = strawberry.field(description="The accounts.")
    page_info: PageInfo = strawberry.field(description="Where the page lies in the list.")
    total_count: int = strawberry.field(description="How many accounts the person has.")


@strawberry.type(description="Somebody who may take part in buying; a lead or contact elsewhere.")
class Person(Node, Stamped, Listed):
    collection: ClassVar[str] = "people"
    listing: ClassVar[Listing] = Listing(
        default=Order("folded.name"),
        orders=orders(PersonOrderField, nullable={PersonOrderField.ENGAGEMENT}),
        order_by=PersonOrder,
        filter=PersonFilter,
        where=_where,
    )

    name: str = stored(description="First and last name; the e-mail address without either.")
    first_name: str | None = stored(description="First name; null when not known.")
    last_name: str | None = stored(description="Last name; null when not known.")
    email: str = stored(description="Work e-mail address; the tenant has it once.")
    job_title: str | None = stored(description="Job title; null when not known.")
    phone: str | None = stored(description="Phone; null when not known.")
    mobile_phone: str | None = stored(description="Mobile phone; null when not known.")
    address: Address = embedded("address", description="The person's address.")
    email_invalid: bool = stored(absent=False, description="Whether mail to it comes back.")
    email_suspended: bool = stored(absent=False, description="Whether mail to it is held back.")
    unsubscribed: bool = stored(absent=False, description="Whether they want no marketing mail.")
    marketing_suspended: bool = stored(
        absent=False, description="Whether marketing to them is held back."
    )
    inferred_state: str | None = stored(description="State found out from their visits.")
    inferred_region: str | None = stored(description="Region found out from their visits.")
    engagement: PersonEngagement | None = schema.engagement.of_person()
    custom_fields: JSON = stored(
        "custom", absent={}, description="Values of the tenant's own fields, by key."
    )
    personas: list[Annotated["Persona", strawberry.lazy("schema.personas")]] = computed(
        resolvers.personas.personas_of,
        needs=READ_BY_PERSONAS,
        at_most=MOST_PERSONAS,
        description="The personas they are of now, by name.",
    )
    keys: list[OutsideKey] = embedded(
        "keys", at_most=MOST_KEYS, parts=outside_keys, description="Their ids in other systems."
    )
    former_keys: list[OutsideKey] = embedded(
        "former_keys",
        at_most=MOST_FORMER,
        description="Ids of records merged into this one, by which the person is found as well.",
    )
    former_emails: list[str] = stored(
        absent=(),
        description="E-mail addresses of records merged into this one, by which the person is "
        "found as well.",
    )
    accounts: PersonAccountConnection = listed(
        "relations",
        identity="account_id",
        is_through=True,
        description="The accounts they belong to; edges show how.",
    )
    buying_groups: Connection[Annotated["BuyingGroup", strawberry.lazy("schema.buying_groups")]] = (
        many("member_ids", description="The groups they are a member of.")
    )
    last_interesting_moment: Annotated["Activity", strawberry.lazy("schema.activities")] | None = (
        schema.highlights.last_moment_of_person()
    )
    activities: Connection[Annotated["Activity", strawberry.lazy("schema.activities")]] = many(
        "person_id", description="What they did, the latest first unless asked otherwise."
    )
    interest_signals: Connection[
        Annotated["InterestSignal", strawberry.lazy("schema.interest_signals")]
    ] = many(
        "person_id",
        description="What says that they care about a solution, the latest first unless asked "
        "otherwise.",
    )
