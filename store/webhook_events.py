"""The events that webhooks tell of, read in the order of their positions.

Only what a majority of the servers has is read: an event that a failover takes back would leave its
position to another one, which nobody would be told of any more.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from pymongo.read_concern import ReadConcern

from domain.events import Event
from domain.identifiers import EventId, TenantId
from domain.webhook_endpoints import Told
from store.driver import BY_ID, Database, Document
from store.event_documents import from_document
from store.relay import event_key

_TOLD: Final = {
    "_id": 0,
    "event_id": 1,
    "type": 1,
    "position": 1,
    "subject_id": 1,
    "account_id": 1,
    "buying_group_id": 1,
    "solution_interest_id": 1,
}


class WebhookEvents:
    """The events of one tenant."""

    def __init__(self, database: Database, tenant: TenantId) -> None:
        self._events = database["events"].with_options(read_concern=ReadConcern("majority"))
        self._tenant = tenant

    async def after(self, position: int, at_most: int, until: int | None = None) -> list[Told]:
        """The events beyond a position, and up to another, in order."""
        cursor = self._events.find(
            self._between(position, until),
            _TOLD,
            sort=[("_id", 1)],
            limit=at_most,
            batch_size=at_most,
            hint=BY_ID,
        )
        return [_told(document) for document in await cursor.to_list(None)]

    async def at(self, positions: Iterable[int]) -> dict[int, Event]:
        """The events at these positions."""
        keys = [event_key(self._tenant, position) for position in positions]
        found = {"_id": {"$in": keys}, "tenant": self._tenant}
        cursor = self._events.find(found, hint=BY_ID, batch_size=1_000)
        return {each["position"]: from_document(each) for each in await cursor.to_list(None)}

    async def position_before(self, moment: datetime, last: int) -> int:
        """The last position before all events of a moment or later; `last` if none is."""
        first = await self._events.find_one(
            {"tenant": self._tenant, "at": {"$gte": moment}},
            {"position": 1},
            sort=[("position", 1)],
            hint=[("tenant", 1), ("at", 1), ("position", 1)],
        )
        return int(first["position"]) - 1 if first else last

    async def position_until(self, moment: datetime) -> int:
        """The last position of an event before a moment; 0 if there is none."""
        last = await self._events.find_one(
            {"tenant": self._tenant, "at": {"$lt": moment}},
            {"position": 1},
            sort=[("at", -1), ("position", -1)],
        )
        return int(last["position"]) if last else 0

    def _between(self, after: int, until: int | None) -> Document:
        end = f"{self._tenant}:\uffff" if until is None else event_key(self._tenant, until)
        between = {"$gt": event_key(self._tenant, after), "$lte": end}
        return {"_id": between, "tenant": self._tenant}


def _told(document: Document) -> Told:
    return Told(
        EventId(document["event_id"]),
        document["type"],
        document["position"],
        document["subject_id"],
        document.get("account_id"),
        document.get("buying_group_id"),
        document.get("solution_interest_id"),
    )
