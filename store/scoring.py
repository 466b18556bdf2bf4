"""Scoring where the data is: people and groups slice by slice, and what was announced of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from pymongo import UpdateOne

from domain.engagement import NOT_DECAYED, Window
from domain.events import Event
from domain.identifiers import BuyingGroupId, PersonId, TenantId
from domain.weighting_models import TypeWeight
from store.driver import BY_ID, Collection, Database, Document, aggregate, unconfirmed
from store.event_documents import to_document
from store.reading import Order, Place, Reader
from store.reading import Window as Rows
from store.relay import Relay
from store.scoring_pipelines import Stamp, groups_pipeline, people_pipeline
from store.scoring_runs import ScoringRunStore
from store.side_by_side import in_parts

_BY_MEMBER: Final = [("tenant", 1), ("member_ids", 1)]
_TOLD: Final = frozenset({"account_id", "solution_interest_id", "engagement"})


@dataclass(frozen=True, slots=True)
class Announcement:
    """A group's whole score as events told it last, of which version, and what is told now.

    No event where the whole score is the same.
    """

    group: BuyingGroupId
    version: int
    before: int | None
    after: int
    event: Event | None


class ScoringStore:
    """The raws of one tenant; `runs` says what they were computed by."""

    def __init__(self, database: Database, tenant: TenantId, relay: Relay) -> None:
        self.runs = ScoringRunStore(database, tenant)
        self._people = database["people"]
        self._groups = database["buying_groups"]
        self._days = database["activity_days"]
        self._tenant = tenant
        self._relay = relay
        self._reader = Reader(database, tenant)

    async def score_people(
        self,
        people: Sequence[PersonId],
        window: Window,
        spellings: Mapping[str, TypeWeight],
        stamp: Stamp,
        factors: Mapping[date, Decimal] = NOT_DECAYED,
    ) -> None:
        """Compute these people's raws; whoever has nothing in the window any more is at 0.

        `factors` says what an act of each day counts, where that is not 1.
        """

        async def score(part: Sequence[PersonId]) -> None:
            pipeline = people_pipeline(self._tenant, part, window, spellings, factors, stamp)
            await aggregate(self._days, pipeline)

        await in_parts(people, score)

    async def score_groups(self, groups: Sequence[BuyingGroupId], stamp: Stamp) -> None:
        """Compute both figures of these groups from their members' raws."""
        await self._score(self._groups, groups, stamp)

    async def score_marked_groups(self, groups: Sequence[BuyingGroupId], stamp: Stamp) -> None:
        """The same of groups that are marked as due, and are marked again if this is lost."""
        await self._score(unconfirmed(self._groups), groups, stamp)

    async def _score(
        self, collection: Collection, groups: Sequence[BuyingGroupId], stamp: Stamp
    ) -> None:
        async def score(part: Sequence[BuyingGroupId]) -> None:
            await aggregate(collection, groups_pipeline(self._tenant, part, stamp))

        await in_parts(groups, score)

    async def next_people(self, after: str, limit: int) -> list[PersonId]:
        """The next people of the tenant in the order of their ids."""
        cursor = self._people.find(
            {"tenant": self._tenant, "_id": {"$gt": after}},
            {"_id": 1},
            sort=[("_id", 1)],
            limit=limit,
            batch_size=limit,
        )
        return [PersonId(document["_id"]) async for document in cursor]

    async def groups_of(
        self, people: Sequence[PersonId], stamp: Stamp, after: str, limit: int
    ) -> list[BuyingGroupId]:
        """The next groups that one of these people is in and no earlier slice has scored."""
        is_new = [{"engagement.run_id": {"$ne": stamp.run}}, {"engagement.slice": stamp.slice}]
        query = {"member_ids": {"$in": list(people)}, "$or": is_new, "_id": {"$gt": after}}
        # Without the hint two dozen indexes are tried against each other for a few groups.
        return await self._ids(query, limit, _BY_MEMBER)

    async def due_groups(self, after: str, limit: int) -> list[BuyingGroupId]:
        """The next groups that are new, or whose members have changed, since they were scored."""
        return await self._ids({"score_due": {"$exists": True}, "_id": {"$gt": after}}, limit)

    async def scored_before(
        self, groups: Sequence[BuyingGroupId], job: str | None, number: int
    ) -> list[BuyingGroupId]:
        """Those made by a job (None: by none) among these, with figures of an earlier run."""
        made = {"_id": {"$in": list(groups)}, "created_by_job.job_id": job}
        return await self._ids({**made, "engagement.run_number": {"$lt": number}}, 0)

    async def changed_groups(
        self, since: datetime, stamp: Stamp, after: str, limit: int
    ) -> list[BuyingGroupId]:
        """The next groups, changed since a moment, whose figures are not of this run."""
        query = {"updated_at": {"$gte": since}, "engagement.run_id": {"$ne": stamp.run}}
        return await self._ids({**query, "_id": {"$gt": after}}, limit)

    async def largest_person(self) -> tuple[float, int]:
        """The largest raw of a person, and the largest weight that occurred in the window."""
        raw = await self._largest(self._people, "raw")
        return raw, int(await self._largest(self._people, "largest_weight"))

    async def largest_group_raw(self) -> float:
        """The largest raw of a group."""
        return float(await self._largest(self._groups, "raw"))

    async def leading_groups(self, limit: int) -> list[BuyingGroupId]:
        """The groups of the largest raws."""
        cursor = self._groups.find(
            {"tenant": self._tenant, "engagement.raw": {"$gt": 0}},
            {"_id": 1},
            sort=[("engagement.raw", -1)],
            limit=limit,
        )
        return [BuyingGroupId(document["_id"]) async for document in cursor]

    async def all_figures(self, after: Place | None, limit: int) -> list[Document]:
        """The same of the next scored groups, in the order of their raws."""
        rows = Rows(Order("engagement.raw"), limit, after)
        scored = {"engagement.raw": {"$exists": True}}
        return await self._reader.page(self._groups.name, scored, rows, _TOLD)

    async def announce(self, announcements: Sequence[Announcement]) -> None:
        """Write each event with the score it tells, unless another was told meanwhile.

        A group whose members have changed since is told about once it is scored anew.
        """
        if not announcements:
            return
        await self._groups.bulk_write(list(map(self._telling, announcements)), ordered=False)
        told = [each.group for each in announcements if each.event is not None]
        if told:
            await self._relay.forward(self._groups.name, told)

    def _telling(self, announcement: Announcement) -> UpdateOne:
        guard = {
            "_id": announcement.group,
            "tenant": self._tenant,
            "engagement.announced": announcement.before,
            "score_due": {"$not": {"$gt": announcement.version}},
        }
        update: Document = {"$unset": {"engagement.untold": "", "score_due": ""}}
        if announcement.event is not None:
            update["$set"] = {"engagement.announced": announcement.after}
            update["$push"] = {"outbox": to_document(announcement.event)}
        return UpdateOne(guard, update, hint=BY_ID)

    async def _ids(
        self, query: Document, limit: int, hint: Sequence[tuple[str, int]] | None = None
    ) -> list[BuyingGroupId]:
        cursor = self._groups.find(
            {"tenant": self._tenant, **query},
            {"_id": 1},
            sort=[("_id", 1)],
            limit=limit,
            batch_size=10_000,
            hint=hint,
        )
        return [BuyingGroupId(document["_id"]) async for document in cursor]

    async def _largest(self, collection: Collection, figure: str) -> float:
        path = f"engagement.{figure}"
        above = {"tenant": self._tenant, path: {"$gt": 0}}
        found = await collection.find_one(above, {path: 1}, sort=[(path, -1)])
        return float(found["engagement"][figure]) if found else 0.0
