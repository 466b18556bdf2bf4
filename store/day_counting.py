"""Counting marked days: from the stored activities to what the days hold.

A count is kept only if the mark is still the one that was read. It takes the mark off in the same
write if whoever set it must have come to their end; the run that counted stands in its place. As
long as a run is not over, nobody knows whether its counts have gone into scores.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from uuid import uuid4

from pymongo import UpdateMany

from domain.identifiers import PersonId, ScoringRunId, TenantId
from store.driver import BY_ID, Database, Document, aggregate
from store.side_by_side import in_parts

SETTLED_AFTER: Final = timedelta(minutes=10)
"""No writer takes this long between marking a day and storing its activities."""

PersonDay = tuple[PersonId, date]

Counts = tuple[tuple[str, str, int], ...]
"""How often each folded spelling occurs on a day, and as what it is excluded, "" if not; in their
order."""


@dataclass(frozen=True, slots=True)
class MarkedDay:
    """A day to be counted anew, and its mark as it was read; an old one nobody works under."""

    id: str
    person: PersonId
    day: date
    token: str
    at: datetime
    is_old: bool

    @property
    def person_day(self) -> PersonDay:
        return self.person, self.day


class DayCounting:
    """The activity days of one tenant, as they are counted."""

    def __init__(
        self, database: Database, tenant: TenantId, settled_after: timedelta = SETTLED_AFTER
    ) -> None:
        self._days = database["activity_days"]
        self._activities = database["activities"]
        self._tenant = tenant
        self._settled_after = settled_after

    async def marked(self, after: PersonDay | None, limit: int) -> list[MarkedDay]:
        """The next marked days, behind one in the order of people and days."""
        is_old = {"$lte": ["$dirty.at", self._long_ago]}
        shown = {"person_id": 1, "day": 1, "dirty": 1, "is_old": is_old}
        return [
            MarkedDay(
                each["_id"],
                PersonId(each["person_id"]),
                date.fromisoformat(each["day"]),
                each["dirty"]["token"],
                each["dirty"]["at"],
                each["is_old"],
            )
            for each in await self._marked(after, limit, shown)
        ]

    async def count(self, marked: Sequence[MarkedDay], run: str) -> None:
        """Count these days for a run.

        A young mark stays, and so does that of a day on which nothing is left.
        """

        async def keep(part: Sequence[MarkedDay]) -> None:
            writes = _counts_kept(self._tenant, part, await self._counted(part), run)
            if writes:
                await self._days.bulk_write(writes, ordered=False)

        await in_parts(marked, keep)

    async def recall(self, runs: Collection[ScoringRunId], limit: int) -> int:
        """Mark the next days that were counted by one of these runs; how many were found."""
        counted = {"tenant": self._tenant, "counted_in": {"$in": list(runs)}}
        cursor = self._days.find(counted, {"_id": 1}, limit=limit, batch_size=limit)
        ids = [day["_id"] async for day in cursor]
        if ids:
            update = new_mark()
            update["$unset"]["counted_in"] = ""
            found = {"_id": {"$in": ids}, **counted}
            await self._days.update_many(found, update, hint=BY_ID)
        return len(ids)

    async def settle(self, run: str, after: PersonDay | None, limit: int) -> list[PersonDay]:
        """Take the marks that are old by now off days whose counts of this run are in scores.

        The next marked days that were looked at, as in counting. Those on which nothing is left
        go altogether.
        """
        is_empty = {"$and": [{"$eq": ["$counts", []]}, {"$not": ["$excluded"]}]}
        shown = {"person_id": 1, "day": 1, "dirty.run": 1, "is_empty": is_empty}
        marked = await self._marked(after, limit, shown)
        settled = {
            "tenant": self._tenant,
            "dirty.run": run,
            "$expr": {"$lte": ["$dirty.at", self._long_ago]},
        }

        async def take_off(part: Sequence[Document]) -> None:
            empty, full = ([d["_id"] for d in part if d["is_empty"] is e] for e in (True, False))
            if empty:
                nothing = {"counts": [], "excluded": {"$exists": False}}
                await self._days.delete_many(
                    {"_id": {"$in": empty}, **nothing, **settled}, hint=BY_ID
                )
            if full:
                await self._days.update_many(
                    {"_id": {"$in": full}, **settled}, {"$unset": {"dirty": ""}}, hint=BY_ID
                )

        counted = [day for day in marked if day["dirty"].get("run") == run]
        await in_parts(counted, take_off)
        return [(PersonId(day["person_id"]), date.fromisoformat(day["day"])) for day in marked]

    @property
    def _long_ago(self) -> Document:
        """Marks up to this moment are of writers who have come to their end."""
        return {"$subtract": ["$$NOW", self._settled_after // timedelta(milliseconds=1)]}

    async def _marked(
        self, after: PersonDay | None, limit: int, shown: Mapping[str, object]
    ) -> list[Document]:
        cursor = self._days.find(
            {"tenant": self._tenant, "dirty": {"$exists": True}, **_behind(after)},
            shown,
            sort=[("person_id", 1), ("day", 1)],
            limit=limit,
            batch_size=limit,
        )
        return await cursor.to_list(limit)

    async def _counted(self, marked: Sequence[MarkedDay]) -> dict[PersonDay, Counts]:
        """The counts of these days, from the index of the activities alone."""
        days = sorted({each.day for each in marked})
        texts = {day.isoformat(): day for day in days}
        pipeline: list[dict[str, Any]] = [
            {
                "$match": {
                    "tenant": self._tenant,
                    "person_id": {"$in": sorted({each.person for each in marked})},
                    # The day is what counts; the moments let the index pass over the others.
                    "at": {"$gte": _midnight(days[0], -1), "$lt": _midnight(days[-1], 2)},
                    "day": {"$in": list(texts)},
                }
            },
            {
                "$group": {
                    "_id": {
                        "person": "$person_id",
                        "day": "$day",
                        "type": "$type_folded",
                        "as": "$excluded_as",
                    },
                    "count": {"$sum": 1},
                }
            },
        ]
        counts: dict[PersonDay, list[tuple[str, str, int]]] = {}
        for row in await aggregate(self._activities, pipeline):
            key = row["_id"]
            place = PersonId(key["person"]), texts[key["day"]]
            excluded_as = key.get("as") or ""
            counts.setdefault(place, []).append((key["type"], excluded_as, row["count"]))
        return {place: tuple(sorted(of_types)) for place, of_types in counts.items()}


def new_mark() -> Document:
    """The update that marks days, whatever marks they have."""
    return {
        "$set": {"dirty.token": uuid4().hex},
        "$unset": {"dirty.run": ""},
        "$currentDate": {"dirty.at": True},
    }


def _counts_kept(
    tenant: TenantId, marked: Sequence[MarkedDay], counts: Mapping[PersonDay, Counts], run: str
) -> list[UpdateMany]:
    """The writes that keep these counts where the marks are still those that were read.

    Nobody sets an old mark any more: a day that has one no younger has the one that was read. Days
    with the same counts are one write, for each write costs more than a day in it.
    """
    alike: dict[tuple[str | None, Counts], list[str]] = {}
    for each in marked:
        token = None if each.is_old else each.token
        alike.setdefault((token, counts.get(each.person_day, ())), []).append(each.id)
    youngest = max((each.at for each in marked if each.is_old), default=None)
    writes = []
    for (token, same), ids in alike.items():
        kept, gone = _stored(same)
        is_read = {"dirty.at": {"$lte": youngest}} if token is None else {"dirty.token": token}
        if token is None and same:
            update = {"$set": {**kept, "counted_in": run}, "$unset": {**gone, "dirty": ""}}
        else:
            update = {"$set": {**kept, "dirty.run": run}, **({"$unset": gone} if gone else {})}
        writes.append(
            UpdateMany({"_id": {"$in": ids}, "tenant": tenant, **is_read}, update, hint=BY_ID)
        )
    return writes


def _stored(counts: Counts) -> tuple[Document, Document]:
    """What a day holds of these counts, and what it does not: nothing excluded, mostly."""
    counted = [{"type": type, "count": count} for type, reason, count in counts if not reason]
    excluded = [
        {"type": type, "excluded_as": reason, "count": count}
        for type, reason, count in counts
        if reason
    ]
    if excluded:
        return {"counts": counted, "excluded": excluded}, {}
    return {"counts": counted}, {"excluded": ""}


def _behind(place: PersonDay | None) -> Document:
    if place is None:
        return {}
    person, day = place
    same = {"person_id": person, "day": {"$gt": day.isoformat()}}
    return {"$or": [same, {"person_id": {"$gt": person}}]}


def _midnight(day: date, later: int) -> datetime:
    return datetime.combine(day, time(tzinfo=UTC)) + timedelta(days=later)
