"""Roles: what part a member plays in a group."""

from typing import ClassVar

import strawberry

from execution.context import Context
from execution.fields import stored
from execution.lists import Listed, Listing
from schema.node import Node, Stamped
from schema.ordering import ComponentOrder, ComponentOrderField, orders
from store import filters
from store.reading import Order, Query


@strawberry.input(description="Which roles are listed: all that is given holds.")
class RoleFilter:
    is_default: bool | None = strawberry.field(
        default=None, description="One of the six of every tenant, or the tenant's own."
    )


async def _where(context: Context, asked: RoleFilter) -> Query:
    return filters.every(filters.is_one("is_default", asked.is_default))


@strawberry.type(description="A part to play in a buying group; a tenant has at most 20.")
class Role(Node, Stamped, Listed):
    collection: ClassVar[str] = "roles"
    listing: ClassVar[Listing] = Listing(
        default=Order("folded.name"),
        orders=orders(ComponentOrderField),
        order_by=ComponentOrder,
        filter=RoleFilter,
        where=_where,
    )

    name: str = stored(description="Its name; the tenant has it once.")
    is_default: bool = stored(
        absent=False, description="Whether it is one of the six that cannot be changed or deleted."
    )
