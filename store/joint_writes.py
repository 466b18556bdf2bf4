"""Joint writes: what can only be stored as long as other documents are as they were found.

One transaction claims the name, sees to it that everything referred to is there, looks at all
documents of the collection where there is a limit, and stores. Whoever deletes what is referred to
writes to the same documents, and whoever adds one to the collection to the same tenant: of two who
are at it at once, one begins anew and sees what the other has done.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar

from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.errors import BulkWriteError, DuplicateKeyError

from domain.events import Event
from domain.identities import Identity
from store import deletions
from store.driver import Document
from store.records import Change, Changed, Conflict, Missing, Records
from store.transactions import OutOfTurn, in_transaction
from store.unique_names import Taken, claim, give_up

R = TypeVar("R")
Whole = Sequence[Document]
"""All documents of the collection that belong to the tenant."""

_REFERENCES: Final = "references_made"


@dataclass(frozen=True, slots=True)
class Held:
    """Documents of a collection that are referred to, and have to be there."""

    collection: str
    ids: frozenset[str]


@dataclass(frozen=True, slots=True)
class Gone:
    """Something that is referred to is there no more; nothing was stored."""


@dataclass(frozen=True, slots=True)
class Made:
    """The new document is stored under this id."""

    id: str


@dataclass(frozen=True, slots=True)
class Renaming:
    """The unique name a document gives up, and the one it gets, at a moment."""

    before: Identity
    after: Identity
    at: datetime


class _Refused(Exception):
    """The decision was against it: nothing of the transaction is kept."""

    def __init__(self, answer: object) -> None:
        super().__init__()
        self.answer = answer


async def create(
    records: Records,
    id: str,
    name: Identity,
    at: datetime,
    build: Callable[[str], tuple[Document, Sequence[Event]]],
    *,
    held: Sequence[Held] = (),
    check: Callable[[Whole], R | None] | None = None,
) -> Made | Taken | Gone | Conflict | R:
    """Store a new document under a name of its own.

    `build` gives it with its events for the id it gets: the given one, or that of somebody who
    claimed the name and never wrote what it names. `check` sees all documents there are, and says
    why there cannot be one more.
    """
    database = records.collection.database

    async def work(session: AsyncClientSession) -> str:
        await _hold(records, held, session)
        if check is not None and (refusal := check(await _whole(records, session))) is not None:
            raise _Refused(refusal)
        own = await claim(records, name, id, at, session, is_new=True)
        if isinstance(own, Taken):
            raise _Refused(own)
        new = records._new(*build(own))
        try:
            stored = await deletions.insert_unless_deleted(records, [new], session)
        except (DuplicateKeyError, BulkWriteError) as error:
            raise OutOfTurn from error
        if not stored:
            raise OutOfTurn
        return own

    try:
        made = await in_transaction(database, work)
    except _Refused as refused:
        answer: R = refused.answer  # type: ignore[assignment]  # what was raised as such
        return answer
    except OutOfTurn:
        return Conflict(id)
    await records._relay.forward(records.collection.name, [made])
    return Made(made)


async def insert(
    records: Records, document: Document, events: Sequence[Event], held: Sequence[Held]
) -> Made | Gone | Conflict:
    """Store a new document, under an id that nobody else has, as long as all it refers to is there.

    Conflict: others were in the way of that until the deadline.
    """
    id, new = document["_id"], records._new(document, events)

    async def work(session: AsyncClientSession) -> None:
        await _hold(records, held, session)
        await records.collection.insert_one(new, session=session)

    try:
        await in_transaction(records.collection.database, work)
    except _Refused:
        return Gone()
    except OutOfTurn:
        return Conflict(id)
    await records._relay.forward(records.collection.name, [id])
    return Made(id)


async def change(
    records: Records,
    id: str,
    decide: Callable[[Document, Whole], Change | R],
    *,
    held: Sequence[Held] = (),
    renaming: Callable[[Document], Renaming | None] = lambda _: None,
    is_limited: bool = False,
) -> Changed | Missing | Taken | Gone | Conflict | R:
    """Load, decide, save in one transaction with what the change depends on.

    `decide` sees all documents of the collection, if `is_limited`; `renaming` says of the document
    which name it gives up for which.
    """
    database = records.collection.database

    async def work(session: AsyncClientSession) -> tuple[int, bool]:
        await _hold(records, held, session)
        whole = await _whole(records, session) if is_limited else ()
        document = await records.collection.find_one(
            {"_id": id, "tenant": records.tenant}, session=session
        )
        if document is None:
            raise _Refused(Missing(id))
        decision = decide(document, whole)
        if not isinstance(decision, Change):
            raise _Refused(decision)
        wanted = renaming(document)
        if wanted is not None:
            claimed = await claim(records, wanted.after, id, wanted.at, session)
            if isinstance(claimed, Taken):
                raise _Refused(claimed)
            await give_up(records, wanted.before, id, session)
        version = document["version"]
        saved = await records.collection.update_one(
            records._guard(id, version), records._update(version, decision), session=session
        )
        if not saved.matched_count:
            raise OutOfTurn
        return version + decision.versions, bool(decision.events)

    try:
        version, has_events = await in_transaction(database, work)
    except _Refused as refused:
        answer: R = refused.answer  # type: ignore[assignment]  # what was raised as such
        return answer
    except OutOfTurn:
        return Conflict(id)
    if has_events:
        await records._relay.forward(records.collection.name, [id])
    return Changed(version)


async def _hold(records: Records, held: Sequence[Held], session: AsyncClientSession) -> None:
    """See to it that everything referred to is there until the end.

    Comes first, for the moment a transaction sees is that of its first command.
    """
    for each in held:
        if not each.ids:
            continue
        found = await records.collection.database[each.collection].update_many(
            {"_id": {"$in": sorted(each.ids)}, "tenant": records.tenant},
            {"$inc": {_REFERENCES: 1}},
            session=session,
        )
        if found.matched_count < len(each.ids):
            raise _Refused(Gone())


async def _whole(records: Records, session: AsyncClientSession) -> Whole:
    """All documents of the collection, which nobody adds to or alters like this until the end."""
    name, tenants = records.collection.name, records.collection.database["tenants"]
    await tenants.update_one(
        {"_id": records.tenant}, {"$inc": {f"turns.{name}": 1}}, session=session
    )
    found = records.collection.find({"tenant": records.tenant}, {"outbox": 0}, session=session)
    return [document async for document in found]
