"""Keys of repeated commands: one document a key, claimed before its command is done."""

from datetime import datetime
from typing import Final

from pymongo.errors import DuplicateKeyError

from domain.idempotency import KEPT, KeyedCommand
from domain.identifiers import TenantId, derived
from store.driver import Database, Document
from store.schema_version import SCHEMA_VERSION

_NAME: Final = "idempotency_keys"


class KeyClaims:
    """The keys of one tenant's commands that do not keep their answer in what they change."""

    def __init__(self, database: Database, tenant: TenantId) -> None:
        self._keys = database[_NAME]
        self._tenant = tenant

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
        """What is known of the command's key: `input_hash`, `at`, and the `answer` if there is."""
        return await self._keys.find_one({"_id": self._id(command), "tenant": self._tenant})

    async def take_over(self, command: KeyedCommand, since: datetime, now: datetime) -> bool:
        """Take a key that was claimed at `since` and never answered; False when others did."""
        claimed = {**self._own(command), "at": since, "answer": {"$exists": False}}
        taken = await self._keys.update_one(claimed, {"$set": {"at": now}})
        return taken.matched_count == 1

    async def keep(self, command: KeyedCommand, answer: Document) -> None:
        """Keep the answer of a command that is done."""
        await self._keys.update_one(self._own(command), {"$set": {"answer": answer}})

    async def let_go(self, command: KeyedCommand) -> None:
        """Give back the key of a command that has done nothing."""
        await self._keys.delete_one({**self._own(command), "answer": {"$exists": False}})

    def _own(self, command: KeyedCommand) -> Document:
        return {"_id": self._id(command), "tenant": self._tenant}

    def _id(self, command: KeyedCommand) -> str:
        return derived("key", self._tenant, command.actor, command.mutation, command.key)
