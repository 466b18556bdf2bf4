"""What a filter costs: every one that growing lists offer, on rows of which few fit."""

import dataclasses
from collections.abc import AsyncIterator

import pytest

from domain.identifiers import TenantId
from execution.context import Context
from execution.lists import Listed
from store.driver import Database, Document
from tests.contexts import Clock, a_context
from tests.schema.crowd import NOT_SELECTIVE, Crowd
from tests.schema.list_costs import cost_of_page
from tests.schema.test_lists import GROWING

CROWD = Crowd(TenantId("crowd"), 1_500)
SELECTIVE = CROWD.selective()


@pytest.fixture(scope="module")
async def crowd(database: Database) -> AsyncIterator[Context]:
    """A tenant with many rows of everything that grows."""
    stored = [each for n in range(CROWD.size) for each in CROWD.rows(n)]
    by_collection: dict[str, list[Document]] = {}
    for collection, document in (*stored, *CROWD.one_of_a_kind()):
        by_collection.setdefault(collection, []).append({**document, "tenant": CROWD.tenant})
    for collection, documents in by_collection.items():
        await database[collection].insert_many(documents)
    yield a_context(database, CROWD.tenant, Clock())
    for collection in by_collection:
        await database[collection].delete_many({"tenant": CROWD.tenant})


def test_every_filter_of_a_growing_list_is_measured_or_known_to_fit_half_of_it() -> None:
    offered = {
        (kind, field.name)
        for kind in GROWING
        for field in dataclasses.fields(kind.listing.filter)  # type: ignore[arg-type]
    }

    measured = {(kind, name) for kind, asked in SELECTIVE.items() for name in asked}

    assert measured | NOT_SELECTIVE == offered
    assert not measured & NOT_SELECTIVE


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        pytest.param(kind, name, id=f"{kind.__name__} by {name}")
        for kind, asked in SELECTIVE.items()
        for name in asked
    ],
)
async def test_a_filter_that_few_rows_fit_examines_few_keys(
    database: Database, crowd: Context, kind: type[Listed], name: str
) -> None:
    cost = await cost_of_page(database, crowd, kind, {name: SELECTIVE[kind][name]})

    assert 1 <= cost.found <= 10
    assert cost.is_low, cost
