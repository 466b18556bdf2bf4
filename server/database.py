"""The database of a process: an embedded MongoDB, or the one that QUORUM_MONGODB_URI names."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from server import mongod_binary
from server.mongod import MongodUnavailable, embedded_mongod
from server.process import CommandFailed
from server.settings import Settings
from store.deployment import answers, connect
from store.driver import Client, Database, close, open_database
from store.indexes import ensure_indexes
from store.migrations import NewerDatabase, migrate

_PING_SECONDS: Final = 2.0


@dataclass(frozen=True, slots=True)
class Opened:
    """An open database, and whether its MongoDB is believed to run."""

    database: Database
    client: Client
    is_running: Callable[[], bool]

    async def is_ready(self) -> bool:
        """Whether the database answers now, within seconds."""
        if not self.is_running():
            return False
        try:
            async with asyncio.timeout(_PING_SECONDS):
                return await answers(self.client)
        except TimeoutError:
            return False


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Opened]:
    """The database that the settings name, its documents of today's shape and its indexes made.

    CommandFailed says what is in the way.

    The embedded MongoDB is started or joined, and left last of all.
    """
    async with _mongodb(settings) as (uri, is_running):
        client = await connect(uri, settings.driver)
        if isinstance(client, str):
            raise CommandFailed(f"The MongoDB of {_named(settings)} cannot be used: {client}.")
        try:
            database = open_database(client, settings.database)
            await _bring_up(database)
            await ensure_indexes(database)
            yield Opened(database, client, is_running)
        finally:
            await close(client)


async def _bring_up(database: Database) -> None:
    found = await migrate(database)
    if isinstance(found, NewerDatabase):
        raise CommandFailed(
            f"The database {database.name} is of the schema version {found.stored}, written by a"
            f" newer Quorum; this one knows {found.known}. Run the newer one, or restore an export"
            " into a database of its own."
        )


@asynccontextmanager
async def _mongodb(settings: Settings) -> AsyncIterator[tuple[str, Callable[[], bool]]]:
    if settings.mongodb_uri is not None:
        yield settings.mongodb_uri, lambda: True
        return
    try:
        named = settings.mongod and mongod_binary.chosen(settings.mongod)
        async with embedded_mongod(settings.data, mongod=named) as mongod:
            yield mongod.uri, lambda: mongod.is_healthy
    except MongodUnavailable as error:
        raise CommandFailed(str(error)) from error


def _named(settings: Settings) -> str:
    return "QUORUM_MONGODB_URI" if settings.mongodb_uri else str(settings.data)
