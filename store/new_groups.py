"""New buying groups: stored only where no group is, where none was deleted, and for what exists.

All of that is decided in one transaction with the insertion. It writes to the accounts and to the
solution interests as well, so that it cannot happen at the same time as their deletion.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.errors import BulkWriteError, DuplicateKeyError

from domain.events import Event
from domain.identifiers import TenantId
from store import deletions
from store.batched import BatchedRecords
from store.driver import BY_ID, Database, Document, duplicates_of
from store.records import Conflict, Missing
from store.relay import Relay
from store.transactions import OutOfTurn, in_transaction

New = tuple[Document, Sequence[Event]]

_ANY: Final[Mapping[str, object]] = {}


@dataclass(frozen=True, slots=True)
class Taken:
    """There is a group of this id."""

    id: str


@dataclass(frozen=True, slots=True)
class Made:
    """The group is stored."""

    id: str


class NewGroups(BatchedRecords):
    """The buying groups of one tenant, as far as they are made.

    Transactions for one solution interest push each other aside, so those of a process take turns.
    """

    def __init__(self, database: Database, collection: str, tenant: TenantId, relay: Relay) -> None:
        super().__init__(database, collection, tenant, relay)
        self._turn = asyncio.Lock()

    async def insert_many(self, documents: Sequence[New]) -> set[str]:
        """Store new groups with their events; the ids of those that are stored now.

        Left out are groups that exist or were deleted, and those whose account or solution
        interest is gone. Raises `OutOfTurn` when others are in the way until the deadline.
        """
        if not documents:
            return set()

        async def work(session: AsyncClientSession) -> set[str]:
            wanted = [document for document, _ in documents]
            there = await self._hold(wanted, session)
            ids = [document["_id"] for document in wanted]
            taken = await self._among(self.collection.name, ids, session)
            taken |= await self._among(deletions.NAME, ids, session)
            fresh = [
                self._new(document, events)
                for document, events in documents
                if document["_id"] not in taken and _refers_to(document) <= there
            ]
            await self._insert(fresh, session)
            return {document["_id"] for document in fresh}

        async with self._turn:
            stored = await in_transaction(self.collection.database, work)
        if stored:
            await self._relay.forward(self.collection.name, stored)
        return stored

    async def make(
        self, document: Document, build: Callable[[int], New]
    ) -> Made | Taken | Missing | Conflict:
        """Store one group, also where one was deleted; `document` says which, and for what.

        `build` gives the group and its events for the version that the deleted one had, or 0:
        versions go on from there, so that whatever was decided about that one fails. What was
        said in it does not come back; events of it that still wait go before the new ones.
        """
        id = document["_id"]

        async def work(session: AsyncClientSession) -> Made | Taken | Missing:
            there = await self._hold([document], session)
            for referred in (document["account_id"], document["solution_interest_id"]):
                if referred not in there:
                    return Missing(referred)
            if await self._among(self.collection.name, [id], session):
                return Taken(id)
            marks = self.collection.database[deletions.NAME]
            mark = await marks.find_one_and_delete(
                {"_id": id, "tenant": self.tenant}, session=session
            )
            before = mark["last_version"] if mark else 0
            new = self._new(*build(before)) | {"version": before + 1}
            new["outbox"] = [*(mark["outbox"] if mark else ()), *new["outbox"]]
            await self._insert([new], session)
            return Made(id)

        try:
            async with self._turn:
                answer = await in_transaction(self.collection.database, work)
        except OutOfTurn:
            return Conflict(id)
        if isinstance(answer, Made):
            await self._relay.forward(self.collection.name, [id])
        return answer

    async def _hold(self, documents: Sequence[Document], session: AsyncClientSession) -> set[str]:
        """The accounts and solution interests that there are to stay, kept until the end.

        Comes first, for the moment a transaction sees is that of its first command.
        """
        there: set[str] = set()
        for collection, field in (
            ("solution_interests", "solution_interest_id"),
            ("accounts", "account_id"),
        ):
            ids = sorted({document[field] for document in documents})
            held = await self.collection.database[collection].update_many(
                {"_id": {"$in": ids}, "tenant": self.tenant, **deletions.STAYS},
                {"$inc": {"groups_made": 1}},
                session=session,
                hint=BY_ID,
            )
            is_all = held.matched_count == len(ids)
            there |= (
                set(ids) if is_all else await self._among(collection, ids, session, deletions.STAYS)
            )
        return there

    async def _among(
        self,
        collection: str,
        ids: Sequence[str],
        session: AsyncClientSession,
        query: Mapping[str, object] = _ANY,
    ) -> set[str]:
        cursor = self.collection.database[collection].find(
            {"_id": {"$in": list(ids)}, "tenant": self.tenant, **query},
            {"_id": 1},
            batch_size=10_000,
            session=session,
            hint=BY_ID,
        )
        return {document["_id"] for document in await cursor.to_list(None)}

    async def _insert(self, documents: Sequence[Document], session: AsyncClientSession) -> None:
        if not documents:
            return
        try:
            await self.collection.insert_many(documents, ordered=False, session=session)
        except DuplicateKeyError as error:
            raise OutOfTurn from error
        except BulkWriteError as error:
            duplicates_of(error)
            raise OutOfTurn from error


def _refers_to(document: Mapping[str, object]) -> set[object]:
    return {document["account_id"], document["solution_interest_id"]}
