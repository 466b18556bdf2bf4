"""A replica set of three members on this machine, each of which can be killed and paused."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, Final

from pymongo import MongoClient
from pymongo.errors import PyMongoError

from server import mongod_binary
from tests.chaos.processes import Running
from tests.server.quorum_process import free_port

NAME: Final = "chaos"
MEMBERS: Final = 3
ELECTION_MILLISECONDS: Final = 2_000
"""How long members wait for a primary before they elect another; MongoDB's own default is 10 s."""
PATIENCE_SECONDS: Final = 90.0
_POLL: Final = 0.1


class Member:
    """One mongod, with a folder and a port of its own."""

    def __init__(self, mongod: Path, folder: Path) -> None:
        data = folder / "data"
        data.mkdir(parents=True)
        self.port = free_port()
        self.host = f"127.0.0.1:{self.port}"
        # fmt: off
        self.running = Running([
            str(mongod),
            "--dbpath", str(data),
            "--bind_ip", "127.0.0.1",
            "--port", str(self.port),
            "--nounixsocket",
            "--replSet", NAME,
            "--oplogSize", "256",
            "--wiredTigerCacheSizeGB", "0.25",
            "--wiredTigerEngineConfigString", "log=(prealloc=false,file_max=16MB)",
            "--networkMessageCompressors", "disabled",
            "--setParameter", "diagnosticDataCollectionEnabled=false",
            "--noscripting",
            "--quiet",
        ], folder / "mongod.log")
        # fmt: on
        self._client = MongoClient[dict[str, Any]](
            f"mongodb://{self.host}",
            connect=False,
            directConnection=True,
            serverSelectionTimeoutMS=1_000,
            connectTimeoutMS=1_000,
            socketTimeoutMS=2_000,
        )

    def says(self, command: str) -> dict[str, Any] | None:
        """Its answer to a command; None when it does not answer within a moment."""
        if not self.running.is_alive or self.running.is_paused:
            return None
        try:
            return self._client.admin.command(command)
        except PyMongoError:
            return None

    def forget(self) -> None:
        """End it, and the connection to it."""
        self.running.kill()
        self._client.close()


class ReplicaSet:
    """The members, and what they are for whoever connects."""

    def __init__(self, members: list[Member]) -> None:
        self.members = members
        hosts = ",".join(member.host for member in members)
        self.uri = f"mongodb://{hosts}/?replicaSet={NAME}"

    async def primary(self) -> Member:
        """The member that takes writes, once there is one."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            for member in self.members:
                hello = await asyncio.to_thread(member.says, "hello")
                if hello and hello["isWritablePrimary"]:
                    return member
            await asyncio.sleep(_POLL)
        raise AssertionError("the replica set has no primary")

    async def term(self) -> int:
        """How many elections were begun since the replica set was made."""
        for member in self.members:
            status = await asyncio.to_thread(member.says, "replSetGetStatus")
            if status:
                return int(status["term"])
        return 0

    async def whole(self) -> None:
        """Return once one member is the primary and all others follow it."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            states = []
            for member in self.members:
                hello = await asyncio.to_thread(member.says, "hello")
                states.append(hello and (hello["isWritablePrimary"], hello["secondary"]))
            if sorted(map(str, states)) == ["(False, True)"] * (MEMBERS - 1) + ["(True, False)"]:
                return
            await asyncio.sleep(_POLL)
        raise AssertionError("the replica set does not become whole again")


@asynccontextmanager
async def replica_set(folder: Path) -> AsyncIterator[ReplicaSet]:
    """Start the members and let them elect a primary; they are gone with the block."""
    mongod = mongod_binary.find()
    members = [Member(mongod, folder / f"member{number}") for number in range(MEMBERS)]
    try:
        for member in members:
            member.running.start()
        await _initiate(members)
        made = ReplicaSet(members)
        await made.whole()
        yield made
    finally:
        for member in members:
            member.forget()


async def _initiate(members: list[Member]) -> None:
    hosts = [{"_id": number, "host": member.host} for number, member in enumerate(members)]
    timing = {"electionTimeoutMillis": ELECTION_MILLISECONDS, "heartbeatIntervalMillis": 500}
    config = {"_id": NAME, "members": hosts, "settings": timing}
    deadline = time.monotonic() + PATIENCE_SECONDS

    def initiate() -> None:
        uri = f"mongodb://{members[0].host}"
        with MongoClient[dict[str, Any]](uri, directConnection=True) as client:
            client.admin.command({"replSetInitiate": config})

    while time.monotonic() < deadline:
        with suppress(PyMongoError):
            await asyncio.to_thread(initiate)
            return
        await asyncio.sleep(_POLL)
    raise AssertionError("the replica set cannot be made")
