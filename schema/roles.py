"""Roles: what part a member plays in a group."""

from typing import TYPE_CHECKING, Annotated, ClassVar

import strawberry

import domain.roles
from execution.connections import Connection
from execution.context import Context
from execution.fields import stored
from execution.lists import Listed, Listing, many
from schema.node import Node, Stamped
from schema.ordering import ComponentOrder, ComponentOrderField, orders
from schema.searching import search_of
from store import filters
from store.reading import Order, Query

if TYPE_CHECKING:
    from schema.buying_groups import BuyingGroup
    from schema.role_templates import RoleTemplate

RoleType = domain.roles.RoleType
strawberry.enum(
    RoleType,
    name="RoleType",
    description="One of the six of every tenant, which cannot be changed or deleted; or one of "
    "the tenant's own.",
)


@strawberry.input(description="Which roles are listed: all that is given holds.")
class RoleFilter:
    search: str | None = search_of("name", is_listed_by_name=False)
    type: RoleType | None = strawberry.field(
        default=None, description="One of the six of every tenant, or the tenant's own."
    )


async def _where(context: Context, asked: RoleFilter) -> Query:
    is_of_type = None if asked.type is None else asked.type is RoleType.DEFAULT
    return filters.every(filters.searched(asked.search), filters.is_one("is_default", is_of_type))


def _type(is_default: bool) -> RoleType:
    return domain.roles.type_of(is_default=is_default)


@strawberry.type(description="A part to play in a buying group; a tenant has at most 20.")
class Role(Node, Stamped, Listed):
    collection: ClassVar[str] = "roles"
    listing: ClassVar[Listing] = Listing(
        default=Order("updated_at", is_descending=True),
        orders=orders(ComponentOrderField),
        order_by=ComponentOrder,
        filter=RoleFilter,
        where=_where,
    )

    name: str = stored(description="Its name; the tenant has it once.")
    description: str | None = stored(description="What it stands for; null when nobody said.")
    aliases: list[str] = stored(
        absent=(),
        description="What other systems call it, as imports read their role names; at most 50.",
    )
    type: RoleType = stored(
        "is_default",
        shown=_type,
        absent=RoleType.CUSTOM,
        description="Whether it is one of the six that cannot be changed or deleted.",
    )
    role_templates: Connection[
        Annotated["RoleTemplate", strawberry.lazy("schema.role_templates")]
    ] = many("roles.role_id", description="The templates it stands in, drafts as well.")
    buying_groups: Connection[Annotated["BuyingGroup", strawberry.lazy("schema.buying_groups")]] = (
        many("roles.role_id", description="The groups whose template it stands in.")
    )
