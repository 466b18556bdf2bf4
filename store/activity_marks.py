"""What is said of activities in MongoDB: by people, by their source, and of their source.

Beside the three the answer is stored, `excluded_as`, by which days are counted; what says nothing
is not there at all. Whoever alters it marks the days before, as whoever stores an activity does.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final

from pymongo import UpdateOne

from domain.activity_exclusions import Mark, Said, SourceRule
from domain.activity_types import Exclusion
from domain.events import Event
from domain.identifiers import ActivityId, PersonId, TenantId
from store.activity_moves import SLICE, ActivityMoves
from store.day_counting import PersonDay
from store.driver import Database, Document
from store.event_documents import to_document
from store.relay import Relay

SAID: Final = ("marked_as", "reported_as", "ruled_as")
COUNTED: Final[Document] = {"excluded_as": {"$nin": [each.value for each in Exclusion]}}
"""Finds what is not left out; put so that an index alone can answer it."""
_TRIES: Final = 20

Step = tuple[datetime, str]
"""A place among the activities of a source: the moment and the id of one."""


@dataclass(frozen=True, slots=True)
class Marked:
    """Which of the activities asked for there are, and which of them are marked otherwise now."""

    found: Collection[ActivityId]
    changed: Collection[ActivityId]


class ActivityMarks(ActivityMoves):
    """Marks the activities of one tenant."""

    def __init__(self, database: Database, tenant: TenantId, relay: Relay) -> None:
        super().__init__(database, tenant)
        self._relay = relay

    async def say(
        self,
        ids: Collection[ActivityId],
        mark: Mark | None,
        stamp: Mapping[str, object],
        tell: Callable[[ActivityId, PersonId | None, Mark | None], Event],
    ) -> Marked:
        """Mark activities of these ids as people say, or (None) take their marks away.

        `stamp` says who does so and when, which stays with them. `tell` makes the event of an
        activity, of this person if it is anybody's, that was marked like this before.
        """
        changed: set[ActivityId] = set()
        for _ in range(_TRIES):
            found = await self._found({"_id": {"$in": list(ids)}}, "person_id", *SAID)
            others = [
                (each, replace(said, marked=mark))
                for each in found
                if (said := said_in(each)).marked is not mark
            ]
            if not others:
                if changed:
                    await self._relay.forward(self._activities.name, changed)
                return Marked({each["_id"] for each in found}, changed)
            changed |= {each["_id"] for each, _ in others}
            told = {
                each["_id"]: to_document(tell(each["_id"], each["person_id"], said_in(each).marked))
                for each, _ in others
            }
            await self._save(others, {**stamp}, told)
        raise RuntimeError(f"activities kept changing: {sorted(ids)[:10]}")

    async def follow_rule(self, rule: SourceRule, after: Step | None) -> Step | None:
        """Let the next activities of a source, behind this one, follow its rule; the last one.

        None when there are none behind.
        """
        query: Document = {"tenant": self._tenant, "source": rule.source}
        if after is not None:
            at, id = after
            query["$or"] = [{"at": at, "_id": {"$gt": id}}, {"at": {"$gt": at}}]
        shown = ("at", "day", "person_id", *SAID)
        cursor = self._activities.find(
            query,
            dict.fromkeys(shown, 1),
            sort=[("at", 1), ("_id", 1)],
            limit=SLICE,
            batch_size=SLICE,
        )
        found = await cursor.to_list(SLICE)
        others = [
            (each, replace(said, ruled=rule.excluded_as))
            for each in found
            if (said := said_in(each)).ruled is not rule.excluded_as
        ]
        await self._save(others, {}, {})
        return (found[-1]["at"], found[-1]["_id"]) if found else None

    async def _save(
        self,
        others: list[tuple[Document, Said]],
        stamp: Document,
        told: Mapping[str, Document],
    ) -> None:
        """Store what is said of these, with the events of it, unless something else is by now."""
        days: list[PersonDay] = []
        writes = []
        for each, said in others:
            if each["person_id"] is not None and said.excluded_as is not said_in(each).excluded_as:
                days.append((PersonId(each["person_id"]), date.fromisoformat(each["day"])))
            guard = {key: each.get(key) for key in ("_id", "person_id", "day", *SAID)}
            values = {**said_paths(said), **stamp}
            gone = {key: "" for key in (*SAID, "excluded_as") if key not in values}
            event = {"outbox": told[each["_id"]]} if each["_id"] in told else {}
            update = {"$set": values, "$unset": gone, "$push": event}
            given = {operator: paths for operator, paths in update.items() if paths}
            writes.append(UpdateOne({**guard, "tenant": self._tenant}, given))
        await self.days.mark(days)
        if writes:
            await self._activities.bulk_write(writes, ordered=False)


def said_in(stored: Document) -> Said:
    """What is said of a stored activity."""
    marked, reported, ruled = (stored.get(key) for key in SAID)
    return Said(
        Mark(marked) if marked else None,
        Exclusion(reported) if reported else None,
        Exclusion(ruled) if ruled else None,
    )


def said_paths(said: Said) -> dict[str, Any]:
    """What is stored of it: only what there is to say."""
    told = {
        "marked_as": said.marked,
        "reported_as": said.reported,
        "ruled_as": said.ruled,
        "excluded_as": said.excluded_as,
    }
    return {key: value.value for key, value in told.items() if value is not None}
