"""Unique names: claimed and given up in the transaction that stores what they name.

So a name and its owner are stored together or not at all. A claim that one who died left without
an owner is taken over.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bson import ObjectId
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.errors import BulkWriteError, DuplicateKeyError

from domain.identities import Identity
from store.deletions import NAME as DELETIONS
from store.driver import Document, duplicates_of
from store.identities import identity_key
from store.records import Records
from store.schema_version import SCHEMA_VERSION
from store.transactions import OutOfTurn


@dataclass(frozen=True, slots=True)
class Taken:
    """The name is that of another document; nothing was stored."""

    owner: str


async def claim(
    records: Records,
    name: Identity,
    id: str,
    at: datetime,
    session: AsyncClientSession,
    *,
    is_new: bool = False,
) -> str | Taken:
    """The id under which a document may have the name, or who has it.

    It is the given id, or, of a new document, that of somebody who claimed the name and never
    wrote what it names: they may still be about to, under that id and no other.
    """
    identities = records.collection.database["identities"]
    key = identity_key(records.tenant, name)
    own = {"_id": key, "tenant": records.tenant}
    found: Document | None = await identities.find_one(own, session=session)
    claimed = _claimed(id, at)
    if found is None:
        new = {**own, "schema_version": SCHEMA_VERSION, **claimed}
        try:
            await identities.insert_one(new, session=session)
        except DuplicateKeyError as error:
            raise OutOfTurn from error
        return id
    owner = str(found["owner"])
    if owner == id:
        return id
    if await _is_there(records, records.collection.name, owner, session):
        return Taken(owner)
    if is_new and not await _is_there(records, DELETIONS, owner, session):
        return owner
    await identities.update_one(own, {"$set": claimed}, session=session)
    return id


async def claim_those_free(
    records: Records, named: Mapping[Identity, str], at: datetime, session: AsyncClientSession
) -> set[str]:
    """Claim many names for new documents, by id; the ids of those that have theirs."""
    identities = records.collection.database["identities"]
    keys = {identity_key(records.tenant, name): name for name in named}
    own = {"_id": {"$in": list(keys)}, "tenant": records.tenant}
    cursor = identities.find(own, {"_id": 1}, session=session)
    known = {keys[document["_id"]] async for document in cursor}
    new = [
        {
            "_id": key,
            "tenant": records.tenant,
            "schema_version": SCHEMA_VERSION,
            **_claimed(named[name], at),
        }
        for key, name in keys.items()
        if name not in known
    ]
    if new:
        try:
            await identities.insert_many(new, session=session)
        except BulkWriteError as error:
            duplicates_of(error)
            raise OutOfTurn from error
    had = {named[name] for name in named if name not in known}
    for name in known:
        if await claim(records, name, named[name], at, session) == named[name]:
            had.add(named[name])
    return had


async def give_up(records: Records, name: Identity, id: str, session: AsyncClientSession) -> None:
    """Let go of a name that the document had."""
    key = identity_key(records.tenant, name)
    identities = records.collection.database["identities"]
    claimed = {"_id": key, "tenant": records.tenant, "owner": id}
    await identities.delete_one(claimed, session=session)


def _claimed(id: str, at: datetime) -> Document:
    return {"owner": id, "tokens": [ObjectId()], "claimed_at": at}


async def _is_there(
    records: Records, collection: str, id: str, session: AsyncClientSession
) -> bool:
    found = await records.collection.database[collection].find_one(
        {"_id": id, "tenant": records.tenant}, {"_id": 1}, session=session
    )
    return found is not None
