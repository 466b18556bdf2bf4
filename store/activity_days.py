"""Activity days: how often a person did what on one day, counted from the stored activities.

A writer of activities marks the days they fall on before it stores them. A marked day is counted
anew from what is stored, and the count is kept only if the mark is still the one that was read.
A mark outlives the count until the scores made of it are stored, and until every writer that may
have set it must have come to its end: what is stored between mark and count is never lost.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from uuid import uuid4

from pymongo import UpdateMany, UpdateOne
from pymongo.errors import BulkWriteError

from domain.engagement import Window
from domain.identifiers import PersonId, TenantId
from store.driver import Database, Document, aggregate, duplicates_of
from store.schema_version import SCHEMA_VERSION
from store.side_by_side import in_parts

SETTLED_AFTER: Final = timedelta(minutes=10)
"""No writer takes this long between marking a day and storing its activities."""

PersonDay = tuple[PersonId, date]


@dataclass(frozen=True, slots=True)
class Touched:
    """People in the order of their ids; None `until`: there are no more of them behind."""

    people: list[PersonId]
    until: PersonId | None


class ActivityDayStore:
    """The activity days of one tenant; counts are kept by folded spelling of the type."""

    def __init__(
        self, database: Database, tenant: TenantId, settled_after: timedelta = SETTLED_AFTER
    ) -> None:
        self._days = database["activity_days"]
        self._activities = database["activities"]
        self._tenant = tenant
        self._settled_after = settled_after

    async def mark(self, person_days: Iterable[PersonDay]) -> None:
        """Have these days counted anew; to be called before what falls on them is stored."""
        token = uuid4().hex
        writes = [
            UpdateOne(
                {"_id": self._key(person, day)},
                {
                    "$set": {"dirty.token": token},
                    "$unset": {"dirty.run": ""},
                    "$currentDate": {"dirty.at": True},
                    "$setOnInsert": {
                        "tenant": self._tenant,
                        "schema_version": SCHEMA_VERSION,
                        "person_id": person,
                        "day": day.isoformat(),
                        "counts": [],
                    },
                },
                upsert=True,
            )
            for person, day in set(person_days)
        ]
        while writes:
            try:
                await self._days.bulk_write(writes, ordered=False)
            except BulkWriteError as error:
                # Two writers made the same day at once: the slower one marks what is there.
                writes = [writes[place] for place in sorted(duplicates_of(error))]
                continue
            return

    async def empty(self, person: PersonId) -> None:
        """Have no counts on any day of a person until they are counted anew."""
        await self._days.update_many(
            {"tenant": self._tenant, "person_id": person},
            {
                "$set": {"counts": [], "dirty.token": uuid4().hex},
                "$unset": {"dirty.run": ""},
                "$currentDate": {"dirty.at": True},
            },
        )

    async def count_anew(self, run: str, after: PersonDay | None, limit: int) -> list[PersonDay]:
        """Count the next marked days for a run, behind one in the order of people and days.

        The days that were counted, in this order; none when there is none left.
        """
        is_old = {"$lte": ["$dirty.at", self._long_ago]}
        marked = await self._marked(
            after, limit, {"person_id": 1, "day": 1, "dirty": 1, "is_old": is_old}
        )

        async def count(part: Sequence[Document]) -> None:
            writes = _counts_kept(part, await self._counted(part), run)
            await self._days.bulk_write(writes, ordered=False)

        await in_parts(marked, count)
        return [_person_day(day) for day in marked]

    async def settle(self, run: str, after: PersonDay | None, limit: int) -> list[PersonDay]:
        """Take the marks off days whose counts of this run have gone into scores.

        The next marked days that were looked at, as in counting. Those on which nothing is left
        go altogether.
        """
        is_empty = {"$eq": ["$counts", []]}
        shown = {"person_id": 1, "day": 1, "dirty.run": 1, "is_empty": is_empty}
        marked = await self._marked(after, limit, shown)
        settled = {"dirty.run": run, "$expr": {"$lte": ["$dirty.at", self._long_ago]}}

        async def take_off(part: Sequence[Document]) -> None:
            empty, full = ([d["_id"] for d in part if d["is_empty"] is e] for e in (True, False))
            if empty:
                await self._days.delete_many({"_id": {"$in": empty}, "counts": [], **settled})
            if full:
                await self._days.update_many(
                    {"_id": {"$in": full}, **settled}, {"$unset": {"dirty": ""}}
                )

        counted = [day for day in marked if day["dirty"].get("run") == run]
        await in_parts(counted, take_off)
        return [_person_day(day) for day in marked]

    async def touched(self, spans: Sequence[Window], after: str, limit: int) -> Touched:
        """The next people, behind the id `after`, with a marked day or with one in these spans."""
        queries: list[Document] = [{"dirty": {"$exists": True}}]
        for span in spans:
            days = (span.last_day - span.first_day).days + 1
            queries += [
                {"day": (span.first_day + timedelta(days=n)).isoformat()} for n in range(days)
            ]
        found: set[PersonId] = set()
        ends: list[PersonId] = []
        for query in queries:
            cursor = self._days.find(
                {"tenant": self._tenant, "person_id": {"$gt": after}, **query},
                {"_id": 0, "person_id": 1},
                sort=[("person_id", 1)],
                limit=limit,
                batch_size=limit,
            )
            people = [PersonId(day["person_id"]) async for day in cursor]
            found.update(people)
            if len(people) == limit:
                ends.append(people[-1])
        # Beyond the nearest end of a list that was cut off, others of it may come first.
        until = min(ends, default=None)
        return Touched(sorted(p for p in found if until is None or p <= until), until)

    async def count_touched(self, spans: Sequence[Window]) -> int:
        """How many people have a marked day or one in these spans."""
        days = [
            {"day": {"$gte": span.first_day.isoformat(), "$lte": span.last_day.isoformat()}}
            for span in spans
        ]
        found = {"tenant": self._tenant, "$or": [{"dirty": {"$exists": True}}, *days]}
        each = {"$group": {"_id": "$person_id"}}
        rows = await aggregate(self._days, [{"$match": found}, each, {"$count": "people"}])
        return int(rows[0]["people"]) if rows else 0

    async def of_people(
        self, people: Collection[str], window: Window
    ) -> dict[PersonId, dict[date, dict[str, int]]]:
        """The counts of each of these people's days in the window, by folded spelling."""
        cursor = self._days.find(
            {
                "tenant": self._tenant,
                "person_id": {"$in": list(people)},
                "day": {"$gte": window.first_day.isoformat(), "$lte": window.last_day.isoformat()},
            },
            {"_id": 0, "person_id": 1, "day": 1, "counts": 1},
            batch_size=10_000,
        )
        found: dict[PersonId, dict[date, dict[str, int]]] = {}
        async for each in cursor:
            counts = {count["type"]: int(count["count"]) for count in each["counts"]}
            by_day = found.setdefault(PersonId(each["person_id"]), {})
            by_day[date.fromisoformat(each["day"])] = counts
        return found

    @property
    def _long_ago(self) -> Document:
        """Marks up to this moment are of writers who have come to their end."""
        return {"$subtract": ["$$NOW", self._settled_after // timedelta(milliseconds=1)]}

    async def _marked(
        self, after: PersonDay | None, limit: int, shown: Mapping[str, object]
    ) -> list[Document]:
        """The next marked days, behind one in the order of people and days."""
        cursor = self._days.find(
            {"tenant": self._tenant, "dirty": {"$exists": True}, **_behind(after)},
            shown,
            sort=[("person_id", 1), ("day", 1)],
            limit=limit,
            batch_size=limit,
        )
        return await cursor.to_list(limit)

    async def _counted(self, marked: Sequence[Document]) -> dict[tuple[str, str], list[Document]]:
        """The counts of these days, from the activities themselves."""
        days = sorted({day["day"] for day in marked})
        pipeline: list[dict[str, Any]] = [
            {
                "$match": {
                    "tenant": self._tenant,
                    "person_id": {"$in": sorted({day["person_id"] for day in marked})},
                    # The day is what counts; the moments let the index pass over the others.
                    "at": {"$gte": _midnight(days[0], -1), "$lt": _midnight(days[-1], 2)},
                    "day": {"$in": days},
                }
            },
            {
                "$group": {
                    "_id": {"person": "$person_id", "day": "$day", "type": "$type_folded"},
                    "count": {"$sum": 1},
                }
            },
            {"$sort": {"_id": 1}},
        ]
        counts: dict[tuple[str, str], list[Document]] = {}
        for row in await aggregate(self._activities, pipeline):
            key = row["_id"]
            count = {"type": key["type"], "count": row["count"]}
            counts.setdefault((key["person"], key["day"]), []).append(count)
        return counts

    def _key(self, person: PersonId, day: date) -> str:
        return f"{self._tenant}|{person}|{day.isoformat()}"


def _counts_kept(
    marked: Sequence[Document], counts: Mapping[tuple[str, str], list[Document]], run: str
) -> list[UpdateOne | UpdateMany]:
    """The writes that keep these counts where the marks are still those that were read.

    Nobody sets an old mark any more: a day that has one no younger has the one that was read, and
    days with the same counts are one write.
    """
    writes: list[UpdateOne | UpdateMany] = []
    alike: dict[tuple[tuple[str, int], ...], list[str]] = {}
    for day in marked:
        own = counts.get((day["person_id"], day["day"]), [])
        if day["is_old"]:
            alike.setdefault(tuple((each["type"], each["count"]) for each in own), []).append(
                day["_id"]
            )
        else:
            guard = {"_id": day["_id"], "dirty.token": day["dirty"]["token"]}
            writes.append(UpdateOne(guard, {"$set": {"counts": own, "dirty.run": run}}))
    youngest = max((day["dirty"]["at"] for day in marked if day["is_old"]), default=None)
    for same, ids in alike.items():
        own = [{"type": type, "count": count} for type, count in same]
        old = {"_id": {"$in": ids}, "dirty.at": {"$lte": youngest}}
        writes.append(UpdateMany(old, {"$set": {"counts": own, "dirty.run": run}}))
    return writes


def _person_day(day: Document) -> PersonDay:
    return PersonId(day["person_id"]), date.fromisoformat(day["day"])


def _behind(place: PersonDay | None) -> Document:
    if place is None:
        return {}
    person, day = place
    same = {"person_id": person, "day": {"$gt": day.isoformat()}}
    return {"$or": [same, {"person_id": {"$gt": person}}]}


def _midnight(day: str, later: int) -> datetime:
    return datetime.combine(date.fromisoformat(day), time(tzinfo=UTC)) + timedelta(days=later)
