"""A client whose commands are recorded, and the schema on top of it."""

from collections.abc import AsyncIterator

import pytest

from domain.identifiers import TenantId
from store.driver import Database, close, open_client, open_database
from tests.recorder import Recorder
from tests.schema.api import Api


@pytest.fixture(scope="session")
async def recorded(
    database: Database, mongodb_uri: str
) -> AsyncIterator[tuple[Database, Recorder]]:
    recorder = Recorder()
    client = open_client(mongodb_uri, listeners=[recorder])
    yield open_database(client, database.name), recorder
    await close(client)


@pytest.fixture
def api(recorded: tuple[Database, Recorder], tenant: TenantId) -> Api:
    database, recorder = recorded
    return Api(database, tenant, recorder)
