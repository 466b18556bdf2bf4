from collections.abc import AsyncIterator

import pytest

from domain.folding import fold, words
from domain.identifiers import TenantId
from store import filters
from store.driver import Collection, Database
from store.reading import Order, Query, Reader, Window

NAMES = ("Straße 7", "Müller & Söhne", "Acme Widgets", "Acme Rockets", "\U0001f600 Smile")


@pytest.fixture
async def shelf(database: Database, tenant: TenantId) -> AsyncIterator[Collection]:
    shelf = database["filtered"]
    await shelf.insert_many(
        [
            {
                "_id": name,
                "tenant": tenant,
                "search": list(words(name)),
                "folded": {"name": fold(name)},
                "n": n or None,
                "tags": [name[0], str(n)],
                "roles": [{"role": "dm", "count": n}, {"role": "other", "count": 9}],
            }
            for n, name in enumerate(NAMES)
        ]
    )
    yield shelf
    await shelf.drop()


async def found(database: Database, tenant: TenantId, query: Query | None) -> list[str]:
    window = Window(Order("_id", is_unique=True), 100)
    rows = await Reader(database, tenant).page("filtered", query or {}, window, frozenset())
    return [row["_id"] for row in rows]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("acme", ["Acme Rockets", "Acme Widgets"], id="one word, any case"),
        pytest.param("ac wid", ["Acme Widgets"], id="every word begins one"),
        pytest.param("wid AC", ["Acme Widgets"], id="in any order"),
        pytest.param("cme", [], id="the middle of a word is not its beginning"),
        pytest.param("STRASSE", ["Straße 7"], id="folded"),
        pytest.param("mu\u0308ller so\u0308hne", ["Müller & Söhne"], id="composed otherwise"),
        pytest.param("acme .*", ["Acme Rockets", "Acme Widgets"], id="signs are no pattern"),
        pytest.param("\U0001f600", ["\U0001f600 Smile"], id="a picture"),
        pytest.param("&", [], id="signs alone find nothing"),
        pytest.param("@@ $", [], id="several signs find nothing"),
        pytest.param(" ", sorted(NAMES), id="blanks ask for nothing"),
        pytest.param("", sorted(NAMES), id="an emptied search box asks for nothing"),
        pytest.param(None, sorted(NAMES), id="nothing is asked"),
    ],
)
async def test_a_search_finds(
    database: Database, tenant: TenantId, shelf: Collection, text: str | None, expected: list[str]
) -> None:
    assert await found(database, tenant, filters.searched(text)) == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        pytest.param(filters.any_of("n", [1, 3]), [NAMES[3], NAMES[1]], id="one of the values"),
        pytest.param(filters.any_of("n", []), [], id="one of no values"),
        pytest.param(filters.none_of("n", [1, 3, 4]), [NAMES[2], NAMES[0]], id="none of them"),
        pytest.param(filters.all_of("tags", ["A", "3"]), [NAMES[3]], id="all of them in a list"),
        pytest.param(filters.all_of("tags", []), sorted(NAMES), id="all of no values"),
        pytest.param(filters.span("n", at_least=3), [NAMES[3], NAMES[4]], id="at least"),
        pytest.param(filters.span("n", greater_than=3), [NAMES[4]], id="greater than"),
        pytest.param(filters.span("n", at_most=2), [NAMES[2], NAMES[1]], id="at most"),
        pytest.param(filters.span("n", less_than=2), [NAMES[1]], id="less than"),
        pytest.param(filters.span("n"), sorted(NAMES), id="without bounds"),
        pytest.param(
            filters.an_entry(
                "roles", filters.is_one("role", "dm"), filters.span("count", at_least=4)
            ),
            [NAMES[4]],
            id="one entry for which all holds",
        ),
        pytest.param(
            filters.every(filters.any_of("tags", ["A"]), None, filters.span("n", less_than=3)),
            [NAMES[2]],
            id="every query",
        ),
        pytest.param(filters.NOTHING, [], id="nothing"),
    ],
)
async def test_a_query_finds(
    database: Database, tenant: TenantId, shelf: Collection, query: Query, expected: list[str]
) -> None:
    assert await found(database, tenant, query) == sorted(expected)
