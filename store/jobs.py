"""Jobs in MongoDB: what is to be done, how far it is, and who works on it until when."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from math import inf
from typing import Final

from pymongo import ReturnDocument

from domain.identifiers import JobId
from domain.jobs import (
    MOST_FAILURES_KEPT,
    OPEN,
    UNFINISHED,
    ItemFailure,
    JobKind,
    JobStatus,
    JobTrigger,
)
from store.driver import Document, aggregate
from store.records import Records

_OPEN: Final = [status.value for status in OPEN]
_CARRIED_ON: Final[Document] = {"in_force": True, "status": {"$ne": JobStatus.PAUSED.value}}


class JobStore(Records):
    """The jobs of one tenant."""

    async def unbegun(self, kind: JobKind) -> JobId | None:
        """A job of this kind that waits and that nobody has begun; None when there is none."""
        waiting = {"tenant": self.tenant, "status": JobStatus.WAITING.value}
        fresh = {"kind": kind.value, "cursor": "", "lease": None}
        found = await self.collection.find_one({**waiting, **fresh}, {"_id": 1})
        return JobId(found["_id"]) if found else None

    async def lease(
        self, id: str, worker: str, now: datetime, length: timedelta
    ) -> Document | None:
        """The job, taken by this worker for a while; None when it is done or somebody's."""
        free = {
            "_id": id,
            "tenant": self.tenant,
            "status": {"$in": _OPEN},
            **_free(worker, now),
        }
        lease = {"owner": worker, "until": now + length}
        updated = await self.collection.update_one(
            free,
            {
                "$set": {"status": JobStatus.RUNNING.value, "lease": lease},
                "$min": {"started_at": now},
                "$inc": {"version": 1},
            },
        )
        return await self.one(id) if updated.matched_count else None

    async def renew(self, id: str, worker: str, now: datetime, length: timedelta) -> bool:
        """Keep a job for longer; False when it is this worker's no more."""
        updated = await self.collection.update_one(
            self._held(id, worker), {"$set": {"lease.until": now + length}}
        )
        return updated.matched_count == 1

    async def give_back(
        self, id: str, worker: str, now: datetime, rest: timedelta | None = None
    ) -> None:
        """Let anybody go on with a job, at once or after a rest.

        It comes after those that have waited for longer.
        """
        lease = None if rest is None else {"owner": None, "until": now + rest}
        await self.collection.update_one(
            self._held(id, worker),
            {"$set": {"lease": lease, "updated_at": now}, "$inc": {"version": 1}},
        )

    async def advance(
        self,
        id: str,
        worker: str,
        cursor: str,
        after: str,
        *,
        counts: Mapping[str, int],
        failures: Sequence[ItemFailure],
        retried: Sequence[str],
        now: datetime,
        length: timedelta,
    ) -> bool:
        """Note a finished slice, once: only while the job stands at `cursor` in our hands.

        `retried` are the items that failed before and have had their second try in it.
        """
        place: Document = {"cursor": cursor, **({"to_retry": list(retried)} if retried else {})}
        noted: Document = {"$each": list(map(_failure, failures)), "$slice": MOST_FAILURES_KEPT}
        updated = await self.collection.update_one(
            {**self._held(id, worker), **place},
            {
                "$set": {
                    "cursor": after,
                    "failed_steps": 0,
                    "lease.until": now + length,
                    "updated_at": now,
                    **({"to_retry": []} if retried else {}),
                },
                "$inc": {
                    "version": 1,
                    "failure_count": len(failures),
                    **{f"progress.{name}": count for name, count in counts.items()},
                },
                **({"$push": {"failures": noted}} if failures else {}),
            },
        )
        return updated.matched_count == 1

    async def note_total(self, id: str, worker: str, total: int, now: datetime) -> None:
        """Note how many there are to go through, and since when they are gone through."""
        await self.collection.update_one(
            {**self._held(id, worker), "progress.total": None},
            {"$set": {"progress.total": total, "progress.since": now}, "$inc": {"version": 1}},
        )

    async def note_failed_step(self, id: str, worker: str) -> int:
        """How often a step has failed where the job stands, now that it has once more."""
        job = await self.collection.find_one_and_update(
            self._held(id, worker),
            {"$inc": {"version": 1, "failed_steps": 1}},
            projection={"failed_steps": 1},
            return_document=ReturnDocument.AFTER,
        )
        return int(job["failed_steps"]) if job else 0

    async def open_jobs(self, worker: str, now: datetime) -> list[str]:
        """Jobs that wait, whose worker has fallen silent, or that this worker could not give back.

        The one that has waited longest comes first.
        """
        cursor = self.collection.find(
            {
                "tenant": self.tenant,
                "status": {"$in": _OPEN},
                **_free(worker, now),
            },
            {"_id": 1},
            sort=[("updated_at", 1), ("_id", 1)],
        )
        return [document["_id"] async for document in cursor]

    async def has_open_daily_job(self) -> bool:
        """Whether a job of the daily run waits or is worked on."""
        found = {"tenant": self.tenant, "status": {"$in": _OPEN}, "trigger": JobTrigger.DAILY.value}
        return await self.collection.find_one(found, {"_id": 1}) is not None

    async def last_full_maintenance(self, besides: str) -> datetime | None:
        """When the latest job was made that has maintained every group, another one than this."""
        found = {
            "tenant": self.tenant,
            "kind": JobKind.MAINTENANCE.value,
            "status": JobStatus.DONE.value,
            "parameters.solution_interest_id": None,
            "_id": {"$ne": besides},
        }
        latest = [("created_at", -1), ("_id", -1)]
        job = await self.collection.find_one(found, {"created_at": 1}, sort=latest)
        at: datetime | None = job["created_at"] if job else None
        return at

    async def left_templates(self) -> dict[str, float]:
        """Role templates whose groups are left to a job, or were by whoever stopped one.

        With each the last revision for which that holds. A job that waits or runs does for all
        there are; one that is paused or cancelled for no later one than it was started for.
        """
        left = (*UNFINISHED, JobStatus.CANCELLED)
        found = {
            "tenant": self.tenant,
            "kind": JobKind.MEMBERS_REQUIRED.value,
            "status": {"$in": [status.value for status in left]},
        }
        shown = {"parameters": 1, "status": 1, "template_revision": 1}
        revisions: dict[str, float] = {}
        async for job in self.collection.find(found, shown):
            template = job["parameters"]["role_template_id"]
            is_open = job["status"] in _OPEN
            revision = inf if is_open else float(job.get("template_revision", 0))
            revisions[template] = max(revision, revisions.get(template, 0.0))
        return revisions

    async def in_force(self) -> list[Document]:
        """The creation jobs whose audience goes on getting groups, the oldest first.

        Those that are paused are left out.
        """
        cursor = self.collection.find(
            {"tenant": self.tenant, **_CARRIED_ON},
            {"parameters": 1, "created_at": 1},
            sort=[("created_at", 1), ("_id", 1)],
        )
        return [document async for document in cursor]

    async def count_in_force(self, interests: Collection[str]) -> dict[str, int]:
        """How many creation jobs are in force for each of these solution interests."""
        path = "parameters.solution_interest_id"
        found = {"tenant": self.tenant, "in_force": True, path: {"$in": list(interests)}}
        rows = await aggregate(
            self.collection,
            [{"$match": found}, {"$group": {"_id": f"${path}", "jobs": {"$sum": 1}}}],
        )
        return dict.fromkeys(interests, 0) | {row["_id"]: row["jobs"] for row in rows}

    async def is_in_force(self, parameters: Mapping[str, str]) -> bool:
        """Whether some creation job in force, and not paused, has these parameters."""
        found = {"tenant": self.tenant, **_CARRIED_ON}
        same = {f"parameters.{name}": value for name, value in parameters.items()}
        return await self.collection.find_one({**found, **same}, {"_id": 1}) is not None

    def _held(self, id: str, worker: str) -> Document:
        return {"_id": id, "tenant": self.tenant, "lease.owner": worker}


def _failure(failure: ItemFailure) -> Document:
    return {
        "item_id": failure.item,
        "field": failure.field,
        "reason": failure.reason,
        "at": failure.at,
    }


def _free(worker: str, now: datetime) -> Document:
    """What tells a job that this worker may take now."""
    return {
        "$or": [{"lease": None}, {"lease.until": {"$lte": now}}, {"lease.owner": worker}],
    }
