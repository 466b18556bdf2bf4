"""The store is tested on both drivers: what they do differently must make no difference.

The database is these tests' own fixture as well: were the suite's opened by another client, all
that others keep for the session in it would be made anew.
"""

from collections.abc import AsyncIterator

import pytest

from store.driver import Client, Database, Driver, close, open_client, open_database
from store.indexes import ensure_indexes


@pytest.fixture(scope="session", params=Driver, ids=lambda driver: driver.value)
async def client(mongodb_uri: str, request: pytest.FixtureRequest) -> AsyncIterator[Client]:
    client = open_client(mongodb_uri, request.param)
    yield client
    await close(client)


@pytest.fixture(scope="session")
async def database(client: Client) -> Database:
    database = open_database(client, "quorum_tests")
    await ensure_indexes(database)
    return database
