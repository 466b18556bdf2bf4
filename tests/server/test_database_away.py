"""A served API whose mongod stands still, dies and comes back under it."""

import asyncio
import os
import signal
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from resolvers.tenants import create_tenant
from schema import serving
from schema.build import build_schema
from server.app import build_app
from server.commands import Installation
from server.contexts import Contexts
from server.database import opened
from server.mongod import EmbeddedMongod, embedded_mongod
from server.settings import Settings

SOON = "connectTimeoutMS=300&heartbeatFrequencyMS=500&serverSelectionTimeoutMS=500"
CREATE = 'mutation { createRole(input: {name: "%s", idempotencyKey: "%s"}) { __typename } }'
PATIENCE_SECONDS = 30


class Served:
    """The API over a mongod that can be paused and killed."""

    def __init__(self, client: httpx.AsyncClient, mongod: EmbeddedMongod) -> None:
        self._client = client
        self._mongod = mongod

    def send(self, number: signal.Signals) -> None:
        assert self._mongod.pid is not None
        os.kill(self._mongod.pid, number)

    async def ask(self, query: str) -> Any:
        return (await self._client.post("/graphql", json={"query": query})).json()

    async def status(self, path: str) -> tuple[int, str]:
        answer = await self._client.get(path)
        return answer.status_code, answer.text

    async def recovered(self) -> Any:
        """The first answer with data."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                answer = await self.ask("{ roles { totalCount } }")
                if "errors" not in answer:
                    return answer
                await asyncio.sleep(0.05)


@asynccontextmanager
async def served(folder: Path) -> AsyncIterator[Served]:
    async with embedded_mongod(folder) as mongod:
        settings = Settings(mongodb_uri=f"{mongod.uri}&{SOON}")
        async with opened(settings) as database:
            contexts = Contexts(database.database)
            await create_tenant(
                Installation(settings, database, contexts).context("default"), "default", "UTC"
            )
            app = build_app(
                settings,
                contexts,
                lambda ctx, asked: serving.execute(build_schema(), ctx, asked.query),
                reason_not_ready=database.reason_not_ready,
                takes_writes=database.takes_writes,
            )
            transport = httpx.ASGITransport(app)
            async with httpx.AsyncClient(
                transport=transport, base_url="http://localhost", timeout=PATIENCE_SECONDS
            ) as client:
                yield Served(client, mongod)


@pytest.fixture(scope="module")
async def api() -> AsyncIterator[Served]:
    with tempfile.TemporaryDirectory(prefix="q") as folder:
        async with served(Path(folder)) as api:
            yield api


async def test_requests_to_a_paused_mongod_fail_soon_and_later_ones_at_once(api: Served) -> None:
    await api.recovered()
    api.send(signal.SIGSTOP)
    try:
        query, mutation = await asyncio.gather(
            api.ask("{ roles { totalCount } }"), api.ask(CREATE % ("Auditor", "k"))
        )
        begun = time.monotonic()
        at_once = await asyncio.gather(*(api.ask(CREATE % ("Buyer", "b")) for _ in range(50)))
        seconds = time.monotonic() - begun
        alive, ready = await api.status("/healthz"), await api.status("/readyz")
    finally:
        api.send(signal.SIGCONT)
    again = await api.recovered()
    repeated = await api.ask(CREATE % ("Auditor", "k"))

    assert told(query) == ("UNAVAILABLE", True, "NOT_DONE")
    assert told(mutation) == ("UNAVAILABLE", True, "UNKNOWN")
    assert {told(each) for each in at_once} == {("UNAVAILABLE", True, "NOT_DONE")}
    assert seconds < 5
    assert (alive, ready) == ((200, "up"), (503, "down: MongoDB does not answer"))
    assert again["data"]["roles"]["totalCount"] > 0
    assert repeated == {"data": {"createRole": {"__typename": "CreateRoleSuccess"}}}


async def test_a_killed_mongod_is_back_under_the_same_connections(api: Served) -> None:
    api.send(signal.SIGKILL)
    answers = await asyncio.gather(*(api.ask("{ roles { totalCount } }") for _ in range(5)))
    again = await api.recovered()

    failed = [told(each) for each in answers if "errors" in each]
    assert set(failed) <= {("UNAVAILABLE", True, "NOT_DONE")}
    assert "errors" not in again
    assert await api.status("/readyz") == (200, "ready")


def told(answer: Any) -> tuple[str, bool, str]:
    """The code of an answer's only error, whether it may be sent again, and what was done."""
    (error,) = answer["errors"]
    extensions = error["extensions"]
    return extensions["code"], extensions["retryable"], extensions["outcome"]
