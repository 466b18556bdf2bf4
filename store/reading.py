"""Reading: documents by id, by another key, page by page, and counted; one tenant's, always.

A page is told by its place in the order (the sort key's value and the id of the last row), never
by a number of rows to skip, so it costs the same wherever it lies. Rows without a sort key come
last in either direction. Where that needs several ranges of an index, one aggregate reads them
one after the other and stops when the page is full.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from collections.abc import Collection as Several
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from pymongo.errors import ExecutionTimeout
from pymongo.read_concern import ReadConcern

from domain.identifiers import TenantId
from store.driver import Collection, Database, Document, aggregate

Query = Mapping[str, object]
Fields = frozenset[str]
Key = str | int | float | datetime | None

EVERYTHING: Final[Fields] = frozenset({"*"})
EVENTS: Final = "events"
TENANTS: Final = "tenants"
GREATEST_CHARACTER: Final = "\U0010ffff"
SECONDS_FOR_A_READ: Final = 10.0

_BOOKKEEPING: Final = ("outbox", "folded", "search")
_AT_ONCE: Final = 10_000
_NUMBER: Final = "asked"


class TookTooLong(Exception):
    """The database did not answer a read in the time it was given."""


@dataclass(frozen=True, slots=True)
class Order:
    """By which path rows are ordered.

    `is_nullable` when a row may have nothing there, `is_unique` when no two rows have the same.
    """

    path: str
    is_descending: bool = False
    is_nullable: bool = False
    is_unique: bool = False

    @property
    def direction(self) -> int:
        return -1 if self.is_descending else 1


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row stands in an order: the value it is ordered by, then its id."""

    value: Key
    id: str


@dataclass(frozen=True, slots=True)
class Window:
    """So many rows of an order, after a place or from the beginning.

    With `leading`, rows whose text in the order begins with it come before all others; that is
    for orders that are ascending and have a text in every row.
    """

    order: Order
    size: int
    after: Place | None = None
    leading: str | None = None


@dataclass(frozen=True, slots=True)
class Relation:
    """How documents belong to others: what `foreign` holds of theirs, their own `local` is."""

    owners: str
    local: str
    collection: str
    foreign: str


@dataclass(frozen=True, slots=True)
class Keyed:
    """Asks for the documents of a collection whose `path` holds one of the keys."""

    collection: str
    path: str
    keys: Several[str]
    fields: Fields


@dataclass(frozen=True, slots=True)
class _Range:
    """A stretch of an order that one scan of an index reads."""

    query: Query
    sort: Mapping[str, int]


class Reader:
    """Reads one tenant's documents, with the fields asked for and no others."""

    def __init__(
        self, database: Database, tenant: TenantId, seconds: float = SECONDS_FOR_A_READ
    ) -> None:
        self._database = database
        self._tenant = tenant
        self._milliseconds = int(seconds * 1_000)

    async def by_key(
        self, collection: str, path: str, keys: Several[str], fields: Fields
    ) -> list[Document]:
        """Every document whose `path` holds one of the keys."""
        cursor = self._collection(collection).find(
            self._holding(collection, path, keys),
            projection(fields | {path}),
            batch_size=_AT_ONCE,
            max_time_ms=self._milliseconds,
        )
        async with _in_time():
            return await cursor.to_list(None)

    async def by_keys(self, asked: Sequence[Keyed]) -> list[list[Document]]:
        """What `by_key` gives for each; however many are asked for, one command loads them all.

        Events, which are read in a way of their own, take another.
        """
        together = [each for each in asked if each.collection != EVENTS]
        if len(together) > 1:
            found = await self._united(together)
        else:
            found = [await self._by_key(each) for each in together]
        united = iter(found)
        return [
            await self._by_key(each) if each.collection == EVENTS else next(united)
            for each in asked
        ]

    async def _by_key(self, asked: Keyed) -> list[Document]:
        return await self.by_key(asked.collection, asked.path, asked.keys, asked.fields)

    async def _united(self, asked: Sequence[Keyed]) -> list[list[Document]]:
        parts: list[list[Query]] = [
            [
                {"$match": self._holding(each.collection, each.path, each.keys)},
                {"$project": projection(each.fields | {each.path})},
                {"$set": {_NUMBER: {"$literal": number}}},
            ]
            for number, each in enumerate(asked)
        ]
        unions = [
            {"$unionWith": {"coll": each.collection, "pipeline": stages}}
            for each, stages in zip(asked[1:], parts[1:], strict=True)
        ]
        found: list[list[Document]] = [[] for _ in asked]
        for document in await self._aggregate(asked[0].collection, [*parts[0], *unions]):
            found[document.pop(_NUMBER)].append(document)
        return found

    async def page(
        self, collection: str, query: Query, window: Window, fields: Fields
    ) -> list[Document]:
        """The rows of a window, in its order."""
        shown = projection(fields | {window.order.path})
        first, *others = ranges(window)
        if not others:
            cursor = self._collection(collection).find(
                self._own(query, first.query),
                shown,
                sort=list(first.sort.items()),
                limit=window.size,
                batch_size=_AT_ONCE,
                max_time_ms=self._milliseconds,
            )
            async with _in_time():
                return await cursor.to_list(None)
        pipeline = [
            *self._stages(first, query, window.size, shown),
            *(
                {
                    "$unionWith": {
                        "coll": collection,
                        "pipeline": self._stages(part, query, window.size, shown),
                    }
                }
                for part in others
            ),
            {"$limit": window.size},
        ]
        return await self._aggregate(collection, pipeline)

    async def pages(
        self,
        relation: Relation,
        owners: Several[str],
        query: Query,
        window: Window,
        fields: Fields,
    ) -> dict[str, list[Document]]:
        """The same window of what belongs to each owner, by the owner's id; one command for all.

        Each owner costs at most one index scan of the window's size per range of the order.
        """
        shown = projection(fields | {window.order.path})
        parts = ranges(window)
        names = [f"rows{number}" for number in range(len(parts))]
        pipeline: list[Query] = [
            {"$match": self._own({"_id": {"$in": list(owners)}})},
            {"$project": {relation.local: 1}},
        ]
        for name, part in zip(names, parts, strict=True):
            pipeline.append(
                {
                    "$lookup": {
                        "from": relation.collection,
                        "localField": relation.local,
                        "foreignField": relation.foreign,
                        "pipeline": self._stages(part, query, window.size, shown),
                        "as": name,
                    }
                }
            )
        together = {"$concatArrays": [f"${name}" for name in names]}
        pipeline.append({"$project": {"rows": {"$slice": [together, window.size]}}})
        found = await self._aggregate(relation.owners, pipeline)
        return {owner["_id"]: owner["rows"] for owner in found}

    async def count(self, collection: str, query: Query) -> int:
        """How many documents a query finds."""
        async with _in_time():
            return await self._collection(collection).count_documents(
                self._own(query), maxTimeMS=self._milliseconds
            )

    async def counts(
        self, collection: str, path: str, keys: Several[str], query: Query
    ) -> dict[str, int]:
        """How many documents hold each key at `path`; a key that none holds is left out.

        A document in which a key stands several times holds it once.
        """
        wanted = list(keys)
        rows = await self._aggregate(
            collection,
            [
                {"$match": self._own({path: {"$in": wanted}}, query)},
                {"$project": {"key": {"$setIntersection": [_all_at(path), {"$literal": wanted}]}}},
                {"$unwind": "$key"},
                {"$group": {"_id": "$key", "count": {"$sum": 1}}},
            ],
        )
        return {row["_id"]: row["count"] for row in rows}

    def _collection(self, name: str) -> Collection:
        """A collection; events are read as a majority knows them, for others may be taken back."""
        collection = self._database[name]
        if name != EVENTS:
            return collection
        return collection.with_options(read_concern=ReadConcern("majority"))

    def _holding(self, collection: str, path: str, keys: Several[str]) -> Query:
        """This tenant's documents that hold one of the keys at `path`; of tenants, its own."""
        if collection == TENANTS:
            return {"_id": {"$in": [key for key in keys if key == self._tenant]}}
        return self._own({path: {"$in": list(keys)}})

    def _own(self, *queries: Query) -> Document:
        """All of the queries, on this tenant's documents only."""
        parts = [query for query in queries if query]
        own: Document = {"tenant": self._tenant}
        if len(parts) == 1 and "tenant" not in parts[0]:
            return {**own, **parts[0]}
        return {**own, "$and": parts} if parts else own

    def _stages(
        self, part: _Range, query: Query, size: int, shown: Query | None
    ) -> list[Mapping[str, object]]:
        stages: list[Mapping[str, object]] = [
            {"$match": self._own(query, part.query)},
            {"$sort": part.sort},
            {"$limit": size},
        ]
        return [*stages, {"$project": shown}] if shown else stages

    async def _aggregate(self, collection: str, pipeline: Sequence[Query]) -> list[Document]:
        async with _in_time():
            return await aggregate(
                self._collection(collection), pipeline, maxTimeMS=self._milliseconds
            )


@asynccontextmanager
async def _in_time() -> AsyncIterator[None]:
    try:
        yield
    except ExecutionTimeout as error:
        raise TookTooLong from error


def projection(fields: Fields) -> Mapping[str, object]:
    """What MongoDB is asked for: these paths and the id, or all but the store's own bookkeeping."""
    if "*" in fields:
        return dict.fromkeys(_BOOKKEEPING, 0)
    kept: list[str] = []
    for path in sorted(fields | {"_id"}):
        if not any(path.startswith(f"{above}.") for above in kept):
            kept.append(path)
    return dict.fromkeys(kept, 1)


def _all_at(path: str) -> Query:
    """What a document holds at a path, in one list: a value, a list, or the lists within one."""
    both = {"$concatArrays": ["$$value", _as_list("$$this")]}
    return {"$reduce": {"input": _as_list(f"${path}"), "initialValue": [], "in": both}}


def _as_list(value: str) -> Query:
    return {"$cond": [{"$isArray": value}, value, [value]]}


def ranges(window: Window) -> list[_Range]:
    """The stretches of the order that a window may reach into, in order."""
    if window.leading is not None:
        return _with_leading(window, window.leading)
    order, after = window.order, window.after
    by_id = {"_id": order.direction}
    both = {order.path: order.direction, **({} if order.is_unique else by_id)}
    beyond = "$lt" if order.is_descending else "$gt"
    without = [_Range({order.path: None}, by_id)] if order.is_nullable else []
    if after is None:
        query = {order.path: {"$ne": None}} if order.is_nullable else {}
        return [_Range(query, both), *without]
    if after.value is None:
        return [_Range({order.path: None, "_id": {beyond: after.id}}, by_id)]
    further = _Range({order.path: {beyond: after.value}}, both)
    if order.is_unique:
        return [further, *without]
    same = _Range({order.path: after.value, "_id": {beyond: after.id}}, by_id)
    return [same, further, *without]


def _with_leading(window: Window, leading: str) -> list[_Range]:
    path, after = window.order.path, window.after
    both, end = {path: 1, "_id": 1}, leading + GREATEST_CHARACTER
    first = _Range({path: {"$gte": leading, "$lt": end}}, both)
    before = _Range({path: {"$lt": leading}}, both)
    behind = _Range({path: {"$gte": end}}, both)
    if after is None:
        return [first, before, behind]
    value = after.value
    same = _Range({path: value, "_id": {"$gt": after.id}}, {"_id": 1})
    if not isinstance(value, str) or value >= end:
        return [same, _Range({path: {"$gt": value}}, both)]
    if value >= leading:
        return [same, _Range({path: {"$gt": value, "$lt": end}}, both), before, behind]
    return [same, _Range({path: {"$gt": value, "$lt": leading}}, both), behind]
