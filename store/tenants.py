"""Tenants: one document each; its `_id` is the tenant."""

from datetime import datetime

from domain.identifiers import TenantId
from store.driver import Database, Document
from store.records import Records
from store.relay import Relay


class TenantStore(Records):
    """The settings of one tenant."""

    def __init__(self, database: Database, tenant: TenantId, relay: Relay) -> None:
        super().__init__(database, "tenants", tenant, relay)

    async def own(self) -> Document | None:
        """The tenant's document, or None when there is no such tenant."""
        return await self.one(self.tenant)

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


async def all_tenants(database: Database) -> list[Document]:
    """Every tenant of the deployment, in the order of their ids."""
    cursor = database["tenants"].find({}, {"outbox": 0}, sort=[("_id", 1)])
    return [document async for document in cursor]
