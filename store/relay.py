"""The relay: moves events from the outboxes of changed documents into `events`.

Each event gets the next position of its tenant. The position is part of the `_id`, so two relays
that want the same one collide, and the slower looks again. An event is moved once however often
it is tried: before a position is taken, the ids of the batch are looked up.
"""

import asyncio
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from pymongo.errors import BulkWriteError, PyMongoError

from domain.identifiers import TenantId
from store.driver import (
    BY_ID,
    Collection,
    Database,
    Document,
    aggregate,
    duplicates_of,
    unconfirmed,
)
from store.schema_version import SCHEMA_VERSION

OUTBOXES: Final = (
    "accounts",
    "people",
    "opportunities",
    "interest_signals",
    "activities",
    "roles",
    "personas",
    "role_templates",
    "stage_models",
    "solution_interests",
    "account_audiences",
    "saved_views",
    "activity_types",
    "weighting_models",
    "buying_groups",
    "jobs",
    "tenants",
    "webhook_endpoints",
    "deletions",
)
_BATCH: Final = 1_000
_log = logging.getLogger(__name__)


def event_key(tenant: TenantId, position: int) -> str:
    """The `_id` of the event at a position: text order is position order."""
    return f"{tenant}:{position:016d}"


@dataclass(slots=True)
class _Waiting:
    """Documents, by collection, whose outboxes wait for the next turn.

    `boxes` are those that new documents were just stored with: they need not be read. `is_over`
    once that turn has ended by itself: nobody who waited for it has to take one.
    """

    ids: dict[str, set[str]] = field(default_factory=dict)
    boxes: dict[str, list[Document]] = field(default_factory=dict)
    is_over: bool = False

    def add(self, collection: str, ids: Iterable[str], made: Iterable[Document] = ()) -> None:
        self.ids.setdefault(collection, set()).update(ids)
        boxes = ({"_id": each["_id"], "outbox": each["outbox"]} for each in made if each["outbox"])
        self.boxes.setdefault(collection, []).extend(boxes)


class Relay:
    """Moves one tenant's outboxes; any number of relays may run at once."""

    def __init__(self, database: Database, tenant: TenantId) -> None:
        self._database = database
        self._tenant = tenant
        self._events = database["events"]
        self._turn = asyncio.Lock()
        self._waiting = _Waiting()

    async def forward(
        self, collection: str, ids: Iterable[str], made: Iterable[Document] = ()
    ) -> None:
        """Move the outboxes of these documents, together with whatever else waits by then.

        `made` are others that the caller has just stored for the first time, as they are stored.
        Best effort: what cannot be moved now is moved with what comes next, or by `sweep`.
        """
        mine = self._waiting
        mine.add(collection, ids, made)
        async with self._turn:
            if mine.is_over:
                return  # somebody who waited as well has moved it
            # Mine, or what became of it after a turn that was broken off.
            taken, self._waiting = self._waiting, _Waiting()
            try:
                await self._move_all(taken)
            except PyMongoError:
                self._put_back(taken)
                _log.warning("Events wait in their outboxes.", exc_info=True)
            except BaseException:
                self._put_back(taken)
                raise
            taken.is_over = mine.is_over = True

    async def sweep(self) -> int:
        """Move what was left behind in any outbox, by a process that ended for instance."""
        moved = 0
        async with self._turn:
            for name in OUTBOXES:
                left = {"tenant": self._tenant, "outbox.0": {"$exists": True}}
                moved += await self._move(self._database[name], left)
        return moved

    def _put_back(self, taken: _Waiting) -> None:
        for name, ids in taken.ids.items():
            self._waiting.add(name, ids)
        for name, boxes in taken.boxes.items():
            self._waiting.add(name, [box["_id"] for box in boxes])

    async def _move_all(self, taken: _Waiting) -> None:
        for name, boxes in taken.boxes.items():
            await self._move_boxes(self._database[name], boxes)
        for name, ids in taken.ids.items():
            if not ids:
                continue
            found = {"_id": {"$in": sorted(ids)}, "tenant": self._tenant}
            await self._move(self._database[name], found, hint=BY_ID)

    async def _move(
        self,
        collection: Collection,
        found: Document,
        hint: Sequence[tuple[str, int]] | None = None,
    ) -> int:
        moved = 0
        cursor = collection.find(
            {**found, "outbox.0": {"$exists": True}}, {"outbox": 1}, batch_size=_BATCH, hint=hint
        )
        boxes: list[Document] = []
        entries = 0
        async for box in cursor:
            boxes.append(box)
            entries += len(box["outbox"])
            if entries >= _BATCH:
                moved += await self._move_boxes(collection, boxes)
                boxes, entries = [], 0
        return moved + await self._move_boxes(collection, boxes)

    async def _move_boxes(self, collection: Collection, boxes: Sequence[Document]) -> int:
        if not boxes:
            return 0
        entries = [entry for box in boxes for entry in box["outbox"]]
        for start in range(0, len(entries), _BATCH):
            await self._append(entries[start : start + _BATCH])
        for start in range(0, len(boxes), _BATCH):
            part = boxes[start : start + _BATCH]
            event_ids = [entry["event_id"] for box in part for entry in box["outbox"]]
            # If this is lost, the events are found to have been moved by whoever moves them again.
            await unconfirmed(collection).update_many(
                {"_id": {"$in": [box["_id"] for box in part]}, "tenant": self._tenant},
                {"$pull": {"outbox": {"event_id": {"$in": event_ids}}}},
                hint=BY_ID,
            )
        return len(entries)

    async def _append(self, entries: Sequence[Document]) -> None:
        while True:
            last, known = await self._last_and_known(entries)
            fresh = list({e["event_id"]: e for e in entries if e["event_id"] not in known}.values())
            if not fresh:
                return
            documents = [
                {
                    "_id": event_key(self._tenant, position),
                    "tenant": self._tenant,
                    "position": position,
                    "schema_version": SCHEMA_VERSION,
                    **entry,
                }
                for position, entry in enumerate(fresh, start=last + 1)
            ]
            try:
                await self._events.insert_many(documents, ordered=True)
            except BulkWriteError as error:
                duplicates_of(error)
                continue
            return

    async def _last_and_known(self, entries: Sequence[Document]) -> tuple[int, set[str]]:
        """The last position there is, and the ids of those entries that have one.

        The order matters: last position first, known ids second, and a union reads in this order.
        Whoever appends in between takes the position that comes next, and the insert fails.
        """
        prefix = f"{self._tenant}:"
        ids = [entry["event_id"] for entry in entries]
        known = [
            {"$match": {"tenant": self._tenant, "event_id": {"$in": ids}}},
            {"$project": {"_id": 0, "event_id": 1}},
        ]
        rows = await aggregate(
            self._events,
            [
                {
                    "$match": {
                        "_id": {"$gt": prefix, "$lt": f"{prefix}\uffff"},
                        "tenant": self._tenant,
                    }
                },
                {"$sort": {"_id": -1}},
                {"$limit": 1},
                {"$project": {"_id": 0, "position": 1}},
                {"$unionWith": {"coll": self._events.name, "pipeline": known}},
            ],
            hint=dict(BY_ID),
        )
        last = next((int(row["position"]) for row in rows if "position" in row), 0)
        return last, {row["event_id"] for row in rows if "event_id" in row}
