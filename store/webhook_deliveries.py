"""Webhook deliveries in MongoDB: one document for each event an endpoint is told of, with its log.

The id is derived from the endpoint and the event, so telling one again finds the same document.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from pymongo import UpdateOne
from pymongo.errors import BulkWriteError

from domain.identifiers import TenantId, WebhookDeliveryId, WebhookEndpointId
from domain.webhook_endpoints import DeliveryState, Told, delivery_id
from domain.webhook_messages import TEST_TYPE
from domain.webhook_queues import Waiting
from domain.webhook_schedule import Answer, Delivered, GivenUp, TriedAgain, Verdict
from store.driver import BY_ID, Database, Document, aggregate, duplicates_of
from store.schema_version import SCHEMA_VERSION

MOST_ATTEMPTS_KEPT: Final = 20
"""How many of its attempts a delivery remembers, the last ones; it counts them all."""

_PENDING: Final = DeliveryState.PENDING.value
_AT_ONCE: Final = 10_000


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt: of which delivery, after how many failed ones, when, and what came of it."""

    id: WebhookDeliveryId
    failed_before: int
    at: datetime
    milliseconds: int
    answer: Answer
    verdict: Verdict


class WebhookDeliveryStore:
    """The deliveries of one tenant."""

    def __init__(self, database: Database, tenant: TenantId) -> None:
        self.collection = database["webhook_deliveries"]
        self._tenant = tenant

    async def one(self, id: str) -> Document | None:
        """The delivery of this id, or None when the tenant has none."""
        return await self.collection.find_one({"_id": id, "tenant": self._tenant}, hint=BY_ID)

    async def add(
        self, endpoint: WebhookEndpointId, events: Sequence[Told], now: datetime
    ) -> list[Waiting]:
        """Store deliveries of events that have none yet; what is to be sent of them."""
        documents = [self._new(endpoint, event, now) for event in events]
        if not documents:
            return []
        try:
            await self.collection.insert_many(documents, ordered=False)
        except BulkWriteError as error:
            taken = duplicates_of(error)
            documents = [each for n, each in enumerate(documents) if n not in taken]
        return list(map(_waiting, documents))

    async def add_test(
        self, id: WebhookDeliveryId, endpoint: WebhookEndpointId, now: datetime
    ) -> None:
        """Store the delivery of a test, which is about no event."""
        test = {
            "event_id": None,
            "type": TEST_TYPE,
            "position": 0,
            "lane": id,
            "is_test": True,
        }
        await self.collection.insert_one({"_id": id, **self._fresh(endpoint, now), **test})

    async def add_again(
        self, endpoint: WebhookEndpointId, events: Sequence[Told], now: datetime
    ) -> None:
        """Have events delivered once more, with the log of before; those under way stay so."""
        if not events:
            return
        begun = {"state": _PENDING, "failed": 0, "due_at": now, "settled_at": None}
        writes = [
            UpdateOne(
                {"_id": new["_id"], "tenant": self._tenant, "state": {"$ne": _PENDING}},
                {"$set": begun, "$setOnInsert": {k: v for k, v in new.items() if k not in begun}},
                upsert=True,
                hint=BY_ID,
            )
            for new in (self._new(endpoint, event, now) for event in events)
        ]
        try:
            await self.collection.bulk_write(writes, ordered=False)
        except BulkWriteError as error:
            duplicates_of(error)

    async def begin_again(self, id: str, now: datetime) -> None:
        """Have one delivery made once more, or the next attempt at it now."""
        await self.collection.update_one(
            {"_id": id, "tenant": self._tenant}, {"$set": _begun(now)}, hint=BY_ID
        )

    async def begin_all_again(self, endpoint: str, now: datetime) -> None:
        """Have everything that waits or was given up begin with a first attempt again."""
        states = [_PENDING, DeliveryState.FAILED.value]
        await self.collection.update_many(
            {**self._of(endpoint), "state": {"$in": states}, "is_test": False},
            {"$set": _begun(now)},
        )

    async def skip_failed(self, endpoint: str) -> None:
        """Leave out for good what was given up."""
        await self.collection.update_many(
            {**self._of(endpoint), "state": DeliveryState.FAILED.value, "is_test": False},
            {"$set": {"state": DeliveryState.SKIPPED.value}},
        )

    async def pending(self, endpoint: str, *, tests_only: bool = False) -> list[Waiting]:
        """What is still to be sent to an endpoint, by position."""
        only = {"is_test": True} if tests_only else {}
        cursor = self.collection.find(
            {**self._of(endpoint), "state": _PENDING, **only},
            {"lane": 1, "position": 1, "due_at": 1, "failed": 1},
            sort=[("position", 1)],
            batch_size=_AT_ONCE,
        )
        return [_waiting(document) async for document in cursor]

    async def note(self, attempts: Sequence[Attempt]) -> None:
        """Store what came of attempts, in one command.

        One that has failed counts only if none was made meanwhile.
        """
        await self.collection.bulk_write(
            [_noted(self._tenant, each) for each in attempts], ordered=False
        )

    async def count_pending(self, endpoints: Iterable[str]) -> dict[str, int]:
        """How many deliveries to each of these endpoints are still to be made."""
        wanted = list(endpoints)
        found = {"tenant": self._tenant, "endpoint_id": {"$in": wanted}, "state": _PENDING}
        rows = await aggregate(
            self.collection,
            [{"$match": found}, {"$group": {"_id": "$endpoint_id", "pending": {"$sum": 1}}}],
        )
        return dict.fromkeys(wanted, 0) | {row["_id"]: row["pending"] for row in rows}

    async def purge(self, before: datetime, endpoints: Iterable[str], made_before: datetime) -> int:
        """Take away what was settled before a moment, and what is not of these endpoints.

        The latter only if it was made before another moment: endpoints may have been added since.
        """
        old = {"tenant": self._tenant, "settled_at": {"$lt": before}}
        gone = {
            "tenant": self._tenant,
            "endpoint_id": {"$nin": list(endpoints)},
            "created_at": {"$lt": made_before},
        }
        removed = [await self.collection.delete_many(query) for query in (old, gone)]
        return sum(each.deleted_count for each in removed)

    async def forget(self, endpoint: str) -> None:
        """Take away everything about an endpoint."""
        await self.collection.delete_many(self._of(endpoint))

    def _of(self, endpoint: str) -> Document:
        return {"tenant": self._tenant, "endpoint_id": endpoint}

    def _new(self, endpoint: WebhookEndpointId, event: Told, now: datetime) -> Document:
        return {
            "_id": delivery_id(endpoint, event.id),
            **self._fresh(endpoint, now),
            "event_id": event.id,
            "type": event.type,
            "position": event.position,
            "lane": event.lane,
            "is_test": False,
        }

    def _fresh(self, endpoint: WebhookEndpointId, now: datetime) -> Document:
        return {
            "tenant": self._tenant,
            "schema_version": SCHEMA_VERSION,
            "endpoint_id": endpoint,
            **_begun(now),
            "attempts": [],
            "attempt_count": 0,
            "created_at": now,
        }


def _begun(now: datetime) -> Document:
    return {"state": _PENDING, "failed": 0, "due_at": now, "settled_at": None}


def _waiting(document: Document) -> Waiting:
    return Waiting(
        WebhookDeliveryId(document["_id"]),
        document["lane"],
        document["position"],
        document["due_at"],
        document["failed"],
    )


def _noted(tenant: TenantId, attempt: Attempt) -> UpdateOne:
    found: Document = {"_id": attempt.id, "tenant": tenant, "state": _PENDING}
    settled = {"due_at": None, "settled_at": attempt.at}
    failed = attempt.failed_before + 1
    match attempt.verdict:
        case Delivered():
            paths: Document = {"state": DeliveryState.DELIVERED.value, **settled}
        case TriedAgain(due):
            found["failed"] = attempt.failed_before
            paths = {"failed": failed, "due_at": due}
        case GivenUp():
            found["failed"] = attempt.failed_before
            paths = {"state": DeliveryState.FAILED.value, "failed": failed, **settled}
    answer = attempt.answer
    entry = {
        "at": attempt.at,
        "milliseconds": attempt.milliseconds,
        "status": answer.status,
        "error": answer.error.value if answer.error else None,
    }
    kept = {"$each": [entry], "$slice": -MOST_ATTEMPTS_KEPT}
    update = {"$set": paths, "$push": {"attempts": kept}, "$inc": {"attempt_count": 1}}
    return UpdateOne(found, update, hint=BY_ID)
