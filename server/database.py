"""The database of a process: an embedded MongoDB, or the one that QUORUM_MONGODB_URI names."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from server import mongod_binary
from server.database_metrics import watches
from server.mongod import EmbeddedMongod, MongodUnavailable, embedded_mongod
from server.process import CommandFailed
from server.settings import Settings
from store.deployment import answers, connect
from store.driver import Client, Database, Listener, close, open_database, takes_writes
from store.indexes import ensure_indexes
from store.migrations import NewerDatabase, migrate

_PING_SECONDS: Final = 2.0


_SILENT: Final = "MongoDB does not answer"


@dataclass(frozen=True, slots=True)
class Opened:
    """An open database; whether its MongoDB is believed to run, and if not, why."""

    database: Database
    client: Client
    is_running: Callable[[], bool] = lambda: True
    obstacle: Callable[[], str] = lambda: _SILENT

    def takes_writes(self) -> bool:
        """Whether it took writes when it was last heard of, which is seconds ago at most."""
        return takes_writes(self.client)

    async def reason_not_ready(self) -> str | None:
        """Why the database cannot be used now; None when it answers within seconds."""
        if not (self.is_running() and self.takes_writes()):
            return self.obstacle()
        try:
            async with asyncio.timeout(_PING_SECONDS):
                return None if await answers(self.client) else _SILENT
        except TimeoutError:
            return _SILENT


@asynccontextmanager
async def opened(settings: Settings, listeners: Sequence[Listener] = ()) -> AsyncIterator[Opened]:
    """The database that the settings name, its documents of today's shape and its indexes made.

    CommandFailed says what is in the way.

    The embedded MongoDB is started or joined, and left last of all.
    """
    async with _mongodb(settings) as (uri, mongod):
        client = await connect(uri, settings.driver, [*watches(), *listeners])
        if isinstance(client, str):
            raise CommandFailed(f"The MongoDB of {_named(settings)} cannot be used: {client}.")
        try:
            database = open_database(client, settings.database)
            await _bring_up(database)
            await ensure_indexes(database)
            if mongod is None:
                yield Opened(database, client)
            else:
                yield Opened(database, client, lambda: mongod.is_healthy, lambda: mongod.obstacle)
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
async def _mongodb(settings: Settings) -> AsyncIterator[tuple[str, EmbeddedMongod | None]]:
    """The address of MongoDB, and the embedded one if it is that."""
    if settings.mongodb_uri is not None:
        yield settings.mongodb_uri, None
        return
    try:
        named = settings.mongod and mongod_binary.chosen(settings.mongod)
        async with embedded_mongod(settings.data, mongod=named) as mongod:
            yield mongod.uri, mongod
    except MongodUnavailable as error:
        raise CommandFailed(str(error)) from error


def _named(settings: Settings) -> str:
    return "QUORUM_MONGODB_URI" if settings.mongodb_uri else str(settings.data)
