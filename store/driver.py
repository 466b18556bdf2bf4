"""The MongoDB driver: the few places where Motor and PyMongo's async API differ.

Everything else in the store is written and typed against PyMongo's async API, whose
collections Motor's resemble call by call.
"""

import asyncio
import inspect
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC
from enum import Enum
from typing import Any, Final, cast

from bson.codec_options import CodecOptions
from motor.motor_asyncio import AsyncIOMotorClient
from pymongo import AsyncMongoClient, ReadPreference
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import BulkWriteError, PyMongoError
from pymongo.monitoring import CommandListener, ConnectionPoolListener
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

Document = dict[str, Any]
Client = AsyncMongoClient[Document]
Database = AsyncDatabase[Document]
Collection = AsyncCollection[Document]
Listener = CommandListener | ConnectionPoolListener

READ_EVERYTHING_AT_ONCE = 100_000
TIMES: Final[Mapping[str, int]] = {
    "serverSelectionTimeoutMS": 5_000,
    "connectTimeoutMS": 5_000,
    "heartbeatFrequencyMS": 1_000,
    "waitQueueTimeoutMS": 10_000,
}
"""Milliseconds, unless the address says otherwise. A command may take its time while the server's
heartbeat is heard; once that is late by `connectTimeoutMS`, whatever waits is broken off."""
BY_ID: Final = [("_id", 1)]
"""The hint for whatever is found by its id: in any other index it could move while it is read, and
be missed."""
_DUPLICATE_KEY: Final = 11_000
_SECONDS_TO_END: Final = 1.0


class Driver(Enum):
    """Which of the two drivers a process uses."""

    MOTOR = "motor"
    PYMONGO = "pymongo"


def open_client(
    uri: str, driver: Driver = Driver.MOTOR, *, listeners: Sequence[Listener] = ()
) -> Client:
    """A client for `uri`; nothing is sent before its first command."""
    options: dict[str, Any] = {
        "tz_aware": True,
        "appname": "quorum",
        **{name: time for name, time in TIMES.items() if f"{name}=".lower() not in uri.lower()},
        "event_listeners": list(listeners),
    }
    if driver is Driver.MOTOR:
        return cast(Client, AsyncIOMotorClient(uri, **options))
    return AsyncMongoClient(uri, **options)


def open_database(client: Client, name: str) -> Database:
    """The database as Quorum uses it: acknowledged means on a majority's journal."""
    return client.get_database(
        name,
        codec_options=CodecOptions(tz_aware=True, tzinfo=UTC),
        read_preference=ReadPreference.PRIMARY,
        write_concern=WriteConcern(w="majority", j=True),
        read_concern=ReadConcern("local"),
    )


def unconfirmed(collection: Collection) -> Collection:
    """The collection for writes that nobody has to wait for a majority to know.

    Such a write may be lost with the server that took it: there has to be something left, stored
    before it, by which it is found out that it has to be done again.
    """
    return collection.with_options(write_concern=WriteConcern(w=1))


async def close(client: Client) -> None:
    """Close the client's connections."""
    closing = client.close()
    if inspect.isawaitable(closing):
        await closing


async def aggregate(
    collection: Collection, pipeline: Sequence[Mapping[str, object]], **options: object
) -> list[Document]:
    """Every document a pipeline gives; a pipeline that ends in `$merge` gives none."""
    options.setdefault("batchSize", READ_EVERYTHING_AT_ONCE)
    cursor: Any = collection.aggregate(list(pipeline), **cast(dict[str, Any], options))
    if inspect.isawaitable(cursor):
        cursor = await cursor
    return cast(list[Document], await cursor.to_list(None))


async def watch(
    database: Database, pipeline: Sequence[Mapping[str, object]], seconds: float
) -> AsyncGenerator[list[Document], None]:
    """What changes from now on, in the words of this pipeline; whatever has come is told at once.

    The first list, told once the stream is open, is empty; so is one of which nothing came in so
    many seconds. A stream that is lost ends with the driver's error. Both drivers tell one change
    a call, and Motor takes a thread for each: hence the commands themselves.
    """
    opening: Any = database.client.start_session()
    session = await opening if inspect.isawaitable(opening) else opening
    async with session:
        stages = [{"$changeStream": {}}, *pipeline]
        command = {"aggregate": 1, "pipeline": stages, "cursor": {}}
        opened = (await database.command(command, session=session))["cursor"]
        further = {
            "getMore": opened["id"],
            "collection": opened["ns"].removeprefix(f"{database.name}."),
            "maxTimeMS": int(seconds * 1_000),
        }
        changes = opened["firstBatch"]
        try:
            while True:
                yield changes
                answer = await database.command(further, session=session)
                changes = answer["cursor"]["nextBatch"]
        finally:
            ended = {"killCursors": further["collection"], "cursors": [opened["id"]]}
            with suppress(PyMongoError, TimeoutError):
                async with asyncio.timeout(_SECONDS_TO_END):
                    await database.command(ended)


def takes_writes(client: Client) -> bool:
    """Whether the deployment took writes at its last heartbeat; nobody is asked."""
    servers = client.topology_description.server_descriptions().values()
    return any(server.is_writable for server in servers)


async def confirm(collection: Collection, tenant: str, id: str) -> None:
    """Return once all that was read before, this document too, is known to a majority.

    A server that has been deposed without knowing it cannot answer this.
    """
    linearizable = collection.with_options(read_concern=ReadConcern("linearizable"))
    await linearizable.find_one({"_id": id, "tenant": tenant}, {"_id": 1}, hint=BY_ID)


def duplicates_of(error: BulkWriteError) -> set[int]:
    """The places of the writes that were refused because their key is taken.

    Raises the error when that is not all that went wrong.
    """
    details = error.details or {}
    failures = details.get("writeErrors", ())
    is_more = any(each["code"] != _DUPLICATE_KEY for each in failures)
    if is_more or details.get("writeConcernErrors"):
        raise error
    return {each["index"] for each in failures}
