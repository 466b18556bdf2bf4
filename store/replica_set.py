"""The few calls that make a lone mongod a replica set, which transactions and change streams need.

It uses PyMongo's own async client, whichever driver the rest of the room uses: this is plumbing of
the process, done before and beside the work on data.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any, Final

from pymongo import AsyncMongoClient
from pymongo.errors import ConnectionFailure, OperationFailure, PyMongoError

NAME: Final = "quorum"

ALREADY_INITIALIZED: Final = 23
NOT_YET_INITIALIZED: Final = 94
CONFIGURATION_IN_PROGRESS: Final = 109
RETRY: Final = 0.02
"""Seconds between two questions."""


class ReplicaSetRefused(Exception):
    """The server answers, but not as a MongoDB that can be used; the message is the driver's."""


class ReplicaSetWatch:
    """Knows from the driver's own heartbeat whether a server takes writes, without asking it."""

    def __init__(self, client: AsyncMongoClient[dict[str, Any]]) -> None:
        self._client = client

    @property
    def is_writable(self) -> bool:
        servers = self._client.topology_description.server_descriptions().values()
        return any(server.is_writable for server in servers)


@asynccontextmanager
async def watch(uri: str) -> AsyncIterator[ReplicaSetWatch]:
    """Watch this server. A death shows at once, a return within half a second."""
    async with _client(uri, heartbeatFrequencyMS=500, serverMonitoringMode="stream") as client:
        with suppress(ConnectionFailure):  # from now on the heartbeat tells
            await client.admin.command("ping")
        yield ReplicaSetWatch(client)


async def make_ready(uri: str, host: str) -> None:
    """Make the server a replica set of one, under `host`, and wait until it takes writes.

    Does what is still to be done, so any number of processes may call it at once, at every start.
    Waits as long as it takes: the caller sets the limit. Raises `ConnectionError` when the server
    is not there (any more), `ReplicaSetRefused` when it never will be usable.
    """
    try:
        await _configure(uri, host)
        # A fresh client: the one before takes the server for a standalone and refuses sessions.
        async with _client(uri) as client:
            await _writable(client)
    except ConnectionFailure as error:
        raise ConnectionError(str(error)) from error
    except PyMongoError as error:
        raise ReplicaSetRefused(str(error)) from error


async def _writable(client: AsyncMongoClient[dict[str, Any]]) -> None:
    while True:
        if (await client.admin.command("hello"))["isWritablePrimary"]:
            return
        await asyncio.sleep(RETRY)


async def _configure(uri: str, host: str) -> None:
    async with _client(uri) as client:
        while "setName" not in await client.admin.command("hello"):
            try:
                await _initiate(client, host)
            except OperationFailure as error:  # it is starting, or another process is at it
                if error.code not in (NOT_YET_INITIALIZED, CONFIGURATION_IN_PROGRESS):
                    raise
            await asyncio.sleep(RETRY)


async def _initiate(client: AsyncMongoClient[dict[str, Any]], host: str) -> None:
    config = {"_id": NAME, "members": [{"_id": 0, "host": host}]}
    try:
        await client.admin.command({"replSetInitiate": config})
    except OperationFailure as error:
        if error.code != ALREADY_INITIALIZED:
            raise
        await _move(client, host)


async def _move(client: AsyncMongoClient[dict[str, Any]], host: str) -> None:
    """Rename the member. With its data folder its socket moved, and it no longer knows itself."""
    config = (await client.admin.command("replSetGetConfig"))["config"]
    if config["members"][0]["host"] != host:
        config["members"][0]["host"] = host
        config["version"] += 1
        await client.admin.command({"replSetReconfig": config, "force": True})


def _client(uri: str, **options: Any) -> AsyncMongoClient[dict[str, Any]]:
    return AsyncMongoClient(uri, serverSelectionTimeoutMS=2000, connectTimeoutMS=2000, **options)
