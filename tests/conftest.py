"""What must be opened and closed: one real MongoDB for the suite, a tenant for each test."""

import itertools
import signal
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from domain.identifiers import TenantId
from execution.context import Context
from resolvers import upserting
from resolvers.tenants import create_tenant
from server.mongod import EmbeddedMongod, embedded_mongod
from store import records, transactions
from store.driver import Client, Database, close, open_client, open_database
from store.indexes import ensure_indexes
from tests.contexts import Clock, a_context

_numbers = itertools.count(1)

# What a shell starts in the background ignores Ctrl-C, and hands that on to what it starts itself.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session", autouse=True)
def patience() -> Iterator[None]:
    """Whoever waits for their turn waits longer than users do, for the machine may be busy."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (records, transactions, upserting):
            patch.setattr(module, "_DEADLINE_SECONDS", 60.0)
        yield


@pytest.fixture(scope="session")
async def mongod() -> AsyncIterator[EmbeddedMongod]:
    with tempfile.TemporaryDirectory(prefix="q") as folder:
        async with embedded_mongod(Path(folder)) as mongod:
            yield mongod


@pytest.fixture(scope="session")
def mongodb_uri(mongod: EmbeddedMongod) -> str:
    return mongod.uri


@pytest.fixture(scope="session")
async def client(mongodb_uri: str) -> AsyncIterator[Client]:
    client = open_client(mongodb_uri)
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
    made = await create_tenant(ctx, "Home", "UTC")
    assert made == ctx.viewer.tenant
    return ctx
