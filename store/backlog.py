"""The backlog of all tenants: events in outboxes, open jobs, and deliveries still to be made."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from domain.jobs import OPEN
from domain.webhook_endpoints import DeliveryState
from store.driver import Database, Document, aggregate
from store.relay import OUTBOXES

COUNTED_AT_MOST: Final = 200
"""Outboxes of one collection; more than that is many."""
MOST_DELIVERIES: Final = 10_000

_EVERY_TENANT: Final = {"tenant": {"$gt": ""}}  # named, so that indexes by tenant can be used


@dataclass(frozen=True, slots=True)
class WaitingEvents:
    """How many documents have events in their outbox, and since when the first of them waits."""

    boxes: int
    since: datetime | None


@dataclass(frozen=True, slots=True)
class OpenJobs:
    """The open jobs of one kind and status: how many, how far they are, how many are leased."""

    kind: str
    status: str
    jobs: int
    done: int
    total: int
    leased: int


class Backlog:
    """What waits in a database, whoever's it is."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def waiting_events(self) -> WaitingEvents:
        """The outboxes that are not empty, in all collections by one command."""
        first, *others = OUTBOXES
        parts = [{"$unionWith": {"coll": name, "pipeline": _waiting()}} for name in others]
        whole: Document = {"boxes": {"$sum": 1}, "since": {"$min": {"$first": "$outbox.at"}}}
        rows = await aggregate(
            self._database[first], [*_waiting(), *parts, {"$group": {"_id": None, **whole}}]
        )
        return WaitingEvents(rows[0]["boxes"], rows[0]["since"]) if rows else WaitingEvents(0, None)

    async def open_jobs(self, now: datetime) -> list[OpenJobs]:
        """The open jobs by kind and status."""
        states = [status.value for status in OPEN]
        found = {"tenant": {"$in": await self._tenants()}, "status": {"$in": states}}
        is_leased = {"$gt": ["$lease.until", now]}
        rows = await aggregate(
            self._database["jobs"],
            [
                {"$match": found},
                {
                    "$group": {
                        "_id": {"kind": "$kind", "status": "$status"},
                        "jobs": {"$sum": 1},
                        "done": {"$sum": "$progress.done"},
                        "total": {"$sum": "$progress.total"},
                        "leased": {"$sum": {"$cond": [is_leased, 1, 0]}},
                    }
                },
            ],
        )
        return [OpenJobs(**row.pop("_id"), **row) for row in rows]

    async def pending_deliveries(self) -> int:
        """How many webhook deliveries are still to be made; counted to a bound."""
        found = {"tenant": {"$in": await self._tenants()}, "state": DeliveryState.PENDING.value}
        deliveries = self._database["webhook_deliveries"]
        return await deliveries.count_documents(found, limit=MOST_DELIVERIES)

    async def _tenants(self) -> list[str]:
        """Every tenant by its id: an index by tenant and state is read where it is needed only."""
        cursor = self._database["tenants"].find({}, {"_id": 1})
        return [document["_id"] async for document in cursor]


def _waiting() -> list[Document]:
    return [
        {"$match": {**_EVERY_TENANT, "outbox.0": {"$exists": True}}},
        {"$limit": COUNTED_AT_MOST},
        {"$project": {"outbox.at": 1}},
    ]
