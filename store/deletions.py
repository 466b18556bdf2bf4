"""Deletions: whatever is deleted leaves a mark under its id, and its last events with it.

Taking a document away, leaving its mark and freeing its identities are one transaction. The mark
takes over the outbox, so that no event is lost; and whoever is about to store something that
refers to the id can see that it is gone for good.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.errors import BulkWriteError

from domain.events import Event
from domain.identifiers import TenantId
from domain.identities import Identity
from store.driver import BY_ID, Database, Document, duplicates_of
from store.event_documents import to_document
from store.identities import identity_key
from store.records import Conflict, Missing, R, Records
from store.relay import Relay
from store.schema_version import SCHEMA_VERSION
from store.transactions import OutOfTurn, in_transaction

NAME: Final = "deletions"
BEING_DELETED: Final = "being_deleted"
"""Where a document says since when it is being deleted, or merged into another."""
ERASED_AT: Final = "erased_at"
"""Where a person's mark says when they were erased."""
STAYS: Final = {BEING_DELETED: {"$exists": False}}


@dataclass(frozen=True, slots=True)
class Deletion:
    """What a deletion leaves: its event, the identities it frees, and what is still to be done.

    `note` is what else the mark holds; `before` are events of what ends with the document.
    """

    event: Event
    identities: Iterable[Identity] = ()
    is_unfinished: bool = False
    note: Mapping[str, object] = field(default_factory=dict)
    before: Sequence[Event] = ()


@dataclass(frozen=True, slots=True)
class Deleted:
    """The document is gone; `document` is what it was."""

    document: Document


@dataclass(frozen=True, slots=True)
class Use:
    """Documents of the tenant that may stand in the way of a deletion."""

    collection: str
    query: Mapping[str, object]


class Refused(Exception):
    """The decision was against it: nothing of the transaction is kept."""

    def __init__(self, answer: object) -> None:
        super().__init__()
        self.answer = answer


class DeletionStore(Records):
    """The marks that one tenant's deleted documents have left."""

    def __init__(self, database: Database, tenant: TenantId, relay: Relay) -> None:
        super().__init__(database, NAME, tenant, relay)

    async def delete(
        self,
        records: Records,
        id: str,
        decide: Callable[[Document, Sequence[int]], Deletion | R],
        uses: Sequence[Use] = (),
        *,
        moves_hierarchy: bool = False,
    ) -> Deleted | Missing | Conflict | R:
        """Take a document away and leave its mark, or neither.

        `decide` sees the document and how many documents each use finds in the same moment;
        anything but a deletion is the answer, and nothing is stored. `moves_hierarchy` lets it
        take turns with those who alter the hierarchy of accounts.
        """
        database = self.collection.database

        async def work(session: AsyncClientSession) -> Deleted | Missing:
            # Taken away first: from here on, who changes it or refers to it has to wait.
            document = await records.collection.find_one_and_delete(
                {"_id": id, "tenant": self.tenant}, session=session
            )
            if document is None:
                return Missing(id)
            if moves_hierarchy:
                await database["hierarchies"].update_one(
                    {"_id": self.tenant}, {"$inc": {"revision": 1}}, upsert=True, session=session
                )
            decision = decide(document, [await self._count(use, session) for use in uses])
            if not isinstance(decision, Deletion):
                raise Refused(decision)
            await self.collection.insert_one(
                self._mark(records, document, decision), session=session
            )
            keys = [identity_key(self.tenant, identity) for identity in decision.identities]
            if keys:
                theirs = {"_id": {"$in": keys}, "tenant": self.tenant, "owner": id}
                await database["identities"].delete_many(theirs, session=session)
            return Deleted(document)

        answer: Deleted | Missing | Conflict | R = await decided(database, id, work)
        if isinstance(answer, Deleted):
            await self._relay.forward(self.collection.name, [id])
        return answer

    async def begin(
        self, records: Records, id: str, at: datetime, use: Use, refuse: Callable[[int], R | None]
    ) -> Missing | Conflict | R | None:
        """Mark a document as being deleted, unless what it is used by speaks against it.

        None when it is marked: no group can be made for it from then on.
        """
        database = self.collection.database

        async def work(session: AsyncClientSession) -> Missing | R | None:
            marked = await records.collection.update_one(
                {"_id": id, "tenant": self.tenant}, {"$set": {BEING_DELETED: at}}, session=session
            )
            if not marked.matched_count:
                return Missing(id)
            refusal = refuse(await self._count(use, session))
            if refusal is not None:
                raise Refused(refusal)
            return None

        return await decided(database, id, work)

    async def among(self, ids: Iterable[str]) -> set[str]:
        """Those of the ids whose documents have been deleted."""
        return set(await self.by_ids(ids, {"_id": 1}))

    async def is_unfinished(self, id: str) -> bool:
        """Whether the document is gone and something is left to do about it.

        Not of somebody who was erased: that is an erasure's matter.
        """
        mark = await self.one(id, {"unfinished": 1, ERASED_AT: 1})
        return mark is not None and "unfinished" in mark and ERASED_AT not in mark

    async def erased(self, ids: Iterable[str]) -> set[str]:
        """Those of the ids whose people have been erased, and not deleted alone."""
        marks = await self.by_ids(ids, {ERASED_AT: 1})
        return {id for id, mark in marks.items() if ERASED_AT in mark}

    async def begun(self, records: Records, before: datetime) -> list[str]:
        """Documents whose deletion began before a moment, and that are still there."""
        # One that is being merged has the mark as well; and that was once no more than true.
        marked = {BEING_DELETED: {"$exists": True, "$not": {"$gt": before}}}
        found = await records.found({**marked, "merged_into": {"$exists": False}}, {"_id": 1})
        return [document["_id"] for document in found]

    async def unfinished(self, before: datetime) -> dict[str, str]:
        """Documents gone before a moment about which something is left to do: their collections."""
        found = {"unfinished": True, "created_at": {"$lte": before}}
        marks = await self.found(found, {"collection": 1})
        return {mark["_id"]: mark["collection"] for mark in marks}

    async def finish(self, id: str) -> None:
        """Note that nothing is left to do about a deleted document."""
        await self.collection.update_one(
            {"_id": id, "tenant": self.tenant}, {"$unset": {"unfinished": ""}}
        )

    async def forget(self, id: str, noted: str) -> None:
        """Let go of something that a mark holds."""
        await self.collection.update_one(
            {"_id": id, "tenant": self.tenant}, {"$unset": {noted: ""}}, hint=BY_ID
        )

    async def insert_new(
        self, records: Records, document: Document, events: Sequence[Event]
    ) -> bool:
        """Store a document under an id that others had first; False when it is taken or gone."""
        new = records._new(document, events)
        stored = await insert_unless_deleted(records, [new], None)
        await self._relay.forward(records.collection.name, stored)
        return bool(stored)

    async def _count(self, use: Use, session: AsyncClientSession) -> int:
        return await self.collection.database[use.collection].count_documents(
            {"$and": [{"tenant": self.tenant}, use.query]}, session=session
        )

    def _mark(self, records: Records, document: Document, deletion: Deletion) -> Document:
        event = deletion.event
        return {
            "_id": document["_id"],
            "tenant": self.tenant,
            "version": 1,
            "schema_version": SCHEMA_VERSION,
            "collection": records.collection.name,
            "last_version": document["version"],
            "created_at": event.at,
            "created_by": event.actor,
            **({"unfinished": True} if deletion.is_unfinished else {}),
            **deletion.note,
            "outbox": [*document["outbox"], *map(to_document, (*deletion.before, event))],
        }


async def decided(
    database: Database, id: str, work: Callable[[AsyncClientSession], Awaitable[R]]
) -> R | Conflict:
    """What the work returns, done in a transaction, or the answer it refuses with.

    A conflict about this document when others are in the way of it until the deadline.
    """
    try:
        return await in_transaction(database, work)
    except Refused as refused:
        answer: R = refused.answer  # type: ignore[assignment]  # one of the work's own answers
        return answer
    except OutOfTurn:
        return Conflict(id)


async def insert_unless_deleted(
    records: Records, documents: Sequence[Document], session: AsyncClientSession | None
) -> set[str]:
    """Store documents whose ids are neither taken nor those of deleted ones; the ids stored.

    In the transaction of the session, or in one of its own; none is stored when others are in the
    way of that until the deadline.
    """
    database = records.collection.database

    async def work(session: AsyncClientSession) -> set[str]:
        ids = [document["_id"] for document in documents]
        taken: set[str] = set()
        for collection in (records.collection, database[NAME]):
            found = {"_id": {"$in": ids}, "tenant": records.tenant}
            cursor = collection.find(found, {"_id": 1}, batch_size=10_000, session=session)
            taken |= {document["_id"] async for document in cursor}
        fresh = [document for document in documents if document["_id"] not in taken]
        try:
            if fresh:
                await records.collection.insert_many(fresh, ordered=False, session=session)
        except BulkWriteError as error:
            duplicates_of(error)
            raise OutOfTurn from error
        return {document["_id"] for document in fresh}

    if session:
        return await work(session)
    try:
        return await in_transaction(database, work)
    except OutOfTurn:
        return set()
