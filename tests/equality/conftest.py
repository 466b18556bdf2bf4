"""A client whose commands are attributed, and the origin of all worlds."""

import logging
from collections.abc import AsyncIterator, Iterator

import pytest

from schema.build import build_schema
from store.driver import Client, Database, close, open_client, open_database
from store.indexes import ensure_indexes
from tests.contexts import Clock
from tests.equality.asking import Asking
from tests.equality.attributed import Attributing, attributing_resolvers
from tests.equality.data import Origin, an_origin, numbered


@pytest.fixture(scope="session")
async def database(client: Client) -> Database:
    """A database apart: once a list has stood in the place of a part, its indexes cover no more."""
    database = open_database(client, "quorum_equality")
    await ensure_indexes(database)
    return database


@pytest.fixture(scope="session")
async def asking(database: Database, mongodb_uri: str) -> AsyncIterator[Asking]:
    client = open_client(mongodb_uri, listeners=[Attributing()])
    yield Asking(open_database(client, database.name))
    await close(client)


@pytest.fixture(scope="session")
async def origin(database: Database) -> Origin:
    return numbered(await an_origin(database, Clock()))


@pytest.fixture
def _attributed() -> Iterator[None]:
    """Calls of resolvers are noted."""
    with attributing_resolvers(build_schema(), build_schema(is_compiled=False)):
        yield


@pytest.fixture
def _unlogged() -> Iterator[None]:
    """Errors of spoilt data are so many that writing them all down would take longest."""
    log = logging.getLogger("execution.error_masking")
    log.disabled = True
    yield
    log.disabled = False
