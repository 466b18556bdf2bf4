"""What the pages of the documentation show is what the demo data answers, step by step."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from execution.context import Context
from jobs.kinds import run_open_jobs
from schema.build import build_schema
from schema.serving import Answer
from schema.subscribing import respond
from store.driver import Client, Database, aggregate, open_database
from store.indexes import ensure_indexes
from store.stores import Stores
from tests.demo.conftest import Loaded
from tests.demo.pages import differences, said, steps
from tests.held import hold

DOCS = Path(__file__).parent.parent.parent / "docs"
PAGES = {
    page.name: text
    for page in sorted(DOCS.glob("*.md"))
    if "```graphql" in (text := page.read_text())
}


@dataclass(frozen=True, slots=True)
class Copy:
    """A database that pages may change, and what its collections hash to before."""

    database: Database
    hashes: Mapping[str, str]


@pytest.fixture(scope="module")
async def copy(client: Client, loaded: Loaded) -> AsyncIterator[Copy]:
    """The demo tenant in a database of its own."""
    database = open_database(client, "quorum_page")
    await ensure_indexes(database)
    for name in await loaded.ctx.stores.database.list_collection_names():
        await _fill(database, name, loaded)
    yield Copy(database, await _hashes(database))
    await client.drop_database(database.name)


@pytest.fixture
async def own(copy: Copy, loaded: Loaded) -> Context:
    """The demo tenant as it was loaded: what a page before has changed is put back."""
    for name, found in (await _hashes(copy.database)).items():
        if found != copy.hashes.get(name):
            await _fill(copy.database, name, loaded)
    return replace(loaded.ctx, stores=Stores(copy.database, loaded.ctx.viewer.tenant))


async def _fill(database: Database, name: str, loaded: Loaded) -> None:
    tenant = loaded.ctx.viewer.tenant
    of_tenant = {"$match": {"$or": [{path: tenant} for path in ("tenant", "_id")]}}
    into = {"$out": {"db": database.name, "coll": name}}
    await aggregate(loaded.ctx.stores.database[name], [of_tenant, into])


async def _hashes(database: Database) -> dict[str, str]:
    hashed = await database.command("dbHash")
    hashes: dict[str, str] = hashed["collections"]
    return hashes


def test_there_are_pages() -> None:
    assert PAGES


@pytest.mark.parametrize("page", [pytest.param(page, id=name) for name, page in PAGES.items()])
async def test_a_page_can_be_followed(own: Context, page: str) -> None:
    names: dict[str, Any] = {}
    for step in steps(page):
        given = await _answered(replace(own), said(step.operation, names), step.answer)
        found = "\n".join(differences(step.answer, given, names))
        assert not found, f"{step.operation}\n{found}"
        await run_open_jobs(own, "reader", 60.0)


async def _answered(context: Context, operation: str, shown: Any) -> Any:
    """The answer; of a subscription the first ones, as many as the page shows."""
    answers = await respond(build_schema(), context, operation)
    if isinstance(answers, Answer):
        await hold(context, operation, None, None, answers.body)
        return answers.body
    async with asyncio.timeout(5), aclosing(answers):
        told = [await anext(answers) for _ in shown]
    return [json.loads(each) for each in told if isinstance(each, str)]
