"""Interest signals in MongoDB: each under the one id its source gives it, never told twice."""

from collections.abc import Mapping
from typing import Any, Final

from domain.identifiers import PersonId, TenantId
from store.driver import Database, Document
from store.records import Records
from store.relay import Relay

SLICE: Final = 1_000


class InterestSignalStore(Records):
    """The interest signals of one tenant."""

    def __init__(self, database: Database, tenant: TenantId, relay: Relay) -> None:
        super().__init__(database, "interest_signals", tenant, relay)

    async def reassign(self, person: PersonId, to: PersonId) -> None:
        """Give all signals of one person to another; what is done again finds nothing to do."""
        await self.collection.update_many(
            {"tenant": self.tenant, "person_id": person},
            {"$set": {"person_id": to}, "$inc": {"version": 1}},
        )

    async def forget(self, about: Mapping[str, Any]) -> bool:
        """Take away the signals that a query finds, but not what is told of them in `events`.

        False when an event could not be moved there, so that its signal had to stay.
        """
        found: Document = {"tenant": self.tenant, **about}
        while True:
            cursor = self.collection.find(found, {"_id": 1}, limit=SLICE)
            ids = [each["_id"] for each in await cursor.to_list(SLICE)]
            if not ids:
                return True
            await self._relay.forward(self.collection.name, ids)
            told = {"_id": {"$in": ids}, "tenant": self.tenant, "outbox": []}
            if not (await self.collection.delete_many(told)).deleted_count:
                return False
