"""Accounts in MongoDB: upserted, placed in one hierarchy a tenant, owning what they have won."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Final

from pymongo import UpdateOne
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.errors import BulkWriteError, DuplicateKeyError

from domain.hierarchy import Place
from domain.identifiers import TenantId
from store.driver import Database, duplicates_of
from store.relay import Relay
from store.transactions import OutOfTurn, transaction
from store.upserted import UpsertedRecords

_AT_ONCE: Final = 10_000


class AccountStore(UpsertedRecords):
    """The accounts of one tenant."""

    def __init__(
        self,
        database: Database,
        tenant: TenantId,
        relay: Relay,
        session: AsyncClientSession | None = None,
    ) -> None:
        super().__init__(database, "accounts", tenant, relay, session)

    @asynccontextmanager
    async def in_turn(self) -> AsyncIterator["AccountStore"]:
        """The accounts for one who alters the hierarchy, alone until the end of the block.

        Everything read and written through it is one transaction, and so is every other turn:
        its guard document makes two turns collide whatever accounts they touch. Raises
        `OutOfTurn` when it has to be tried again.
        """
        database = self.collection.database
        try:
            async with transaction(database) as session:
                await database["hierarchies"].update_one(
                    {"_id": self.tenant}, {"$inc": {"revision": 1}}, upsert=True, session=session
                )
                yield AccountStore(database, self.tenant, self._relay, session)
        except DuplicateKeyError as error:
            raise OutOfTurn from error
        except BulkWriteError as error:
            duplicates_of(error)
            raise OutOfTurn from error

    async def below(self, accounts: Iterable[str]) -> dict[str, list[str]]:
        """The accounts below any of these, at any distance, each with the stored ones above it."""
        cursor = self.collection.find(
            {"tenant": self.tenant, "ancestor_ids": {"$in": list(accounts)}},
            {"ancestor_ids": 1},
            batch_size=_AT_ONCE,
            session=self._session,
        )
        return {each["_id"]: each["ancestor_ids"] async for each in cursor}

    async def place(self, places: Mapping[str, Place]) -> None:
        """Store where accounts stand: what follows from the links is no version and no event."""
        if places:
            await self.collection.bulk_write(
                [
                    UpdateOne(
                        {"_id": id, "tenant": self.tenant},
                        {"$set": {"ancestor_ids": place.ancestors, "level": place.level}},
                    )
                    for id, place in places.items()
                ],
                ordered=False,
                session=self._session,
            )

    async def doubt_products(self, ids: Sequence[str]) -> None:
        """Mark accounts whose won products may no longer be what is stored.

        Whoever computed them from an earlier state cannot store them any more.
        """
        if ids:
            await self.collection.update_many(
                {"_id": {"$in": list(ids)}, "tenant": self.tenant},
                {"$set": {"products_in_doubt": True}, "$inc": {"version": 1}},
            )

    async def in_doubt(self, limit: int) -> list[str]:
        """Some accounts whose won products may no longer be what is stored."""
        cursor = self.collection.find(
            {"tenant": self.tenant, "products_in_doubt": True}, {"_id": 1}, limit=limit
        )
        return [each["_id"] async for each in cursor]
