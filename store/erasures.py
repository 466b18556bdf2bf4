"""Erasures: where something that names a person is kept beside their record, and its end there."""

from collections.abc import Callable, Collection
from typing import Any, Final

from domain.events import EventType
from domain.identifiers import TenantId
from store.driver import Database, Document
from store.relay import OUTBOXES

BEING_ERASED: Final = "being_erased"
"""Where a person's document says since when they are being erased."""


class ErasureStore:
    """What one tenant keeps about people beside their records."""

    def __init__(self, database: Database, tenant: TenantId) -> None:
        self._database = database
        self._tenant = tenant

    async def waits(self, people: Collection[str]) -> bool:
        """Whether an event about one of them still waits in an outbox."""
        waiting = {"outbox.0": {"$exists": True}, "outbox.person_id": {"$in": list(people)}}
        for name in OUTBOXES:
            found = {"tenant": self._tenant, **waiting}
            if await self._database[name].find_one(found, {"_id": 1}) is not None:
                return True
        return False

    async def told(self, people: Collection[str]) -> list[Document]:
        """What the events about them keep apart: names, addresses, keys, reasons."""
        found = {**self._about(people), "personal": {"$exists": True}}
        cursor = self._database["events"].find(found, {"personal": 1}, batch_size=1_000)
        return [event["personal"] async for event in cursor]

    async def groups_of(self, people: Collection[str]) -> list[str]:
        """The groups in which something was ever said of them."""
        named = {**self._about(people), "buying_group_id": {"$exists": True}}
        found = await self._database["events"].distinct("buying_group_id", named)
        return sorted(found)

    async def scrub_history(self, people: Collection[str]) -> None:
        """Take out of the events about them whatever tells who they are.

        Of a change of the person nothing stays but that there was one; of a group's, what the
        group needs. Events that come in later are not looked at.
        """
        events = self._database["events"]
        mark: Document = {"$set": {"erased": True}}
        gone = {"$unset": {"before": "", "after": "", "personal": ""}}
        of_person = {"tenant": self._tenant, "subject_id": {"$in": list(people)}}
        of_person |= {"type": {"$ne": EventType.PERSON_ERASED.value}}
        await events.update_many(of_person, mark | gone)
        others = {**self._about(people), "subject_id": {"$nin": list(people)}}
        await events.update_many(others, mark | {"$unset": {"personal": ""}})

    async def redact_reasons(self, groups: Collection[str], redact: Callable[[Any], Any]) -> None:
        """Redact what the events of these groups keep apart: why something was done."""
        events = self._database["events"]
        found = {"tenant": self._tenant, "buying_group_id": {"$in": list(groups)}}
        cursor = events.find({**found, "personal": {"$exists": True}}, {"personal": 1})
        async for event in cursor:
            shown = redact(event["personal"])
            if shown != event["personal"]:
                ours = {"_id": event["_id"], "tenant": self._tenant}
                await events.update_one(ours, {"$set": {"personal": shown}})

    async def redact_answers(self, redact: Callable[[Any], Any]) -> None:
        """Redact the answers that are kept for keys of commands."""
        keys = self._database["idempotency_keys"]
        cursor = keys.find({"tenant": self._tenant, "answer": {"$exists": True}}, {"answer": 1})
        async for kept in cursor:
            shown = redact(kept["answer"])
            if shown != kept["answer"]:
                ours = {"_id": kept["_id"], "tenant": self._tenant}
                await keys.update_one(ours, {"$set": {"answer": shown}})

    async def answering_groups(self, people: Collection[str]) -> list[str]:
        """The groups that keep answers about them."""
        kept = {"answers.key": {"$exists": True}, "answers.answer.person_id": {"$in": list(people)}}
        cursor = self._database["buying_groups"].find({"tenant": self._tenant, **kept}, {"_id": 1})
        return [group["_id"] async for group in cursor]

    async def free_identities(self, people: Collection[str]) -> None:
        """Let go of every address and key that is claimed for them."""
        owned = {"tenant": self._tenant, "owner": {"$in": list(people)}}
        await self._database["identities"].delete_many(owned)

    def _about(self, people: Collection[str]) -> Document:
        return {"tenant": self._tenant, "person_id": {"$in": list(people)}}
