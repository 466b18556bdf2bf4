"""Activities in MongoDB: the reports as their sources gave them, each under its one id.

Of several reports of one source id the greatest stands, in whatever order they come in. A report
about somebody who is not known yet waits under the identity it names. What people have marked an
activity as stays, whichever report stands.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from pymongo import InsertOne, UpdateOne
from pymongo.errors import BulkWriteError

from domain.activities import Activity, Outcome, Rank, identity_of
from domain.activity_exclusions import Said
from domain.activity_types import Exclusion
from domain.folding import fold
from domain.identifiers import PersonId
from domain.identities import Identity
from store.activity_marks import SAID, ActivityMarks, said_in, said_paths
from store.activity_moves import SLICE, text_of
from store.day_counting import PersonDay
from store.driver import Document, aggregate, confirm, duplicates_of
from store.schema_version import SCHEMA_VERSION

_TRIES: Final = 100
_UNSAID: Final = Said()


@dataclass(frozen=True, slots=True)
class Standing:
    """What is stored of an activity: its type as spelled, and whether it waits for its person."""

    type: str
    is_waiting: bool


class ActivityStore(ActivityMarks):
    """The activities of one tenant, and `days`, what is counted from them."""

    async def record(self, activities: Sequence[Activity], stored_at: datetime) -> list[Outcome]:
        """Store what is new and what outranks its predecessor; the outcomes in order."""
        outcomes: dict[int, Outcome] = {}
        waiting = dict(enumerate(activities))
        for _ in range(len(activities) + _TRIES):
            if not waiting:
                break
            batch = _first_of_each(waiting)
            for place, outcome in (await self._record(batch, stored_at)).items():
                outcomes[place] = outcome
                del waiting[place]
        else:
            raise RuntimeError(f"activities kept changing: {sorted(waiting)[:10]}")
        return [outcomes[place] for place in range(len(activities))]

    async def standing(self, ids: Iterable[str]) -> dict[str, Standing]:
        """The activities of these ids as they are stored, whichever reports they are of."""
        cursor = self._activities.find(
            {"_id": {"$in": list(set(ids))}, "tenant": self._tenant},
            {"type_name": 1, "person_id": 1},
            batch_size=SLICE,
        )
        return {
            each["_id"]: Standing(each["type_name"], each["person_id"] is None)
            async for each in cursor
        }

    async def confirm(self, id: str) -> None:
        """Return once all that was read before, this activity too, is known to a majority."""
        await confirm(self._activities, self._tenant, id)

    async def awaited(self, after: str) -> dict[str, Identity]:
        """The next identities that activities wait for, by the texts they are in order of."""
        rows = await aggregate(
            self._activities,
            [
                {"$match": {"tenant": self._tenant, "awaits": {"$gt": after}}},
                {"$sort": {"tenant": 1, "awaits": 1}},
                {"$limit": 10 * SLICE},
                {"$group": {"_id": "$awaits"}},
                {"$sort": {"_id": 1}},
            ],
        )
        texts = [str(row["_id"]) for row in rows]
        return {text: Identity(*text.split("|", 1)) for text in texts}

    async def _record(self, batch: dict[int, Activity], stored_at: datetime) -> dict[int, Outcome]:
        """One try, at most one activity of an id; what others changed meanwhile is left out."""
        known = await self._known([activity.id for activity in batch.values()])
        outcomes: dict[int, Outcome] = {}
        new: dict[int, Activity] = {}
        greater: dict[int, Activity] = {}
        marks: list[PersonDay] = []
        for place, activity in batch.items():
            stored = known.get(activity.id)
            if stored is None:
                new[place] = activity
            elif activity.rank.exceeds(_rank(stored)):
                greater[place] = activity
                marks += _person_day(stored)
            else:
                outcomes[place] = Outcome.UNCHANGED
                continue
            if activity.person is not None:
                marks.append((activity.person, activity.day))
        await self.days.mark(marks)
        outcomes |= dict.fromkeys(await self._insert(new, stored_at), Outcome.STORED)
        replaced = await self._replace(greater, known, stored_at)
        return outcomes | dict.fromkeys(replaced, Outcome.UPDATED)

    async def _known(self, ids: Iterable[str]) -> dict[str, Document]:
        cursor = self._activities.find(
            {"_id": {"$in": list(ids)}, "tenant": self._tenant},
            dict.fromkeys(("source_updated_at", "content_hash", "person_id", "day", *SAID), 1),
            batch_size=SLICE,
        )
        return {document["_id"]: document async for document in cursor}

    async def _insert(self, new: dict[int, Activity], stored_at: datetime) -> list[int]:
        places = list(new)
        if not places:
            return []
        own = {"tenant": self._tenant, "schema_version": SCHEMA_VERSION}
        writes = [
            InsertOne({"_id": activity.id, **own} | values_of(activity, stored_at))
            for activity in new.values()
        ]
        taken: set[int] = set()
        try:
            await self._activities.bulk_write(writes, ordered=False)
        except BulkWriteError as error:
            taken = duplicates_of(error)
        return [place for number, place in enumerate(places) if number not in taken]

    async def _replace(
        self, greater: dict[int, Activity], known: dict[str, Document], stored_at: datetime
    ) -> list[int]:
        if not greater:
            return []
        writes = []
        for activity in greater.values():
            stored = known[activity.id]
            guard = {key: stored.get(key) for key in ("content_hash", "source_updated_at")}
            guard |= {key: stored[key] for key in ("_id", "person_id", "day")}
            guard |= {"tenant": self._tenant, "marked_as": stored.get("marked_as")}
            values = values_of(activity, stored_at, said_in(stored))
            writes.append(UpdateOne(guard, _update(values)))
        result = await self._activities.bulk_write(writes, ordered=False)
        if result.matched_count == len(writes):
            return list(greater)
        now = await self._known([activity.id for activity in greater.values()])
        return [
            place
            for place, activity in greater.items()
            if activity.id in now and _rank(now[activity.id]) == activity.rank
        ]


def _first_of_each(waiting: dict[int, Activity]) -> dict[int, Activity]:
    """The first waiting report of every id: later ones of the same id come after it."""
    first: dict[str, int] = {}
    for place, activity in waiting.items():
        first.setdefault(activity.id, place)
    return {place: waiting[place] for place in first.values()}


def values_of(activity: Activity, stored_at: datetime, before: Said = _UNSAID) -> dict[str, Any]:
    """What is stored of an activity beside its id and its tenant; `before` has what it is marked as
    already."""
    report = activity.report
    awaits, named = activity.awaits, identity_of(report.person)
    return {
        "source": report.source,
        "source_id": report.source_id,
        "type_name": report.type,
        "type_folded": fold(report.type),
        "person_id": activity.person,
        "named": text_of(named) if named else None,
        "at": report.at,
        "day": activity.day.isoformat(),
        "zone": activity.zone,
        "attributes": dict(report.attributes),
        "source_updated_at": activity.rank.source_updated_at,
        "content_hash": activity.rank.content_hash,
        "stored_at": stored_at,
        **said_paths(Said(before.marked, report.excluded_as, activity.ruled_as)),
        **({"awaits": text_of(awaits)} if awaits else {}),
    }


def _update(values: dict[str, Any]) -> Document:
    gone = {key: "" for key in ("awaits", *SAID, "excluded_as") if key not in values}
    return {"$set": values, **({"$unset": gone} if gone else {})}


def _rank(stored: Document) -> Rank:
    reported = stored.get("reported_as")
    return Rank(
        stored["source_updated_at"],
        stored["content_hash"],
        Exclusion(reported) if reported else None,
    )


def _person_day(stored: Document) -> list[PersonDay]:
    if stored["person_id"] is None:
        return []
    return [(PersonId(stored["person_id"]), date.fromisoformat(stored["day"]))]
