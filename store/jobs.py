"""Jobs in MongoDB: what is to be done, how far it is, and who works on it until when."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from store.driver import Document
from store.records import Records


class JobStore(Records):
    """The jobs of one tenant."""

    async def lease(
        self, id: str, worker: str, now: datetime, length: timedelta
    ) -> Document | None:
        """The job, taken by this worker for a while; None when it is done or somebody's."""
        free = {
            "_id": id,
            "tenant": self.tenant,
            "status": {"$in": ["waiting", "running"]},
            "$or": [
                {"lease": None},
                {"lease.until": {"$lte": now}},
                {"lease.owner": worker},
            ],
        }
        taken = {"status": "running", "lease": {"owner": worker, "until": now + length}}
        updated = await self.collection.update_one(
            free, {"$set": taken, "$min": {"started_at": now}, "$inc": {"version": 1}}
        )
        return await self.one(id) if updated.matched_count else None

    async def advance(
        self,
        id: str,
        worker: str,
        cursor: str,
        after: str,
        *,
        counts: Mapping[str, int],
        now: datetime,
        length: timedelta,
    ) -> bool:
        """Note a finished slice, once: only while the job stands at `cursor` in our hands."""
        mine = {"_id": id, "tenant": self.tenant, "lease.owner": worker, "cursor": cursor}
        updated = await self.collection.update_one(
            mine,
            {
                "$set": {"cursor": after, "lease.until": now + length, "updated_at": now},
                "$inc": {
                    "version": 1,
                    **{f"progress.{name}": count for name, count in counts.items()},
                },
            },
        )
        return updated.matched_count == 1

    async def note_size(self, id: str, accounts: int) -> None:
        """Note how many accounts or groups there are to go through."""
        await self.collection.update_one(
            {"_id": id, "tenant": self.tenant},
            {"$set": {"progress.accounts": accounts}, "$inc": {"version": 1}},
        )

    async def open_jobs(self, now: datetime) -> list[str]:
        """Jobs that wait, or whose worker has fallen silent, in the order they were made."""
        cursor = self.collection.find(
            {
                "tenant": self.tenant,
                "status": {"$in": ["waiting", "running"]},
                "$or": [{"lease": None}, {"lease.until": {"$lte": now}}],
            },
            {"_id": 1},
            sort=[("_id", 1)],
        )
        return [document["_id"] async for document in cursor]
