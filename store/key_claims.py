"""Keys of repeated commands: one document a key, claimed before its command is done."""

from datetime import datetime
from typing import Final

from pymongo.errors import DuplicateKeyError

from domain.idempotency import KEPT, KeyedCommand
from domain.identifiers import TenantId, derived
from store.driver import Database, Document, confirm
from store.relay import Relay
from store.schema_version import SCHEMA_VERSION

_NAME: Final = "idempotency_keys"


class KeyClaims:
    """The keys of one tenant's commands that do not keep their answer in what they change."""

    def __init__(self, database: Database, tenant: TenantId, relay: Relay) -> None:
        self._keys = database[_NAME]
        self._events = database["events"]
        self._tenant = tenant
        self._relay = relay

    async def claim(self, command: KeyedCommand, now: datetime) -> bool:
        """Take the key for a command that begins now; False when it is taken. Old ones go."""
        await self._keys.delete_many({"tenant": self._tenant, "at": {"$lte": now - KEPT}})
        document = {**self._own(command), "schema_version": SCHEMA_VERSION, "at": now}
        try:
            await self._keys.insert_one({**document, "input_hash": command.input_hash})
        except DuplicateKeyError:
            return False
        return True

    async def taken(self, command: KeyedCommand) -> Document | None:
        """What is known of the command's key: `input_hash`, `at`, and the `answer` if there is.

        `is_abandoned` when nobody is at work on it.
        """
        return await self._keys.find_one(self._own(command))

    async def take_over(self, command: KeyedCommand, taken: Document, now: datetime) -> bool:
        """Take a key that was found so, and never answered; False when others did."""
        known = {"at": taken["at"], "is_abandoned": taken.get("is_abandoned")}
        claimed = {**self._own(command), **known, "answer": {"$exists": False}}
        update = {"$set": {"at": now}, "$unset": {"is_abandoned": ""}}
        return (await self._keys.update_one(claimed, update)).matched_count == 1

    async def done(self, command: KeyedCommand) -> Document | None:
        """The event of a command whose answer was lost, if it was done; a majority knows it."""
        await self._relay.sweep()
        event = await self._events.find_one(
            {"tenant": self._tenant, "command": self.name_of(command)}, sort=[("position", 1)]
        )
        if event is not None:
            await confirm(self._events, self._tenant, event["_id"])
        return event

    async def keep(self, command: KeyedCommand, answer: Document) -> None:
        """Keep the answer of a command that is done."""
        await self._keys.update_one(self._own(command), {"$set": {"answer": answer}})

    async def abandon(self, command: KeyedCommand) -> None:
        """Leave the key to whoever asks again: whether the command was done is not known."""
        abandoned = {**self._own(command), "answer": {"$exists": False}}
        await self._keys.update_one(abandoned, {"$set": {"is_abandoned": True}})

    async def let_go(self, command: KeyedCommand) -> None:
        """Give back the key of a command that has done nothing."""
        await self._keys.delete_one({**self._own(command), "answer": {"$exists": False}})

    def name_of(self, command: KeyedCommand) -> str:
        """What the events of a command call it."""
        return derived("key", self._tenant, command.actor, command.mutation, command.key)

    def _own(self, command: KeyedCommand) -> Document:
        return {"_id": self.name_of(command), "tenant": self._tenant}
