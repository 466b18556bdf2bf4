"""Upserted records: new documents and changes stored together, with their events."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from pymongo import InsertOne, UpdateOne
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.errors import BulkWriteError

from domain.events import Event
from domain.identifiers import TenantId
from store.deletions import insert_unless_deleted
from store.driver import BY_ID, Database, Document, duplicates_of
from store.records import Change, Records
from store.relay import Relay
from store.transactions import OutOfTurn

New = tuple[Document, Sequence[Event]]
Saving = tuple[str, int, Change]


class UpsertedRecords(Records):
    """Records that are stored batch by batch, in a transaction if there is a session."""

    def __init__(
        self,
        database: Database,
        collection: str,
        tenant: TenantId,
        relay: Relay,
        session: AsyncClientSession | None = None,
    ) -> None:
        super().__init__(database, collection, tenant, relay)
        self._session = session

    async def by_ids(
        self, ids: Iterable[str], projection: Mapping[str, object] | None = None
    ) -> dict[str, Document]:
        """The documents of these ids; an unknown id, or another tenant's, is left out."""
        wanted = list(set(ids))
        if not wanted:
            return {}
        cursor = self.collection.find(
            {"_id": {"$in": wanted}, "tenant": self.tenant},
            projection or {"outbox": 0},
            batch_size=10_000,
            hint=BY_ID,
            session=self._session,
        )
        return {document["_id"]: document for document in await cursor.to_list(None)}

    async def write(
        self,
        new: Sequence[New],
        changes: Sequence[Saving],
        adopted: Collection[str] = frozenset(),
    ) -> set[str]:
        """Store new documents and guarded changes in one command; the ids that are stored.

        Those of new ones under ids that others had claimed before are named as adopted, and
        stored first, unless what others had stored there was deleted again.

        Left out are new ones whose id is taken, and changes of documents that somebody else
        has changed meanwhile; when there are such, also every change without an event, for by
        its event a stored change is known. In a transaction the events wait for its commit, and
        whatever cannot be stored ends it: raises `OutOfTurn`, or that of an id that is taken.
        """
        if ours := [each for each in new if each[0]["_id"] in adopted]:
            documents = [self._new(*each) for each in ours]
            stored = await insert_unless_deleted(self, documents, self._session)
            if not self._session:
                await self._relay.forward(self.collection.name, stored)
            rest = [each for each in new if each[0]["_id"] not in adopted]
            return stored | await self.write(rest, changes)
        made = [self._new(document, events) for document, events in new]
        writes: list[InsertOne[Document] | UpdateOne] = [InsertOne(document) for document in made]
        writes += [
            UpdateOne(self._guard(id, version), self._update(version, change), hint=BY_ID)
            for id, version, change in changes
        ]
        if not writes:
            return set()
        ids = [document["_id"] for document, _ in new] + [id for id, _, _ in changes]
        taken: set[str] = set()
        try:
            result = await self.collection.bulk_write(writes, ordered=False, session=self._session)
            matched = result.matched_count
        except BulkWriteError as error:
            if self._session:
                raise
            taken = {ids[place] for place in duplicates_of(error)}
            matched = error.details["nMatched"]
        stored = set(ids) - taken
        if matched < len(changes) and self._session:
            raise OutOfTurn  # the others of them would be committed, and nobody told
        if matched < len(changes):
            stored -= {id for id, _, _ in changes}
            stored |= await self._saved({c.events[0].id: id for id, _, c in changes if c.events})
        if not self._session:
            fresh = [document for document in made if document["_id"] in stored]
            others = stored.difference(document["_id"] for document in fresh)
            await self._relay.forward(self.collection.name, others, fresh)
        return stored

    async def forward(self, ids: Iterable[str]) -> None:
        """Move on the events of documents that were written in a transaction."""
        await self._relay.forward(self.collection.name, ids)
