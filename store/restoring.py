"""Restoring: an export's documents become a tenant of a database that has nothing of it.

The tenant's own document is written last. Until then another stands in its place, which says that
the tenant is being restored: such a tenant is not served, and cannot be made. The same export can
be taken up again after a restore was broken off; what is stored already is passed over.

Whatever is stored is stored in one transaction with that stand-in, so that nothing comes in any
more once somebody has discarded the restore.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.errors import DuplicateKeyError

from domain.identifiers import TenantId
from store.driver import BY_ID, Database, Document
from store.exported_files import COLLECTIONS, Entry, Fault, Header, Tally, read
from store.migrations import STEPS, Step, brought_up
from store.transactions import in_transaction

_BATCH: Final = 2_000
_BATCH_BYTES: Final = 16_000_000
_TAKEN_AWAY: Final = "somebody else has ended or discarded the restore"
_CONTENT: Final = tuple(name for name in COLLECTIONS if name != "tenants")


@dataclass(frozen=True, slots=True)
class Sound:
    """An export in which nothing is wrong."""

    tenant: TenantId
    exported_at: datetime
    counts: Mapping[str, int]
    digest: str


@dataclass(frozen=True, slots=True)
class Restored:
    """The tenant is there; how many documents it has."""

    documents: int


@dataclass(frozen=True, slots=True)
class NotEmpty:
    """The database has something of the tenant: documents by collection. Nothing was stored."""

    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class BrokenOff:
    """A restore of another export was begun and has not come to its end."""


@dataclass(frozen=True, slots=True)
class Incomplete:
    """What is stored is not what the export holds; the tenant stays as one being restored."""

    reason: str


def check(lines: Iterable[bytes]) -> Sound | Fault:
    """Read an export to its end: what it holds, or the first thing that is wrong with it."""
    header: Header | None = None
    found: Sound | Fault = Fault(1, "the file is empty")
    for part in read(lines):
        match part:
            case Fault():
                found = part
            case Header():
                header = part
            case Tally() if header is not None:
                found = Sound(header.tenant, header.exported_at, part.counts, part.digest)
    return found


async def restore(
    database: Database,
    sound: Sound,
    lines: Iterable[bytes],
    at: datetime,
    steps: Sequence[Step] = STEPS,
) -> Restored | NotEmpty | BrokenOff | Incomplete:
    """Store what a sound export holds; its lines are read once more.

    Documents of an older schema version are brought to the last one's.
    """
    begun = await _begin(database, sound, at)
    if begun is not None:
        return begun
    try:
        return await _store(database, sound, lines, steps)
    except _TakenAway:
        return Incomplete(_TAKEN_AWAY)


async def _store(
    database: Database, sound: Sound, lines: Iterable[bytes], steps: Sequence[Step]
) -> Restored | Incomplete:
    waiting = _Waiting(database, sound)
    own: Document | None = None
    for part in read(lines):
        match part:
            case Fault():
                return Incomplete(f"line {part.line}: {part.reason}")
            case Entry("tenants", document, _):
                own = brought_up("tenants", document, steps)
            case Entry(collection, document, size):
                await waiting.add(collection, brought_up(collection, document, steps), size)
            case Tally() if part.digest != sound.digest:
                return Incomplete("the file was changed meanwhile")
    await waiting.store()
    return await _end(database, sound, own)


async def discard(database: Database, tenant: TenantId) -> int | None:
    """Remove whatever there is of a tenant that was not restored to its end; how many documents.

    None when the tenant is there: then nothing is removed. A restore that goes on stores nothing
    from then on, and does not come to its end.
    """
    stand_in = {"_id": tenant, "restoring": {"$exists": True}}
    nobodys = {"$set": {"tenant": tenant, "restoring": {"digest": None}}}
    try:
        await database["tenants"].update_one(stand_in, nobodys, upsert=True)
    except DuplicateKeyError:
        return None
    removed = 0
    for name in _CONTENT:
        result = await database[name].delete_many({"tenant": tenant})
        removed += result.deleted_count
    await database["tenants"].delete_one(stand_in)
    return removed


class _TakenAway(Exception):
    """The stand-in for the tenant is gone, or is no more that of this restore."""


class _Waiting:
    """Documents of one collection that wait until they are enough to be stored together."""

    def __init__(self, database: Database, sound: Sound) -> None:
        self._database = database
        self._begun = _begun(sound)
        self._collection = ""
        self._documents: dict[object, Document] = {}
        self._size = 0

    async def add(self, collection: str, document: Document, size: int) -> None:
        is_full = len(self._documents) == _BATCH or self._size > _BATCH_BYTES
        if is_full or collection != self._collection:
            await self.store()
            self._collection = collection
        self._documents[document["_id"]] = document
        self._size += size

    async def store(self) -> None:
        if not self._documents:
            return
        documents, self._documents, self._size = self._documents, {}, 0
        collection = self._database[self._collection]

        async def work(session: AsyncClientSession) -> None:
            held = await self._database["tenants"].update_one(
                self._begun, {"$inc": {"restoring.batches": 1}}, session=session
            )
            if not held.matched_count:
                raise _TakenAway
            # There are some already if the restore was broken off before.
            found = {"_id": {"$in": list(documents)}}
            cursor = collection.find(
                found, {"_id": 1}, batch_size=_BATCH, hint=BY_ID, session=session
            )
            there = {document["_id"] async for document in cursor}
            missing = [document for id, document in documents.items() if id not in there]
            if missing:
                await collection.insert_many(missing, ordered=False, session=session)

        await in_transaction(self._database, work)


async def _begin(database: Database, sound: Sound, at: datetime) -> NotEmpty | BrokenOff | None:
    tenants = database["tenants"]
    mark = {"digest": sound.digest, "begun_at": at}
    try:
        await tenants.insert_one({"_id": sound.tenant, "tenant": sound.tenant, "restoring": mark})
    except DuplicateKeyError:
        there = await tenants.find_one({"_id": sound.tenant})
        if there is None or "restoring" not in there:
            return NotEmpty({"tenants": 1, **await _counts(database, sound.tenant)})
        return None if there["restoring"]["digest"] == sound.digest else BrokenOff()
    counts = await _counts(database, sound.tenant)
    if not counts:
        return None
    await tenants.delete_one({"_id": sound.tenant, "restoring": mark})
    return NotEmpty(counts)


async def _end(database: Database, sound: Sound, own: Document | None) -> Restored | Incomplete:
    wanted = {name: count for name, count in sound.counts.items() if count and name in _CONTENT}
    stored = await _counts(database, sound.tenant)
    for name, count in wanted.items():
        if stored.get(name, 0) != count:
            return Incomplete(f"{stored.get(name, 0)} of {count} documents of {name} are stored")
    ended = await database["tenants"].replace_one(_begun(sound), own or {})
    if not ended.matched_count:
        return Incomplete(_TAKEN_AWAY)
    return Restored(sum(sound.counts.values()))


def _begun(sound: Sound) -> Document:
    """Finds the stand-in for the tenant while it is that of this restore."""
    return {"_id": sound.tenant, "restoring.digest": sound.digest}


async def _counts(database: Database, tenant: TenantId) -> dict[str, int]:
    """How many documents there are of a tenant, its own aside, by collection; none is left out."""
    counts = {name: await database[name].count_documents({"tenant": tenant}) for name in _CONTENT}
    return {name: count for name, count in counts.items() if count}
