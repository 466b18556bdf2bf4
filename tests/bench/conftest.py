"""Measurements in small share the suite's MongoDB, for nobody looks at their figures."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bench import ground
from server.mongod import EmbeddedMongod
from store.driver import Client, open_database

KEPT = "quorum_bench"
"""The database of every ground: emptied, not dropped, for its indexes take seconds to make."""


@pytest.fixture(autouse=True)
async def shared_mongod(
    mongod: EmbeddedMongod, client: Client, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[None]:
    """A ground begins a MongoDB of its own; here it is given that of the suite, without data."""

    @asynccontextmanager
    async def shared(folder: Path) -> AsyncIterator[EmbeddedMongod]:
        yield mongod

    monkeypatch.setattr(ground, "embedded_mongod", shared)
    yield
    kept = open_database(client, KEPT)
    for name in await kept.list_collection_names():
        await kept[name].delete_many({})
