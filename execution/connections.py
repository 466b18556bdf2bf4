"""Connections: lists that are read page by page, in Relay's shape."""

from asyncio import ensure_future
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Generic, TypeVar

import strawberry

from execution import cursors
from execution.sources import Document, Sourced
from store.reading import Place

T = TypeVar("T")


@strawberry.type(description="Where a page lies in its list.")
class PageInfo:
    has_next_page: bool = strawberry.field(description="Whether rows follow this page.")
    has_previous_page: bool = strawberry.field(
        description="Whether the page was asked for with a cursor, so that rows may precede it."
    )
    start_cursor: str | None = strawberry.field(
        description="The first row's cursor; null on an empty page."
    )
    end_cursor: str | None = strawberry.field(
        description="The last row's cursor, to be given as `after` for the next page; "
        "null on an empty page."
    )


@strawberry.type(description="A row of a list, with its cursor.")
class Edge(Generic[T]):
    cursor: str = strawberry.field(
        description="The row's place in the list, opaque; good for this filter and order only."
    )
    node: T = strawberry.field(description="The row itself.")


@strawberry.type(description="A page of a list.")
class Connection(Generic[T]):
    edges: list[Edge[T]] = strawberry.field(description="The page's rows with their cursors.")
    nodes: list[T] = strawberry.field(description="The page's rows.")
    page_info: PageInfo = strawberry.field(description="Where the page lies in the list.")
    total_count: int = strawberry.field(
        description="How many rows the whole list has under its filter; counted only when asked."
    )


@dataclass(frozen=True, slots=True)
class Row:
    """The source of an edge; what the relation of the row itself holds is its `document`."""

    place: Place
    fingerprint: str
    node: Sourced
    document: Document

    @property
    def cursor(self) -> str:
        return cursors.encode(self.place, self.fingerprint)


class Page:
    """The rows of a page, and whether others come before and after them.

    It is the source of `PageInfo` as well; rows are made when somebody looks at them.
    """

    def __init__(
        self, make: Callable[[], Sequence[Row]], *, has_previous: bool, has_next: bool
    ) -> None:
        self._make = make
        self.has_previous_page = has_previous
        self.has_next_page = has_next

    @cached_property
    def rows(self) -> Sequence[Row]:
        return self._make()

    @property
    def nodes(self) -> list[Sourced]:
        return [row.node for row in self.rows]

    @property
    def start_cursor(self) -> str | None:
        return self.rows[0].cursor if self.rows else None

    @property
    def end_cursor(self) -> str | None:
        return self.rows[-1].cursor if self.rows else None


class LoadedConnection(Generic[T]):
    """The source of a connection whose rows are loaded when they are asked for, and counted alike.

    What `load` gives in the end, `page` makes a page of.
    """

    def __init__(
        self,
        load: Callable[[], Awaitable[T]],
        page: Callable[[T], Page],
        count: Callable[[], Awaitable[int]],
    ) -> None:
        self._load = load
        self._paged = page
        self._count = count
        self._rows: Awaitable[T] | None = None
        self._page: Page | None = None

    async def _loaded(self) -> Page:
        if self._rows is None:
            self._rows = ensure_future(self._load())
        rows = await self._rows
        if self._page is None:
            self._page = self._paged(rows)
        return self._page

    @property
    async def edges(self) -> Sequence[Row]:
        return (await self._loaded()).rows

    @property
    async def nodes(self) -> list[Sourced]:
        return (await self._loaded()).nodes

    @property
    async def page_info(self) -> Page:
        return await self._loaded()

    @property
    def total_count(self) -> Awaitable[int]:
        return self._count()


class ReadConnection:
    """The source of a connection whose rows are at hand; what is not asked for is not made."""

    def __init__(
        self,
        page: Callable[[], Page],
        nodes: Callable[[], list[Sourced]],
        count: Callable[[], int],
    ) -> None:
        self._paged = page
        self._nodes = nodes
        self._count = count

    @property
    def total_count(self) -> int:
        return self._count()

    @property
    def edges(self) -> Sequence[Row]:
        return self._page.rows

    @property
    def nodes(self) -> list[Sourced]:
        return self._nodes()

    @property
    def page_info(self) -> Page:
        return self._page

    @cached_property
    def _page(self) -> Page:
        return self._paged()
