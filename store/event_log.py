"""The event log: a tenant's events in the order of their positions, as they are read on from one.

Everything here is read as a majority of the deployment's members knows it. What only the primary
knew could be gone after it has failed, and another event stand at a position already told.
"""

import asyncio
from datetime import datetime
from typing import Final

from pymongo.read_concern import ReadConcern

from domain.identifiers import TenantId
from store.driver import BY_ID, Database, Document
from store.reading import SECONDS_FOR_A_READ
from store.relay import event_key
from store.wanted_events import EVERY_EVENT, Wanted

_MILLISECONDS: Final = int(SECONDS_FOR_A_READ * 1_000)


class EventLog:
    """The events of one tenant."""

    def __init__(self, database: Database, tenant: TenantId) -> None:
        events = database["events"]
        self._tenant = tenant
        self._known = events.with_options(read_concern=ReadConcern("majority"))
        self._confirmed = events.with_options(read_concern=ReadConcern("linearizable"))

    async def last(self) -> int:
        """The last position there is; 0 before the first event."""
        async with asyncio.timeout(SECONDS_FOR_A_READ):
            found = await self._known.find_one(
                self._beyond(0), {"position": 1}, sort=[("_id", -1)], hint=BY_ID
            )
        return int(found["position"]) if found else 0

    async def moment(self, position: int) -> datetime | None:
        """When the event at a position happened; None when there surely is none."""
        async with asyncio.timeout(SECONDS_FOR_A_READ):
            found = await self._confirmed.find_one(
                {"_id": event_key(self._tenant, position), "tenant": self._tenant},
                {"at": 1},
                hint=BY_ID,
            )
        return found["at"] if found else None

    async def after(
        self, position: int, size: int, wanted: Wanted = EVERY_EVENT, until: int | None = None
    ) -> list[Document]:
        """The first wanted events beyond a position, so many at most and none beyond `until`."""
        if wanted.conditions:
            span = {"$gt": position} if until is None else {"$gt": position, "$lte": until}
            found = {"tenant": self._tenant, "position": span, **wanted.query}
            hint, order = None, "position"
        else:
            found, hint, order = self._beyond(position, until), BY_ID, "_id"
        cursor = self._known.find(
            found,
            sort=[(order, 1)],
            limit=size,
            batch_size=size,
            hint=hint,
            max_time_ms=_MILLISECONDS,
        )
        async with asyncio.timeout(SECONDS_FOR_A_READ):
            return await cursor.to_list(None)

    def _beyond(self, position: int, until: int | None = None) -> Document:
        last = f"{self._tenant}:\uffff" if until is None else event_key(self._tenant, until)
        between = {"$gt": event_key(self._tenant, position), "$lte": last}
        return {"_id": between, "tenant": self._tenant}
