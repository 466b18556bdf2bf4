"""Merges: what was merged into what, kept for good under the id that is no more.

A merge begins with one transaction, which notes it; whoever named the record that goes, and did
not know yet, finds the survivor by that note.
"""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bson import ObjectId
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.errors import DuplicateKeyError

from domain.identifiers import TenantId
from domain.identities import Identity
from store.accounts import AccountStore
from store.driver import Database, Document
from store.identities import identity_key
from store.people import PersonStore
from store.records import R
from store.relay import Relay
from store.schema_version import SCHEMA_VERSION
from store.transactions import OutOfTurn, in_transaction

NAME: Final = "merges"


@dataclass(frozen=True, slots=True)
class Note:
    """One record was merged into another, or is about to be."""

    merged: str
    survivor: str
    is_unfinished: bool


class MergeTurn:
    """The transaction in which a merge begins: records, and what is noted of it."""

    def __init__(
        self, database: Database, tenant: TenantId, relay: Relay, session: AsyncClientSession
    ) -> None:
        self.people = PersonStore(database, tenant, relay, session)
        self.accounts = AccountStore(database, tenant, relay, session)
        self._database = database
        self._tenant = tenant
        self._session = session

    async def note(self, merged: str, survivor: str, at: datetime, actor: str) -> None:
        """Note that a merge begins; it is finished once `MergeStore.finish` is told."""
        await self._database[NAME].insert_one(
            {
                "_id": merged,
                "tenant": self._tenant,
                "schema_version": SCHEMA_VERSION,
                "survivor_id": survivor,
                "at": at,
                "actor": actor,
                "unfinished": True,
            },
            session=self._session,
        )

    async def hand_over(
        self, identities: Iterable[Identity], merged: str, survivor: str, at: datetime
    ) -> None:
        """Let the survivor have the identities that the other one had."""
        keys = [identity_key(self._tenant, identity) for identity in identities]
        claimed = {"owner": survivor, "tokens": [ObjectId()], "claimed_at": at}
        theirs = {"_id": {"$in": keys}, "tenant": self._tenant, "owner": merged}
        await self._database["identities"].update_many(
            theirs, {"$set": claimed}, session=self._session
        )


class MergeStore:
    """The merges of one tenant."""

    def __init__(self, database: Database, tenant: TenantId, relay: Relay) -> None:
        self._database = database
        self._merges = database[NAME]
        self._tenant = tenant
        self._relay = relay

    async def in_turn(
        self, work: Callable[[MergeTurn], Awaitable[R]], *, moves_hierarchy: bool = False
    ) -> R:
        """What the work returns, all of it one transaction, tried again as long as others push in.

        Raises `OutOfTurn` when they do until the deadline. `moves_hierarchy` lets it take turns
        with those who alter the hierarchy of accounts.
        """

        async def whole(session: AsyncClientSession) -> R:
            if moves_hierarchy:
                await self._database["hierarchies"].update_one(
                    {"_id": self._tenant}, {"$inc": {"revision": 1}}, upsert=True, session=session
                )
            try:
                return await work(MergeTurn(self._database, self._tenant, self._relay, session))
            except DuplicateKeyError as error:
                raise OutOfTurn from error

        return await in_transaction(self._database, whole)

    async def of(self, merged: str) -> Note | None:
        """What is noted of a record that was merged into another; None of any other record."""
        found = await self._merges.find_one({"_id": merged, "tenant": self._tenant})
        return _to_note(found) if found else None

    async def survivors(self, ids: Iterable[str]) -> dict[str, str]:
        """Those of the ids that were merged away, each with the one who is left in the end."""
        found: dict[str, str] = {}
        wanted = set(ids)
        while wanted:
            cursor = self._merges.find(
                {"_id": {"$in": sorted(wanted)}, "tenant": self._tenant},
                {"survivor_id": 1},
                batch_size=10_000,
            )
            step = {each["_id"]: each["survivor_id"] async for each in cursor}
            found |= step
            wanted = set(step.values()) - found.keys()
        last = {id: _last(id, found) for id in found}
        return {id: last[id] for id in set(ids) & last.keys()}

    async def unfinished_into(self, survivor: str) -> list[str]:
        """Records whose merge into this one was broken off."""
        cursor = self._merges.find(
            {"tenant": self._tenant, "survivor_id": survivor, "unfinished": True}, {"_id": 1}
        )
        return [each["_id"] async for each in cursor]

    async def merged_into(self, survivor: str) -> list[str]:
        """All records that were merged into this one, and into those in turn."""
        found: list[str] = []
        wanted = [survivor]
        while wanted:
            into = {"tenant": self._tenant, "survivor_id": {"$in": wanted}}
            wanted = [each["_id"] async for each in self._merges.find(into, {"_id": 1})]
            found += wanted
        return found

    async def unfinished(self, before: datetime) -> list[Note]:
        """Merges that began before a moment and have not come to their end."""
        found = {"tenant": self._tenant, "unfinished": True, "at": {"$lte": before}}
        return [_to_note(each) async for each in self._merges.find(found, sort=[("_id", 1)])]

    async def finish(self, merged: str) -> None:
        """Note that nothing is left to do for a merge."""
        await self._merges.update_one(
            {"_id": merged, "tenant": self._tenant}, {"$unset": {"unfinished": ""}}
        )


def _last(id: str, next_of: dict[str, str]) -> str:
    while id in next_of:
        id = next_of[id]
    return id


def _to_note(document: Document) -> Note:
    return Note(document["_id"], document["survivor_id"], "unfinished" in document)
