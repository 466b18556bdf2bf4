"""Members of audiences in MongoDB: each account says of which audiences it is, since when.

An account joins or leaves by one update that finds it only where that changes something, and that
adds the event to the account's outbox: so it does once, however many try. Like scores this is no
version of the account, and it delays nobody who changes one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from pymongo import UpdateOne

from domain.events import Event
from domain.identifiers import AccountId, AudienceId, JobId, TenantId
from store.driver import BY_ID, Database, Document
from store.event_documents import to_document
from store.records import Records
from store.relay import Relay

MEMBERSHIPS: Final = "audiences"
ENDED: Final = "left_audiences"
AUDIENCE: Final = f"{MEMBERSHIPS}.audience_id"
"""The path that finds the members of an audience."""


@dataclass(frozen=True, slots=True)
class Crossing:
    """An account that joins an audience, or leaves it, in the version in which that was decided."""

    account: AccountId
    joins: bool
    version: int
    event: Event


class AudienceMemberStore(Records):
    """The members of one tenant's audiences."""

    def __init__(self, database: Database, tenant: TenantId, relay: Relay) -> None:
        super().__init__(database, "accounts", tenant, relay)

    async def cross(
        self, audience: AudienceId, crossings: Sequence[Crossing], *, job: JobId, at: datetime
    ) -> int:
        """Let accounts join and leave; how many have.

        The others were changed meanwhile, or have joined or left already.
        """
        if not crossings:
            return 0
        writes = [self._write(audience, each, job, at) for each in crossings]
        result = await self.collection.bulk_write(writes, ordered=False)
        await self._relay.forward("accounts", [each.account for each in crossings])
        return result.modified_count

    async def crossed_by(
        self, job: JobId, audience: AudienceId, *, after: str, last: str
    ) -> tuple[int, int]:
        """How many accounts of a stretch have joined by a job and are members, and have left."""
        mark = {"$elemMatch": {"audience_id": audience, "job_id": job}}
        stretch = {"tenant": self.tenant, "_id": {"$gt": after, "$lte": last}}
        joined = await self.collection.count_documents({**stretch, MEMBERSHIPS: mark})
        left = await self.collection.count_documents({**stretch, ENDED: mark})
        return joined, left

    async def forget(self, audience: AudienceId, limit: int) -> int:
        """Take an audience that is gone away from some accounts; from how many."""
        ended = f"{ENDED}.audience_id"
        named = {"$or": [{"tenant": self.tenant, path: audience} for path in (AUDIENCE, ended)]}
        cursor = self.collection.find(named, {"_id": 1}, limit=limit)
        ids = [document["_id"] async for document in cursor]
        if ids:
            entry = {"audience_id": audience}
            await self.collection.update_many(
                {"_id": {"$in": ids}, "tenant": self.tenant},
                {"$pull": {MEMBERSHIPS: entry, ENDED: entry}},
            )
        return len(ids)

    def _write(
        self, audience: AudienceId, crossing: Crossing, job: JobId, at: datetime
    ) -> UpdateOne:
        moment = "joined_at" if crossing.joins else "left_at"
        to, other = (MEMBERSHIPS, ENDED) if crossing.joins else (ENDED, MEMBERSHIPS)
        is_outside: Document = {"$ne": audience}
        return UpdateOne(
            {
                **self._guard(crossing.account, crossing.version),
                AUDIENCE: is_outside if crossing.joins else audience,
            },
            {
                "$pull": {other: {"audience_id": audience}},
                "$push": {
                    to: {"audience_id": audience, moment: at, "job_id": job},
                    "outbox": to_document(crossing.event),
                },
            },
            hint=BY_ID,
        )
