"""The events of buying groups, as their history is told from them."""

from datetime import datetime

from domain.events import Event, EventType
from domain.identifiers import TenantId
from store.driver import Database
from store.event_documents import from_document

_AT_ONCE = 10_000


class GroupEvents:
    """The events of one tenant's groups."""

    def __init__(self, database: Database, tenant: TenantId) -> None:
        self._events = database["events"]
        self._tenant = tenant

    async def until(self, group: str, moment: datetime) -> list[Event]:
        """The events of a group up to a moment, in the order of their positions."""
        cursor = self._events.find(
            {"tenant": self._tenant, "buying_group_id": group, "at": {"$lte": moment}},
            {"_id": 0, "tenant": 0, "schema_version": 0},
            sort=[("position", 1)],
            batch_size=_AT_ONCE,
        )
        return [from_document(document) async for document in cursor]

    async def next_migration(self, group: str, moment: datetime) -> Event | None:
        """The first event after a moment by which a group went over to another template."""
        document = await self._events.find_one(
            {
                "tenant": self._tenant,
                "buying_group_id": group,
                "type": EventType.BUYING_GROUP_MIGRATED.value,
                "at": {"$gt": moment},
            },
            sort=[("position", 1)],
        )
        return from_document(document) if document else None

    async def next_renaming(self, group: str, moment: datetime) -> Event | None:
        """The first event after a moment by which a group was given another name."""
        document = await self._events.find_one(
            {
                "tenant": self._tenant,
                "buying_group_id": group,
                "type": EventType.BUYING_GROUP_UPDATED.value,
                "at": {"$gt": moment},
                "personal.before.name": {"$exists": True},
            },
            sort=[("position", 1)],
        )
        return from_document(document) if document else None
