"""The store is tested on both drivers: what they do differently must make no difference."""

from collections.abc import AsyncIterator

import pytest

from store.driver import Client, Driver, close, open_client


@pytest.fixture(scope="session", params=Driver, ids=lambda driver: driver.value)
async def client(mongodb_uri: str, request: pytest.FixtureRequest) -> AsyncIterator[Client]:
    client = open_client(mongodb_uri, request.param)
    yield client
    await close(client)
