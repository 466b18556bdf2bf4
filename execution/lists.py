"""Lists: declared fields that are read page by page, whole collections or what belongs to a parent.

However many parents ask, a list costs one command for its rows, and one more for its counts when
they are asked for.
"""

from asyncio import Future, ensure_future
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from functools import cached_property
from typing import Any, ClassVar, Final, Protocol

import strawberry
from strawberry.types.arguments import StrawberryArgument

from domain.folding import fold
from execution import cursors, filter_limits
from execution.connections import LoadedConnection, Page, ReadConnection, Row
from execution.context import Context, Right
from execution.declared import DeclaredField, innermost
from execution.fields import argument
from execution.refusals import DEFAULT_PAGE, LARGEST_PAGE, bad_page_size
from execution.selections import Selection, definition_of
from execution.sources import Document, Sourced, at
from store.filters import every
from store.reading import Fields, Order, Place, Query, Relation, Window

FIRST: Final = argument("first", int, f"How many rows, 1 to {LARGEST_PAGE}.", DEFAULT_PAGE)
AFTER: Final = argument("after", str | None, "The cursor after which the page begins.", None)

_FILTER: Final = (
    f"Which rows: all of it holds. A list in it has at most {filter_limits.VALUES:,} values."
)
Holds = Callable[[Context, Document], Awaitable[Query]]
NOBODY: Final[Document] = {"_id": ""}


@strawberry.enum(
    description="Which end of an order comes first. Rows without a value come last either way."
)
class Direction(Enum):
    """Ascending or descending."""

    ASC = "ASC"
    DESC = "DESC"


@dataclass(frozen=True, slots=True)
class Listing:
    """How the lists of a type are filtered and ordered, wherever they stand.

    `order_by` is an input with a `field`, whose values are the names of `orders`, and a
    `direction`. `where` makes a query of the input `filter`; `seen` one of what there is for the
    viewer, where that is not all.
    """

    default: Order
    orders: Mapping[str, Order]
    order_by: type | None = None
    filter: type | None = None
    where: Callable[[Context, Any], Awaitable[Query]] | None = None
    seen: Callable[[Context], Query] | None = None


class Narrowed(Protocol):
    """What narrows a list besides its filter, and a text that tells it from others."""

    @property
    def key(self) -> str: ...

    @property
    def query(self) -> Query: ...


class Listed(Sourced):
    """A type that lists are made of."""

    listing: ClassVar[Listing]


def node_class(type_: Any) -> Any:
    """The class of the nodes of a connection type."""
    connection = definition_of(innermost(type_)) if isinstance(type_, type) else type_
    nodes = next(field for field in connection.fields if field.python_name == "nodes")
    return innermost(nodes.resolve_type(type_definition=connection))


class ManyField(DeclaredField):
    """A list of a collection's documents: all of them, or those that belong to the parent."""

    holds: Holds | None = None
    needs: tuple[str, ...] = ()
    foreign: str | None
    key: str
    only: Query
    relation: str | None

    @cached_property
    def target(self) -> type[Listed]:
        target: type[Listed] = node_class(self.type)
        return target

    def taken(self) -> list[StrawberryArgument]:
        listing = self.target.listing
        found = [FIRST, AFTER]
        if listing.filter:
            found.append(argument("filter", listing.filter | None, _FILTER, None))
        if listing.order_by:
            found.append(argument("order_by", listing.order_by | None, "In which order.", None))
        return found

    @property
    def has_owner(self) -> bool:
        """Whether the list belongs to a document, and is not all there is."""
        return bool(self.foreign or self.holds)

    def paths(self, selection: Selection) -> tuple[str, ...]:
        return self.needs if self.holds else (self.key,)

    def needed(self, selection: Selection) -> Fields:
        edges = {self.relation} if self.relation and "edges" in selection.below() else set()
        return selection.rows().paths(self.target) | edges

    def get_result(self, source: Any, info: Any, args: object, kwargs: Any) -> object:
        context: Context = info.context
        context.viewer.require(Right.READ)
        name = ("list", self, *map(id, info._raw_info.field_nodes))
        reading = context.loaders.once(name, lambda: Reading(self, info, **kwargs))
        owner = source.document if self.has_owner else NOBODY
        return LoadedConnection(
            lambda: reading.rows.load(owner),
            lambda documents: reading.page(owner, documents),
            lambda: reading.counts.load(owner),
        )


def many(
    foreign: str,
    *,
    key: str = "_id",
    only: Query | None = None,
    relation: str | None = None,
    description: str | None = None,
) -> Any:
    """The documents that hold this one's `key` at the path `foreign`, as a connection.

    `only` narrows the list for good. Where the foreign path leads through a list of relations,
    `relation` is that list's path: edges then show the relation to this document.
    """
    return ManyField().declare(
        description, foreign=foreign, key=key, only=only or {}, relation=relation
    )


def browsed(*, only: Query | None = None, description: str | None = None) -> Any:
    """All documents of a collection, as a connection."""
    return ManyField().declare(description, foreign=None, key="_id", only=only or {}, relation=None)


def held(holds: Holds, *, needs: Sequence[str], description: str | None = None) -> Any:
    """The documents that a query finds which is made of this document, as a connection.

    `needs` are the paths that making the query reads. Each parent costs commands of its own.
    """
    return ManyField().declare(
        description,
        foreign=None,
        key="_id",
        only={},
        relation=None,
        holds=holds,
        needs=tuple(needs),
    )


class Reading:
    """One list in one operation: its arguments understood, its parents gathered."""

    def __init__(
        self,
        field: ManyField,
        info: Any,
        first: int = DEFAULT_PAGE,
        after: str | None = None,
        filter: object = None,
        order_by: Any = None,
        view: Narrowed | None = None,
    ) -> None:
        check_size("first", first)
        if refusal := filter_limits.check(filter):
            raise refusal
        self._field = field
        self._context: Context = info.context
        self._reader = self._context.loaders.reader
        self._filter = filter
        self._view = view
        window = first_window(field.target.listing, first + 1, filter, order_by)
        self._parent: str = info._raw_info.parent_type.name
        self._window = window
        self._after = cursors.decode(after, self._list) if after is not None else None
        self.size = first
        if self._after is not None:
            self._window = replace(window, after=self._after)
        self._fields = field.wanted(info)
        self._asked: Future[Query] | None = None
        loaders = self._context.loaders
        self.rows = loaders.loader(("rows", self), self.rows_of)
        self.counts = loaders.loader(("counts", self), self.counts_of)

    @cached_property
    def _list(self) -> str:
        """What binds cursors to this list under this filter, in this order."""
        window, view = self._window, self._view
        return cursors.fingerprint(
            self._parent,
            self._field.python_name,
            self._filter,
            window.order,
            window.leading,
            *([view.key] if view else []),
        )

    def page(self, owner: Document, documents: Sequence[Document]) -> Page:
        """The page of these rows, of which one too many was asked for."""
        order, target = self._window.order, self._field.target

        def rows() -> list[Row]:
            return [
                Row(
                    Place(at(document, order.path), document["_id"]),
                    self._list,
                    target.of(document),
                    self._relation(document, owner),
                )
                for document in documents[: self.size]
            ]

        return Page(rows, has_previous=self._after is not None, has_next=len(documents) > self.size)

    def _relation(self, document: Document, owner: Document) -> Document:
        field = self._field
        if not field.relation or not field.foreign:
            return document
        name = field.foreign.removeprefix(f"{field.relation}.")
        return next(
            (each for each in at(document, field.relation) or () if each[name] == owner[field.key]),
            {},
        )

    async def _query(self) -> Query:
        """The query of the filter, made once for rows and counts."""
        if self._asked is None:
            self._asked = ensure_future(self._where())
        return await self._asked

    async def _where(self) -> Query:
        listing = self._field.target.listing
        asked: Query | None = None
        if listing.where is not None and self._filter is not None:
            asked = await listing.where(self._context, self._filter)
        seen = listing.seen(self._context) if listing.seen else None
        view = self._view.query if self._view else None
        return every(self._field.only, seen, view, asked)

    def connection(
        self, owner: Document, rows: Callable[[], Sequence[Document]], count: Callable[[], int]
    ) -> ReadConnection:
        """The connection of an owner whose rows, one too many, and whose count are at hand."""
        target = self._field.target
        return ReadConnection(
            lambda: self.page(owner, rows()),
            lambda: [target.of(document) for document in rows()[: self.size]],
            count,
        )

    async def rows_of(self, owners: list[Document]) -> list[list[Document]]:
        """The rows of each owner, one too many where others follow."""
        query = await self._query()
        field, collection = self._field, self._field.target.collection
        if field.holds:
            return [
                await self._reader.page(collection, every(own, query), self._window, self._fields)
                for own in await self._held(field.holds, owners)
            ]
        if not field.foreign:
            found = await self._reader.page(collection, query, self._window, self._fields)
            return [found for _ in owners]
        keys = {owner["_id"]: key for owner in owners if (key := at(owner, field.key)) is not None}
        if len(keys) == 1:
            (id, key), *_ = keys.items()
            own = {field.foreign: key}
            found = await self._reader.page(
                collection, every(own, query), self._window, self._fields
            )
            by_owner = {id: found}
        else:
            relation = Relation(self._owners(), field.key, collection, field.foreign)
            by_owner = await self._reader.pages(relation, keys, query, self._window, self._fields)
        return [by_owner.get(owner["_id"], []) for owner in owners]

    async def counts_of(self, owners: list[Document]) -> list[int]:
        """How many rows each owner has."""
        query = await self._query()
        field, collection = self._field, self._field.target.collection
        if field.holds:
            return [
                await self._reader.count(collection, every(own, query))
                for own in await self._held(field.holds, owners)
            ]
        if not field.foreign:
            count = await self._reader.count(collection, query)
            return [count for _ in owners]
        keys = [at(owner, field.key) for owner in owners]
        known = {key for key in keys if key is not None}
        counts = await self._reader.counts(collection, field.foreign, known, query)
        return [counts.get(key, 0) for key in keys]

    async def _held(self, holds: Holds, owners: list[Document]) -> list[Query]:
        return [await holds(self._context, owner) for owner in owners]

    def _owners(self) -> str:
        holder: Any = self._field.origin
        return str(holder.collection)


def check_size(name: str, size: int, smallest: int = 1) -> None:
    """Nothing for a size of page that may be had; else the coded refusal is raised."""
    if not smallest <= size <= LARGEST_PAGE:
        raise bad_page_size(name, size)


def first_window(
    listing: Listing, size: int, filter: object = None, order_by: Any = None
) -> Window:
    """The first rows of a list, by the filter's `search` and the order asked for.

    Without an order, a search of names puts those first that begin with what is searched.
    """
    if order_by is not None:
        order = listing.orders[order_by.field.name]
        return Window(replace(order, is_descending=order_by.direction is Direction.DESC), size)
    search = fold(getattr(filter, "search", None) or "")
    is_by_name = listing.default.path == "folded.name"
    return Window(listing.default, size, leading=search if search and is_by_name else None)
