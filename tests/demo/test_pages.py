"""What the pages of the documentation show is what the demo data answers, step by step."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from execution.context import Context
from jobs.kinds import run_open_jobs
from schema.build import build_schema
from schema.serving import Answer
from schema.subscribing import respond
from store.driver import Client, aggregate, open_database
from store.indexes import ensure_indexes
from store.stores import Stores
from tests.demo.conftest import Loaded
from tests.demo.pages import differences, said, steps

DOCS = Path(__file__).parent.parent.parent / "docs"
PAGES = {
    page.name: text
    for page in sorted(DOCS.glob("*.md"))
    if "```graphql" in (text := page.read_text())
}


@pytest.fixture
async def own(client: Client, loaded: Loaded) -> AsyncIterator[Context]:
    """The demo tenant in a database of its own, where a page may change it."""
    copied = loaded.ctx.stores.database
    copy = open_database(client, "quorum_page")
    await ensure_indexes(copy)
    for name in await copied.list_collection_names():
        of_tenant = {
            "$match": {"$or": [{path: loaded.ctx.viewer.tenant} for path in ("tenant", "_id")]}
        }
        await aggregate(copied[name], [of_tenant, {"$out": {"db": copy.name, "coll": name}}])
    await ensure_indexes(copy)
    yield replace(loaded.ctx, stores=Stores(copy, loaded.ctx.viewer.tenant))
    await client.drop_database(copy.name)


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
        return answers.body
    async with asyncio.timeout(5), aclosing(answers):
        told = [await anext(answers) for _ in shown]
    return [json.loads(each) for each in told if isinstance(each, str)]
