"""Saved views of buying groups: a filter and an order under a name."""

from collections.abc import Sequence
from typing import ClassVar

import strawberry
from strawberry.scalars import JSON

import resolvers.saved_views
from domain.conditions import MAX_LEAVES
from execution.context import Context
from execution.fields import computed, stored
from execution.lists import Listed, Listing
from execution.sources import Sourced
from execution.viewed_lists import View
from schema.group_filters import BuyingGroupFilter, BuyingGroupOrder, where
from schema.node import Stamped
from schema.ordering import ComponentOrder, ComponentOrderField, orders
from schema.searching import search_of
from schema.written_inputs import read
from store import filters
from store.reading import Order, Query


@strawberry.input(description="Which saved views are listed: all that is given holds.")
class SavedViewFilter:
    search: str | None = search_of("name")
    is_shared: bool | None = strawberry.field(
        default=None, description="Shared with all, or the viewer's own alone."
    )


async def _where(context: Context, asked: SavedViewFilter) -> Query:
    return filters.every(
        filters.searched(asked.search), filters.is_one("is_shared", asked.is_shared)
    )


@strawberry.type(description="Something a view's filter names that there is no more.")
class SavedViewGap(Sourced):
    path: str = stored(description="Where in the filter it stands, such as `accounts[0]`.")
    id: strawberry.ID = stored(description="The id it had.")


@strawberry.type(
    description="A filter and an order of buying groups, kept under a name: private, or shared "
    "with everybody of the tenant."
)
class SavedView(Stamped, Listed):
    collection: ClassVar[str] = "saved_views"
    listing: ClassVar[Listing] = Listing(
        default=Order("folded.name"),
        orders=orders(ComponentOrderField),
        order_by=ComponentOrder,
        filter=SavedViewFilter,
        where=_where,
        seen=resolvers.saved_views.seen,
    )

    id: strawberry.ID = stored("_id", description="The id.")
    name: str = stored(description="Its name; the tenant has it once.")
    owner: str = stored(description="Who saved it.")
    is_shared: bool = stored(description="Whether everybody of the tenant sees it.")
    filter: JSON = stored(description="The filter, as a BuyingGroupFilter; roles by their ids.")
    order_by: JSON | None = stored(description="The order, as a BuyingGroupOrder; null: by name.")
    gaps: list[SavedViewGap] = computed(
        resolvers.saved_views.gaps,
        needs=resolvers.saved_views.GAP_NEEDS,
        at_most=MAX_LEAVES,
        description="What the filter names that there is no more. The view still lists: nothing "
        "fits what is gone.",
    )


async def views(context: Context, ids: Sequence[str]) -> list[View | None]:
    """What the views of these ids ask; None for one that there is not for the viewer."""
    found = await resolvers.saved_views.views(context, ids)
    return [
        View(
            f"{view['_id']}:{view['version']}",
            await where(context, read(BuyingGroupFilter, view["filter"]), is_kept=True),
            read(BuyingGroupOrder, view["order_by"]) if view["order_by"] else None,
        )
        if view
        else None
        for view in found
    ]
