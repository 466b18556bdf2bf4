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
async def api(recorded: tuple[Database, Recorder], tenant: TenantId) -> AsyncIterator[Api]:
    """An empty tenant; what is stored in it is gone after the test, so that ids can be plain."""
    database, recorder = recorded
    api = Api(database, tenant, recorder)
    yield api
    await api.forget()
