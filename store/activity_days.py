"""Activity days: how often a person did what on one day, counted from the stored activities.

A writer of activities marks the days they fall on before it stores them. A marked day is counted
anew from what is stored. A mark outlives the counts until every writer that may have set it must
have come to its end: what is stored between mark and count is never lost.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from pymongo import UpdateOne
from pymongo.errors import BulkWriteError

from domain.activity_types import Exclusion
from domain.engagement import Window
from domain.identifiers import PersonId, ScoringRunId
from store.day_counting import DayCounting, PersonDay, new_mark
from store.driver import BY_ID, Document, aggregate, duplicates_of
from store.schema_version import SCHEMA_VERSION


@dataclass(frozen=True, slots=True)
class Touched:
    """People in the order of their ids; None `until`: there are no more of them behind."""

    people: list[PersonId]
    until: PersonId | None


class ActivityDayStore(DayCounting):
    """The activity days of one tenant; counts are kept by folded spelling of the type."""

    async def mark(self, person_days: Iterable[PersonDay]) -> None:
        """Have these days counted anew; to be called before what falls on them is stored."""
        mark = new_mark()
        writes = [
            UpdateOne(
                {"_id": self._key(person, day), "tenant": self._tenant},
                {
                    **mark,
                    "$setOnInsert": {
                        "schema_version": SCHEMA_VERSION,
                        "person_id": person,
                        "day": day.isoformat(),
                        "counts": [],
                    },
                },
                upsert=True,
                hint=BY_ID,
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
        update = new_mark()
        update["$set"]["counts"] = []
        update["$unset"]["excluded"] = ""
        await self._days.update_many({"tenant": self._tenant, "person_id": person}, update)

    async def erase(self, people: Collection[PersonId]) -> None:
        """Take away all days of these people."""
        await self._days.delete_many({"tenant": self._tenant, "person_id": {"$in": list(people)}})

    async def touched(
        self, run: ScoringRunId, spans: Sequence[Window], after: str, limit: int
    ) -> Touched:
        """The next people, behind the id `after`, whose raws a run may find to be others.

        They have a marked day, one that the run has counted, or one in these spans.
        """
        queries: list[Document] = [{"dirty": {"$exists": True}}, {"counted_in": run}]
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

    async def count_touched(self, run: ScoringRunId, spans: Sequence[Window]) -> int:
        """How many people have a marked day, one the run has counted, or one in these spans."""
        days = [
            {"day": {"$gte": span.first_day.isoformat(), "$lte": span.last_day.isoformat()}}
            for span in spans
        ]
        either = [{"dirty": {"$exists": True}}, {"counted_in": run}, *days]
        found = {"tenant": self._tenant, "$or": either}
        each = {"$group": {"_id": "$person_id"}}
        rows = await aggregate(self._days, [{"$match": found}, each, {"$count": "people"}])
        return int(rows[0]["people"]) if rows else 0

    async def of_people(
        self, people: Collection[str], window: Window
    ) -> dict[PersonId, dict[date, dict[str, int]]]:
        """The counts of each of these people's days in the window, by folded spelling."""
        counts, _ = await self.with_excluded(people, window)
        return counts

    async def with_excluded(
        self, people: Collection[str], window: Window
    ) -> tuple[
        dict[PersonId, dict[date, dict[str, int]]],
        dict[PersonId, Counter[tuple[str, Exclusion]]],
    ]:
        """The same, and how many single acts of each are left out, by spelling and reason."""
        days = {"$gte": window.first_day.isoformat(), "$lte": window.last_day.isoformat()}
        cursor = self._days.find(
            {"tenant": self._tenant, "person_id": {"$in": list(people)}, "day": days},
            {"_id": 0, "person_id": 1, "day": 1, "counts": 1, "excluded": 1},
            batch_size=10_000,
        )
        found: dict[PersonId, dict[date, dict[str, int]]] = {}
        left_out: dict[PersonId, Counter[tuple[str, Exclusion]]] = {}
        for each in await cursor.to_list(None):
            person = PersonId(each["person_id"])
            counts = {count["type"]: int(count["count"]) for count in each["counts"]}
            found.setdefault(person, {})[date.fromisoformat(each["day"])] = counts
            for count in each.get("excluded", ()):
                reason = count["type"], Exclusion(count["excluded_as"])
                left_out.setdefault(person, Counter())[reason] += int(count["count"])
        return found, left_out

    def _key(self, person: PersonId, day: date) -> str:
        return f"{self._tenant}|{person}|{day.isoformat()}"
