"""Daily runs: which days had theirs, from when until when. What a run did stands in its jobs."""

from datetime import date, datetime

from pymongo.errors import DuplicateKeyError

from domain.identifiers import DailyRunId, TenantId, derived
from store.driver import BY_ID, Database
from store.records import Records
from store.relay import Relay
from store.schema_version import SCHEMA_VERSION


class DailyRunStore(Records):
    """The daily runs of one tenant, one document for each day that had one."""

    def __init__(self, database: Database, tenant: TenantId, relay: Relay) -> None:
        super().__init__(database, "daily_runs", tenant, relay)

    async def begin(self, day: date, at: datetime) -> None:
        """Note that a day's run has begun, once."""
        id = self._id(day)
        run = {
            "_id": id,
            "tenant": self.tenant,
            "version": 1,
            "schema_version": SCHEMA_VERSION,
            "day": day.isoformat(),
            "started_at": at,
            "finished_at": None,
        }
        if await self.one(id, {"_id": 1}) is not None:
            return
        try:
            await self.collection.insert_one(run)
        except DuplicateKeyError:  # another scheduler was faster
            return

    async def finish(self, day: date, at: datetime) -> None:
        """Note that all of a day's run is over; the first moment stays."""
        await self.collection.update_one(
            {"_id": self._id(day), "tenant": self.tenant, "finished_at": None},
            {"$set": {"finished_at": at}, "$inc": {"version": 1}},
            hint=BY_ID,
        )

    def _id(self, day: date) -> DailyRunId:
        return DailyRunId(derived("day", self.tenant, day.isoformat()))
