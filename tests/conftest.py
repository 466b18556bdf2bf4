"""What must be opened and closed: one real MongoDB for the suite, a tenant for each test."""

import asyncio
import itertools
import os
import subprocess
import sysconfig
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from domain.identifiers import TenantId
from execution.context import Context
from store.driver import Client, Database, Driver, close, open_client, open_database
from store.indexes import ensure_indexes
from tests.contexts import Clock, a_context

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def mongodb_uri() -> Iterator[str]:
    mongod = os.path.join(sysconfig.get_path("purelib"), "fiftyone/db/bin/mongod")
    with tempfile.TemporaryDirectory(prefix="q") as folder:
        socket = f"{folder}/m.sock"
        with Path(folder, "log").open("w") as log:
            process = subprocess.Popen(
                [mongod, "--dbpath", folder, "--bind_ip", socket, "--replSet", "quorum"]
                + ["--wiredTigerCacheSizeGB", "0.25", "--networkMessageCompressors", "disabled"]
                + ["--setParameter", "diagnosticDataCollectionEnabled=false"],
                stdout=log,
            )
        uri = f"mongodb://{quote(socket, safe='')}/?directConnection=true"
        try:
            asyncio.run(_initiate(uri, socket))
            yield uri
        finally:
            process.terminate()
            process.wait()


async def _initiate(uri: str, socket: str) -> None:
    client = open_client(uri, Driver.PYMONGO)
    members = [{"_id": 0, "host": socket}]
    await client.admin.command({"replSetInitiate": {"_id": "quorum", "members": members}})
    while not (await client.admin.command("hello"))["isWritablePrimary"]:
        await asyncio.sleep(0.02)
    await close(client)


@pytest.fixture(scope="session", params=[Driver.MOTOR], ids=lambda driver: driver.value)
async def client(mongodb_uri: str, request: pytest.FixtureRequest) -> AsyncIterator[Client]:
    client = open_client(mongodb_uri, request.param)
    yield client
    await close(client)


@pytest.fixture(scope="session")
async def database(client: Client) -> Database:
    database = open_database(client, "quorum_tests")
    await ensure_indexes(database)
    return database


@pytest.fixture
def tenant() -> TenantId:
    return TenantId(f"tenant-{next(_numbers)}")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ctx(database: Database, tenant: TenantId, clock: Clock) -> Context:
    """A context of an administrator of a tenant that holds nothing yet."""
    return a_context(database, tenant, clock)


@pytest.fixture
async def home(ctx: Context) -> Context:
    """A context of a tenant as it is made: default roles, standard weighting model."""
    from resolvers.tenants import create_tenant

    made = await create_tenant(ctx, "Home", "UTC")
    assert made == ctx.viewer.tenant
    return ctx
