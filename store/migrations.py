"""Migrations: stored documents of an older shape are brought to the one this program knows.

A step alters documents one by one, each by an update that finds it only as it was read. What is
done is noted in the documents themselves and, when a step is over, in one document of the whole
database; so a start that was killed is taken up by the next, and several starts may run at once.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bson import encode
from pymongo import UpdateOne
from pymongo.errors import DuplicateKeyError

from domain.condition_documents import from_document
from domain.references import references_in
from store.driver import BY_ID, Collection, Database, Document
from store.schema_version import FIRST

DEPLOYMENT: Final = "deployment"
_MARK: Final = {"_id": "schema"}
_BATCH: Final = 500
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Step:
    """What leads to a schema version: for each collection concerned, the new shape of a document.

    The function returns a new document with the same `_id` and leaves the given one as it is. A
    step that alters events has to alter those in outboxes as well.
    """

    version: int
    documents: Mapping[str, Callable[[Document], Document]]


def _in_force(job: Document) -> Document:
    """A creation job that somebody started is in force; the first ones did not say so."""
    is_asked_for = job["kind"] == "creation" and job.get("trigger") != "daily"
    return {"in_force": True, **job} if is_asked_for else job


def _with_references(document: Document) -> Document:
    """What a rule names is listed beside it; the first rules that named something did not."""
    condition = document.get("condition")
    ids = references_in(from_document(condition)) if condition else []
    return {**document, "reference_ids": ids} if ids else document


def _roles_with_references(template: Document) -> Document:
    return {**template, "roles": [_with_references(role) for role in template["roles"]]}


STEPS: Final[tuple[Step, ...]] = (
    Step(2, {"jobs": _in_force}),
    Step(3, {"role_templates": _roles_with_references, "account_audiences": _with_references}),
)
"""Every step there has been, in order, none left out: an old export may need them all."""


@dataclass(frozen=True, slots=True)
class NewerDatabase:
    """The documents are, or are becoming, of a version that this program does not know."""

    stored: int
    known: int


async def migrate(database: Database, steps: Sequence[Step] = STEPS) -> NewerDatabase | None:
    """Bring every document to the version of the last step; None when all are of that one.

    Reads a single document when there is nothing to be done.
    """
    known = latest(steps)
    version, begun = await _noted(database)
    if max(version, begun) > known:
        return NewerDatabase(max(version, begun), known)
    for step in steps:
        if step.version <= version:
            continue
        await database[DEPLOYMENT].update_one(_MARK, {"$max": {"begun": step.version}})
        for name, change in step.documents.items():
            await _bring_up(database[name], step.version, change)
        await database[DEPLOYMENT].update_one(_MARK, {"$max": {"version": step.version}})
    return None


def latest(steps: Sequence[Step] = STEPS) -> int:
    """The version that the last step leads to."""
    return steps[-1].version if steps else FIRST


def brought_up(collection: str, document: Document, steps: Sequence[Step] = STEPS) -> Document:
    """A document as it would be if it had been stored while these steps were taken."""
    version = document.get("schema_version", FIRST)
    for step in steps:
        change = step.documents.get(collection)
        if change is not None and step.version > version:
            document = {**change(document), "schema_version": step.version}
    return document


async def _noted(database: Database) -> tuple[int, int]:
    """The version that all documents have reached, and the last one a step was begun to."""
    deployment = database[DEPLOYMENT]
    mark = await deployment.find_one(_MARK)
    if mark is None:
        first: Document = {**_MARK, "version": FIRST, "begun": FIRST}
        try:
            await deployment.insert_one(first)
        except DuplicateKeyError:  # another process starts at the same time
            return await _noted(database)
        mark = first
    return int(mark["version"]), int(mark["begun"])


async def _bring_up(
    collection: Collection, version: int, change: Callable[[Document], Document]
) -> None:
    # What stands in for a tenant that is being restored has no shape that could be older.
    behind: Document = {
        "schema_version": {"$not": {"$gte": version}},
        "restoring": {"$exists": False},
    }
    # A document that is altered between being read and written is met again in the next round.
    if await collection.find_one(behind, {"_id": 1}) is None:
        return
    _log.info("Bringing %s to schema version %d.", collection.name, version)
    while await collection.find_one(behind, {"_id": 1}) is not None:
        writes: list[UpdateOne] = []
        async for document in collection.find(behind, batch_size=_BATCH):
            writes.append(_update(document, change(document), version, behind))
            if len(writes) == _BATCH:
                await collection.bulk_write(writes, ordered=False)
                writes = []
        if writes:
            await collection.bulk_write(writes, ordered=False)


def _update(old: Document, new: Document, version: int, behind: Document) -> UpdateOne:
    """Sets what differs, where what differs is still as it was read; nothing else is touched."""
    if old["_id"] != new["_id"]:
        raise ValueError(f"a step changed the id {old['_id']} to {new['_id']}")
    new = {**new, "schema_version": version}
    changed = {key: value for key, value in new.items() if not _is_same(old, key, value)}
    removed = [key for key in old if key not in new]
    touched = [key for key in (*changed, *removed) if key != "schema_version"]
    as_read = {key: {"$eq": old[key]} if key in old else {"$exists": False} for key in touched}
    update: Document = {"$set": changed}
    if removed:
        update["$unset"] = dict.fromkeys(removed, "")
    own: Document = {key: old[key] for key in ("_id", "tenant") if key in old}
    return UpdateOne({**own, **behind, **as_read}, update, hint=BY_ID)


def _is_same(old: Document, key: str, value: object) -> bool:
    # Compared as stored: for Python the numbers 1 and 1.0 are the same.
    return key in old and (old[key] is value or encode({"": old[key]}) == encode({"": value}))
