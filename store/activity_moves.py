"""Activities that come to another person or to another day than they were stored with.

Whoever moves one marks the days it leaves and the days it comes to before it is moved. What is
done again finds nothing left to do: it may be broken off anywhere, and go on beside others.
"""

from collections.abc import AsyncIterator, Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from pymongo import UpdateOne

from domain.identifiers import PersonId, TenantId
from domain.identities import Identity
from store.activity_days import ActivityDayStore
from store.day_counting import PersonDay
from store.driver import Database, Document

SLICE: Final = 1_000


@dataclass(frozen=True, slots=True)
class Newcomer:
    """A person and the identities under which activities may wait for them."""

    person: PersonId
    identities: Collection[Identity]


class ActivityMoves:
    """Moves the activities of one tenant; `days` is what is counted from them."""

    def __init__(self, database: Database, tenant: TenantId) -> None:
        self.days = ActivityDayStore(database, tenant)
        self._activities = database["activities"]
        self._tenant = tenant

    async def attach(self, newcomers: Sequence[Newcomer]) -> int:
        """Give waiting activities to the people they waited for; how many were given."""
        owners = {
            text_of(identity): newcomer.person
            for newcomer in newcomers
            for identity in newcomer.identities
        }
        attached = 0
        for part in _slices(sorted(owners)):
            while found := await self._found({"awaits": {"$in": list(part)}}, "awaits"):
                attached += await self._give(found, owners)
        return attached

    async def reassign(self, person: PersonId, to: PersonId) -> int:
        """Give all activities of one person to another; how many were given."""
        given = {"$set": {"person_id": to}}
        return sum([moved async for moved in self._move(person, (person, to), given)])

    async def detach(self, person: PersonId) -> int:
        """Take all activities from a person; how many were taken.

        Whoever carries the identity that an activity was reported under can have it after that,
        this person too. The person's days are empty at once.
        """
        waits: Document = {"person_id": None, "awaits": {"$ifNull": ["$named", "$$REMOVE"]}}
        waits["detached_from"] = person
        taken = sum([moved async for moved in self._move(person, (person,), [{"$set": waits}])])
        if taken:
            await self.days.empty(person)
        return taken

    async def erase(self, people: Collection[PersonId], identities: Iterable[Identity]) -> None:
        """Take away the activities and the days of these people, for good.

        With them go activities that wait for one of these identities: nobody is to be known by
        what was reported under it so far.
        """
        them = {"$in": list(people)}
        for mine in ({"person_id": them}, {"detached_from": them, "person_id": None}):
            await self._activities.delete_many({"tenant": self._tenant, **mine})
        for part in _slices(sorted(map(text_of, identities))):
            waiting = {"tenant": self._tenant, "awaits": {"$in": list(part)}}
            await self._activities.delete_many(waiting)
        await self.days.erase(people)

    async def redate(self, zone: str, day_of: Callable[[datetime], date]) -> int:
        """Put the next activities that were dated in another time zone on their days in this one.

        How many were found: none when all are dated in it.
        """
        found = await self._found({"zone": {"$ne": zone}}, "at", "person_id")
        marks: list[PersonDay] = []
        writes = []
        for each in found:
            day = day_of(each["at"]).isoformat()
            if each["person_id"] is not None and day != each["day"]:
                days = map(date.fromisoformat, (each["day"], day))
                marks += [(PersonId(each["person_id"]), of) for of in days]
            guard = {key: each[key] for key in ("_id", "at", "day", "person_id")}
            writes.append(
                UpdateOne({**guard, "tenant": self._tenant}, {"$set": {"day": day, "zone": zone}})
            )
        await self.days.mark(marks)
        if writes:
            await self._activities.bulk_write(writes, ordered=False)
        return len(found)

    async def _found(self, query: Document, *shown: str) -> list[Document]:
        cursor = self._activities.find(
            {"tenant": self._tenant, **query},
            {"day": 1, **dict.fromkeys(shown, 1)},
            limit=SLICE,
            batch_size=SLICE,
        )
        return await cursor.to_list(SLICE)

    async def _give(self, found: Sequence[Document], owners: dict[str, PersonId]) -> int:
        await self.days.mark(
            (owners[each["awaits"]], date.fromisoformat(each["day"])) for each in found
        )
        result = await self._activities.bulk_write(
            [
                UpdateOne(
                    {**each, "tenant": self._tenant},
                    {"$set": {"person_id": owners[each["awaits"]]}, "$unset": {"awaits": ""}},
                )
                for each in found
            ],
            ordered=False,
        )
        return result.modified_count

    async def _move(
        self, person: PersonId, marked: Sequence[PersonId], update: Document | list[Document]
    ) -> AsyncIterator[int]:
        """Alter a person's activities slice by slice, once their days are marked for these."""
        while found := await self._found({"person_id": person}):
            days = sorted({each["day"] for each in found})
            await self.days.mark((of, date.fromisoformat(day)) for of in marked for day in days)
            # One that has been moved to another day since then is found again.
            ours = {"_id": {"$in": [each["_id"] for each in found]}, "tenant": self._tenant}
            result = await self._activities.update_many(
                {**ours, "person_id": person, "day": {"$in": days}}, update
            )
            yield result.modified_count


def text_of(identity: Identity) -> str:
    """An identity as activities that wait for it name it."""
    return f"{identity.namespace}|{identity.value}"


def _slices(items: Sequence[str]) -> Iterator[Sequence[str]]:
    return (items[start : start + SLICE] for start in range(0, len(items), SLICE))
