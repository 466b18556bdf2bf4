"""Records: the one way to read and to alter the documents of a collection, tenant by tenant.

A change is stored by a single update that finds the document only in the version that was read.
It names no path beyond those the decision owns, and adds the events to the document's outbox.
"""

import asyncio
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from pymongo import InsertOne
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.errors import BulkWriteError, DuplicateKeyError

from domain.events import Event
from domain.identifiers import TenantId
from domain.identities import Identity
from store.driver import BY_ID, Collection, Database, Document, confirm, duplicates_of
from store.event_documents import to_document
from store.identities import identity_key
from store.relay import Relay
from store.schema_version import SCHEMA_VERSION
from store.transactions import OutOfTurn, in_transaction

_DEADLINE_SECONDS: Final = 5.0
_LONGEST_PAUSE_SECONDS: Final = 0.05

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Change:
    """What a decision alters: the paths it owns and the events it writes.

    `versions` is how many versions the document goes on by: one for each decision in it.
    """

    set: Mapping[str, object]
    events: tuple[Event, ...] = ()
    unset: tuple[str, ...] = ()
    versions: int = 1


@dataclass(frozen=True, slots=True)
class Changed:
    """The change is stored; `version` is the document's new version."""

    version: int


@dataclass(frozen=True, slots=True)
class Missing:
    """The tenant has no document of that id."""

    id: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """Others kept changing the document until the deadline; nothing was stored."""

    id: str


@dataclass(frozen=True, slots=True)
class Told:
    """A document that has written events, and its whole outbox where that is known."""

    id: str
    outbox: list[Document] | None


class Records:
    """The documents of one collection that belong to one tenant."""

    def __init__(self, database: Database, collection: str, tenant: TenantId, relay: Relay) -> None:
        self.collection: Collection = database[collection]
        self.tenant = tenant
        self._relay = relay

    async def by_ids(
        self, ids: Iterable[str], projection: Mapping[str, object] | None = None
    ) -> dict[str, Document]:
        """The documents of these ids; an unknown id, or another tenant's, is left out."""
        wanted = list(set(ids))
        if not wanted:
            return {}
        cursor = self.collection.find(
            {"_id": {"$in": wanted}, "tenant": self.tenant},
            projection,
            batch_size=10_000,
            hint=BY_ID,
        )
        return {document["_id"]: document for document in await cursor.to_list(None)}

    async def one(self, id: str, projection: Mapping[str, object] | None = None) -> Document | None:
        """The document of this id, or None when the tenant has none."""
        return await self.collection.find_one(
            {"_id": id, "tenant": self.tenant}, projection, hint=BY_ID
        )

    async def insert(self, document: Document, events: Sequence[Event] = ()) -> bool:
        """Store a new document with its events; False when its id is taken."""
        try:
            await self.collection.insert_one(self._new(document, events))
        except DuplicateKeyError:
            return False
        if events:
            await self._relay.forward(self.collection.name, [document["_id"]])
        return True

    async def insert_many(self, documents: Sequence[tuple[Document, Sequence[Event]]]) -> set[str]:
        """Store new documents with their events; the ids that were free and are stored now."""
        if not documents:
            return set()
        ids = [document["_id"] for document, _ in documents]
        writes = [InsertOne(self._new(document, events)) for document, events in documents]
        taken: set[str] = set()
        try:
            await self.collection.bulk_write(writes, ordered=False)
        except BulkWriteError as error:
            taken = {ids[place] for place in duplicates_of(error)}
        stored = {id for id in ids if id not in taken}
        if any(events for _, events in documents):
            await self._relay.forward(self.collection.name, stored)
        return stored

    async def change(
        self,
        id: str,
        decide: Callable[[Document], Change | R],
        projection: Mapping[str, object] | None = None,
    ) -> Changed | Missing | Conflict | R:
        """Load, decide, save; decide again when somebody was faster, until a deadline.

        `decide` returns the change to store, or anything else: that is the answer, and
        nothing is stored.
        """
        answer, told = await self._decided_and_saved(id, decide, projection)
        if told is not None:
            await self._forward(told)
        return answer

    async def confirm(self, id: str) -> None:
        """Return once all that was read before, this document too, is known to a majority."""
        await confirm(self.collection, self.tenant, id)

    async def count(self) -> int:
        """How many documents the tenant has."""
        return await self.collection.count_documents({"tenant": self.tenant})

    async def all(self, projection: Mapping[str, object] | None = None) -> list[Document]:
        """Every document of the tenant, in the order of their ids: for small collections."""
        cursor = self.collection.find(
            {"tenant": self.tenant}, projection or {"outbox": 0}, sort=[("_id", 1)]
        )
        return await cursor.to_list(None)

    async def found(
        self,
        query: Mapping[str, object],
        projection: Mapping[str, object] | None = None,
        *,
        after: str = "",
        limit: int = 0,
    ) -> list[Document]:
        """The tenant's documents a query finds, in the order of their ids; no limit is 0."""
        both = {"$and": [{"tenant": self.tenant, "_id": {"$gt": after}}, query]}
        cursor = self.collection.find(
            both, projection, sort=[("_id", 1)], limit=limit, batch_size=10_000
        )
        return await cursor.to_list(None)

    async def count_found(self, query: Mapping[str, object], at_most: int | None = None) -> int:
        """How many of the tenant's documents a query finds; counting ends at a bound."""
        bound: dict[str, Any] = {} if at_most is None else {"limit": at_most}
        both = {"$and": [{"tenant": self.tenant}, query]}
        return await self.collection.count_documents(both, **bound)

    async def remove(self, id: str, version: int, event: Event, name: Identity) -> bool:
        """Delete a document that still has this version, with its event; False when it has not.

        The document takes its outbox with it, so what waits there is moved first. The event goes
        into the tenant's own outbox, and the unique name is let go, in the same transaction.
        False also when others stand in the way of that until the deadline.
        """
        database = self.collection.database

        async def work(session: AsyncClientSession) -> bool:
            guard = {**self._guard(id, version), "outbox": []}
            deleted = await self.collection.delete_one(guard, session=session)
            if deleted.deleted_count:
                told = {"$push": {"outbox": to_document(event)}}
                await database["tenants"].update_one({"_id": self.tenant}, told, session=session)
                claim = {"_id": identity_key(self.tenant, name), "tenant": self.tenant, "owner": id}
                await database["identities"].delete_one(claim, session=session)
            return deleted.deleted_count == 1

        await self._relay.forward(self.collection.name, [id])
        try:
            is_gone = await in_transaction(database, work)
        except OutOfTurn:
            return False
        await self._relay.forward("tenants", [self.tenant])
        return is_gone

    async def _saved(self, owners: Mapping[str, str]) -> set[str]:
        """The documents whose event is stored, in the outbox or already behind it."""
        waiting = self.collection.find(
            {"_id": {"$in": list(owners.values())}, "tenant": self.tenant},
            {"outbox.event_id": 1},
            hint=BY_ID,
        )
        found = {entry["event_id"] async for box in waiting for entry in box["outbox"]}
        moved = self.collection.database["events"].find(
            {"tenant": self.tenant, "event_id": {"$in": list(owners)}}, {"event_id": 1}
        )
        found |= {event["event_id"] async for event in moved}
        return {owner for event_id, owner in owners.items() if event_id in found}

    async def _decided_and_saved(
        self,
        id: str,
        decide: Callable[[Document], Change | R],
        projection: Mapping[str, object] | None,
    ) -> tuple[Changed | Missing | Conflict | R, Told | None]:
        """The answer of `change`, and what waits to be moved if events were written."""
        deadline = _deadline()
        while True:
            document = await self.one(id, projection)
            if document is None:
                return Missing(id), None
            waiting = document.pop("outbox", None)
            decision = decide(document)
            if not isinstance(decision, Change):
                return decision, None
            if await self._save(id, document["version"], decision):
                answer = Changed(document["version"] + decision.versions)
                return answer, _told(id, waiting, decision.events)
            if _is_over(deadline):
                return Conflict(id), None
            await _pause()

    async def _save(self, id: str, version: int, change: Change) -> bool:
        result = await self.collection.update_one(
            self._guard(id, version), self._update(version, change), hint=BY_ID
        )
        return result.matched_count == 1

    async def _forward(self, told: Told) -> None:
        """Move the outbox of a document; it is read unless it is known."""
        if told.outbox is None:
            await self._relay.forward(self.collection.name, [told.id])
        else:
            box = {"_id": told.id, "outbox": told.outbox}
            await self._relay.forward(self.collection.name, [], [box])

    def _guard(self, id: str, version: int) -> Document:
        return {"_id": id, "tenant": self.tenant, "version": version}

    def _update(self, version: int, change: Change) -> Document:
        update: Document = {"$set": {**change.set, "version": version + change.versions}}
        if change.unset:
            update["$unset"] = dict.fromkeys(change.unset, "")
        if change.events:
            update["$push"] = {"outbox": {"$each": [to_document(e) for e in change.events]}}
        return update

    def _new(self, document: Document, events: Sequence[Event]) -> Document:
        return {
            **document,
            "tenant": self.tenant,
            "version": 1,
            "schema_version": SCHEMA_VERSION,
            "outbox": [to_document(event) for event in events],
        }


def _told(id: str, waiting: list[Document] | None, events: Sequence[Event]) -> Told | None:
    """What there is to move after a save; before it, so much waited if that was read."""
    if not events:
        return None
    outbox = None if waiting is None else [*waiting, *map(to_document, events)]
    return Told(id, outbox)


def _deadline() -> float:
    return asyncio.get_running_loop().time() + _DEADLINE_SECONDS


def _is_over(deadline: float) -> bool:
    return asyncio.get_running_loop().time() > deadline


async def _pause() -> None:
    await asyncio.sleep(random.uniform(0, _LONGEST_PAUSE_SECONDS))
