"""Activity days: how often a person did what on one day, counted from the stored activities.

A writer of activities marks the days they fall on before it stores them. A marked day is counted
anew from what is stored, and the count is kept only if the mark is still the one that was read.
A mark outlives the count until the scores made of it are stored, and until every writer that may
have set it must have come to its end: what is stored between mark and count is never lost.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from uuid import uuid4

from pymongo import UpdateOne
from pymongo.errors import BulkWriteError

from domain.engagement import Window
from domain.identifiers import PersonId, TenantId
from store.driver import Database, Document, aggregate, duplicates_of

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

    async def count_anew(self, run: str, after: PersonDay | None, limit: int) -> PersonDay | None:
        """Count the next marked days for a run, behind one in the order of people and days.

        The last one counted, to go on from; None when there was none left.
        """
        cursor = self._days.find(
            {"tenant": self._tenant, "dirty": {"$exists": True}, **_behind(after)},
            {"person_id": 1, "day": 1, "dirty.token": 1},
            sort=[("person_id", 1), ("day", 1)],
            limit=limit,
            batch_size=limit,
        )
        marked = await cursor.to_list(limit)
        if not marked:
            return None
        counts = await self._counted(marked)
        await self._days.bulk_write(
            [
                UpdateOne(
                    {"_id": day["_id"], "dirty.token": day["dirty"]["token"]},
                    {
                        "$set": {
                            "counts": counts.get((day["person_id"], day["day"]), []),
                            "dirty.run": run,
                        }
                    },
                )
                for day in marked
            ],
            ordered=False,
        )
        last = marked[-1]
        return PersonId(last["person_id"]), date.fromisoformat(last["day"])

    async def settle(self, run: str) -> int:
        """Take the marks off days whose counts of this run have gone into scores; how many."""
        settled = {
            "$expr": {
                "$lte": [
                    "$dirty.at",
                    {"$subtract": ["$$NOW", self._settled_after // timedelta(milliseconds=1)]},
                ]
            }
        }
        result = await self._days.update_many(
            {"tenant": self._tenant, "dirty": {"$exists": True}, "dirty.run": run, **settled},
            {"$unset": {"dirty": ""}},
        )
        return result.modified_count

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


def _behind(place: PersonDay | None) -> Document:
    if place is None:
        return {}
    person, day = place
    same = {"person_id": person, "day": {"$gt": day.isoformat()}}
    return {"$or": [same, {"person_id": {"$gt": person}}]}


def _midnight(day: str, later: int) -> datetime:
    return datetime.combine(date.fromisoformat(day), time(tzinfo=UTC)) + timedelta(days=later)
