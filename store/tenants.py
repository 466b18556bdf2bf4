"""Tenants: one document each; its `_id` is the tenant."""

from datetime import date, datetime

from domain.identifiers import TenantId
from store.driver import Database, Document
from store.records import Records
from store.relay import Relay


class TenantStore(Records):
    """The settings of one tenant."""

    def __init__(self, database: Database, tenant: TenantId, relay: Relay) -> None:
        super().__init__(database, "tenants", tenant, relay)

    async def own(self) -> Document | None:
        """The tenant's document; None when there is no such tenant, or not all of it yet."""
        return await self.collection.find_one({**self._self(), "restoring": {"$exists": False}})

    async def is_being_restored(self) -> bool:
        """Whether a restore of the tenant was begun and has not come to its end."""
        begun = {**self._self(), "restoring": {"$exists": True}}
        return await self.collection.find_one(begun, {"_id": 1}) is not None

    async def note_daily_run(self, day: date) -> None:
        """Note the last day whose daily run is over; a later one stays."""
        await self.collection.update_one(
            {"_id": self.tenant}, {"$max": {"daily.day": day.isoformat()}}
        )

    def new(self, name: str, time_zone: str, at: datetime, actor: str) -> Document:
        """The document of a new tenant."""
        return {
            "_id": self.tenant,
            "name": name,
            "time_zone": time_zone,
            "active_weighting_model_id": None,
            "weighting_revision": 0,
            "custom_fields": {"account": {}, "person": {}},
            "scoring": None,
            "created_at": at,
            "created_by": actor,
            "updated_at": at,
            "updated_by": actor,
        }

    def _self(self) -> Document:
        return {"_id": self.tenant, "tenant": self.tenant}


async def all_tenants(database: Database) -> list[Document]:
    """Every tenant of the deployment that is not being restored, in the order of their ids."""
    cursor = database["tenants"].find(
        {"restoring": {"$exists": False}}, {"outbox": 0}, sort=[("_id", 1)]
    )
    return [document async for document in cursor]
