from collections.abc import AsyncIterator, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from domain.identifiers import TenantId
from store import filters
from store.driver import Collection, Database, Document
from store.indexes import INDEXES
from store.reading import (
    EVERYTHING,
    Order,
    Place,
    Query,
    Reader,
    Relation,
    TookTooLong,
    Window,
    projection,
    ranges,
)

FIELDS = frozenset({"n"})
NOBODY: Query = {}


@pytest.fixture
async def shelf(database: Database) -> AsyncIterator[Collection]:
    """A collection that is empty before and after."""
    yield database["shelf"]
    await database["shelf"].drop()


@pytest.fixture
def reader(database: Database, tenant: TenantId) -> Reader:
    return Reader(database, tenant)


async def put(shelf: Collection, tenant: TenantId, rows: Iterable[tuple[str, Any]]) -> None:
    await shelf.insert_many([{"_id": id, "tenant": tenant, "n": n} for id, n in rows])


async def walk(reader: Reader, order: Order, size: int, query: Query = NOBODY) -> list[str]:
    """The ids of all pages, one after the other."""
    found: list[str] = []
    after = None
    while rows := await reader.page("shelf", query, Window(order, size, after), FIELDS):
        found += [row["_id"] for row in rows]
        after = Place(rows[-1].get("n"), rows[-1]["_id"])
    return found


@pytest.mark.parametrize("size", [1, 2, 3, 100])
@pytest.mark.parametrize(
    ("order", "expected"),
    [
        pytest.param(
            Order("n", is_nullable=True), "c d a b e f g", id="ascending, what has no value last"
        ),
        pytest.param(
            Order("n", is_descending=True, is_nullable=True),
            "e b a d c g f",
            id="descending, what has no value last",
        ),
        pytest.param(Order("_id", is_unique=True), "a b c d e f g", id="by the id"),
        pytest.param(
            Order("_id", is_descending=True, is_unique=True), "g f e d c b a", id="by the id, down"
        ),
    ],
)
async def test_pages_hold_every_row_once_in_order(
    reader: Reader, shelf: Collection, tenant: TenantId, size: int, order: Order, expected: str
) -> None:
    await put(shelf, tenant, [("a", 2), ("b", 2), ("c", -1), ("d", 0.5), ("e", 7), ("f", None)])
    await shelf.insert_one({"_id": "g", "tenant": tenant})

    if order.path == "_id":
        rows, after = [], None
        while page := await reader.page("shelf", {}, Window(order, size, after), FIELDS):
            rows += [row["_id"] for row in page]
            after = Place(rows[-1], rows[-1])
    else:
        rows = await walk(reader, order, size)

    assert rows == expected.split()


@pytest.mark.parametrize("size", [1, 2, 3, 100])
@pytest.mark.parametrize(
    ("leading", "expected"),
    [
        pytest.param("b", "bank beer bus acme acme cab zoo", id="some in the middle"),
        pytest.param("a", "acme acme bank beer bus cab zoo", id="the first"),
        pytest.param("zo", "zoo acme acme bank beer bus cab", id="the last"),
        pytest.param("x", "acme acme bank beer bus cab zoo", id="none"),
    ],
)
async def test_rows_that_begin_with_the_leading_text_come_first(
    reader: Reader, shelf: Collection, tenant: TenantId, size: int, leading: str, expected: str
) -> None:
    names = {"1": "bus", "2": "acme", "3": "zoo", "4": "bank", "5": "cab", "6": "beer", "7": "acme"}
    await put(shelf, tenant, names.items())
    found: list[str] = []
    window = Window(Order("n"), size, leading=leading)

    while rows := await reader.page("shelf", {}, window, FIELDS):
        found += [row["_id"] for row in rows]
        window = replace(window, after=Place(rows[-1]["n"], rows[-1]["_id"]))

    assert [names[id] for id in found] == expected.split()
    assert len(set(found)) == len(names)


async def test_rows_that_stay_are_seen_once_while_others_come_go_and_move(
    reader: Reader, shelf: Collection, tenant: TenantId
) -> None:
    await put(shelf, tenant, [(f"s{n}", n % 3) for n in range(9)] + [("moves", 2), ("goes", 1)])
    seen: list[str] = []
    after = None

    while rows := await reader.page("shelf", {}, Window(Order("n"), 2, after), FIELDS):
        seen += [row["_id"] for row in rows]
        after = Place(rows[-1]["n"], rows[-1]["_id"])
        await shelf.update_one({"_id": "moves"}, {"$set": {"n": 0}})
        await shelf.delete_one({"_id": "goes"})
        await put(shelf, tenant, [(f"new{len(seen)}", 0)])

    assert [id for id in seen if id.startswith("s")] == [
        f"s{n}" for n in (0, 3, 6, 1, 4, 7, 2, 5, 8)
    ]


async def test_moments_order_pages_to_the_millisecond(
    reader: Reader, shelf: Collection, tenant: TenantId
) -> None:
    moments = [datetime(2026, 5, 4, 12, 0, 0, ms * 1_000, UTC) for ms in (3, 1, 2)]
    await put(shelf, tenant, zip("abc", moments, strict=True))

    assert await walk(reader, Order("n"), 1) == ["b", "c", "a"]


async def test_nothing_of_another_tenant_is_read(
    reader: Reader, shelf: Collection, tenant: TenantId, database: Database
) -> None:
    await put(shelf, TenantId("another"), [("theirs", "x")])
    await put(shelf, tenant, [("ours", "x")])
    relation = Relation("shelf", "_id", "shelf", "n")
    window = Window(Order("n"), 5)

    assert [row["_id"] for row in await reader.page("shelf", {}, window, FIELDS)] == ["ours"]
    by_key = await reader.by_key("shelf", "_id", ["ours", "theirs"], FIELDS)
    assert [row["_id"] for row in by_key] == ["ours"]
    assert await reader.pages(relation, ["ours", "theirs"], {}, window, FIELDS) == {"ours": []}
    assert await reader.count("shelf", {}) == 1
    assert await reader.counts("shelf", "n", ["x"], {}) == {"x": 1}
    sly = {"tenant": "another"}
    assert await reader.page("shelf", sly, window, FIELDS) == []


@pytest.mark.parametrize(
    "order",
    [
        pytest.param(Order("n", is_nullable=True), id="ascending"),
        pytest.param(Order("n", is_descending=True, is_nullable=True), id="descending"),
    ],
)
@pytest.mark.parametrize(
    "after",
    [
        pytest.param(None, id="from the beginning"),
        pytest.param(Place(2, "k1"), id="after a value"),
        pytest.param(Place(None, "k3"), id="among those without a value"),
    ],
)
async def test_many_owners_get_the_pages_each_would_get_alone(
    reader: Reader, shelf: Collection, tenant: TenantId, order: Order, after: Place | None
) -> None:
    owners = ["o1", "o2", "o3"]
    await put(shelf, tenant, [(owner, None) for owner in owners])
    await shelf.insert_many(
        [
            {"_id": f"k{n}", "tenant": tenant, "n": value, "owners": owned}
            for n, (value, owned) in enumerate(
                [
                    (1, ["o1"]),
                    (2, ["o1", "o2"]),
                    (3, ["o2"]),
                    (None, ["o1", "o2"]),
                    (2, ["o1"]),
                    (None, ["o1"]),
                ]
            )
        ]
    )
    window = Window(order, 2, after)

    together = await reader.pages(
        Relation("shelf", "_id", "shelf", "owners"), owners, {}, window, FIELDS
    )

    alone = {
        owner: await reader.page("shelf", {"owners": owner}, window, FIELDS) for owner in owners
    }
    assert together == alone
    assert await reader.counts("shelf", "owners", owners, {}) == {"o1": 5, "o2": 3}
    assert await reader.counts("shelf", "owners", owners, {"n": 2}) == {"o1": 2, "o2": 1}


async def test_a_key_that_stands_in_lists_of_lists_is_counted_once_for_each_document(
    reader: Reader, shelf: Collection, tenant: TenantId
) -> None:
    parts = [[{"keys": ["a", "b"]}, {"keys": ["a"]}], [{"keys": []}, {"keys": ["a"]}], [{}]]
    await shelf.insert_many(
        {"_id": str(n), "tenant": tenant, "parts": each} for n, each in enumerate(parts)
    )

    assert await reader.counts("shelf", "parts.keys", ["a", "b", "c"], {}) == {"a": 2, "b": 1}


@pytest.mark.parametrize(
    ("fields", "asked"),
    [
        pytest.param({"a", "b.c"}, {"_id": 1, "a": 1, "b.c": 1}, id="these paths and the id"),
        pytest.param({"a", "a.b", "ab"}, {"_id": 1, "a": 1, "ab": 1}, id="no path within another"),
        pytest.param(EVERYTHING, {"outbox": 0, "folded": 0, "search": 0}, id="all but bookkeeping"),
    ],
)
def test_projections_name(fields: set[str], asked: dict[str, int]) -> None:
    assert projection(frozenset(fields)) == asked


async def test_a_read_that_takes_too_long_is_given_up(
    database: Database, shelf: Collection, tenant: TenantId
) -> None:
    await put(shelf, tenant, [(str(n), n) for n in range(50)])
    counted = {"$map": {"input": {"$range": [0, 100_000]}, "in": {"$add": ["$$this", 1]}}}
    slow = {"$expr": {"$gt": [{"$size": counted}, 0]}}

    with pytest.raises(TookTooLong):
        await Reader(database, tenant, 0.05).page("shelf", slow, Window(Order("n"), 50), FIELDS)


GROUPS = 1_500
ASKED = [
    pytest.param(Order("folded.name"), {}, id="by name"),
    pytest.param(Order("completeness.exact", is_descending=True), {}, id="by completeness"),
    pytest.param(Order("engagement.raw", is_nullable=True), {}, id="by engagement"),
    pytest.param(Order("member_count"), {}, id="by members"),
    pytest.param(Order("updated_at", is_descending=True), {}, id="by last change"),
    pytest.param(Order("folded.name"), {"account_id": "acc_7"}, id="of an account"),
    pytest.param(Order("folded.name"), {"solution_interest_id": "si_1"}, id="of an interest"),
    pytest.param(Order("folded.name"), {"member_ids": "per_7"}, id="of a person"),
    pytest.param(Order("folded.name"), filters.searched("77") or {}, id="searched by a rare word"),
]


@pytest.fixture(scope="module")
async def many_groups(database: Database) -> AsyncIterator[Collection]:
    """Groups of one tenant among those of another, indexed as buying groups are."""
    groups = database["many_groups"]
    keys = [index.keys for index in INDEXES if index.collection == "buying_groups"]
    for each in keys:
        await groups.create_index([(key, 1) for key in each])
    await groups.insert_many(
        [_group(tenant, n) for tenant in ("crowd", "other") for n in range(GROUPS)]
    )
    yield groups
    await groups.drop()


def _group(tenant: str, n: int) -> Document:
    return {
        "_id": f"{tenant}{n}",
        "tenant": tenant,
        "folded": {"name": f"group {n}"},
        "search": ["group", str(n)],
        "completeness": {"exact": float(n % 5)},
        "engagement": {"raw": float(n)} if n % 3 else None,
        "member_count": n % 4,
        "updated_at": datetime(2026, 1, 1, tzinfo=UTC).replace(microsecond=n * 1_000 % 999_000),
        "account_id": f"acc_{n % 200}",
        "solution_interest_id": f"si_{n % 3}",
        "member_ids": [f"per_{n % 100}", f"per_{n % 90}"],
    }


@pytest.mark.parametrize("is_first", [True, False], ids=["the first page", "a later page"])
@pytest.mark.parametrize(("order", "query"), ASKED)
async def test_a_page_examines_few_keys(
    database: Database, many_groups: Collection, order: Order, query: Query, is_first: bool
) -> None:
    size = 25
    reader = Reader(database, TenantId("crowd"))
    name = order.path.partition(".")[0]
    middle = {"folded": "group 5", "completeness": 2.0, "engagement": 700.0, "member_count": 2}
    value = middle.get(name, datetime(2026, 1, 1, 0, 0, 0, 500_000, UTC))
    window = Window(order, size, None if is_first else Place(value, "crowd7"))  # type: ignore[arg-type]

    examined = found = 0
    for part in ranges(window):
        plan = await database.command(
            "explain",
            {
                "find": many_groups.name,
                "filter": reader._own(query, part.query),
                "sort": dict(part.sort),
                "limit": size,
            },
            verbosity="executionStats",
        )
        examined += plan["executionStats"]["totalKeysExamined"]
        found += plan["executionStats"]["nReturned"]

    assert examined <= 5 * found + 100


async def test_pages_of_many_owners_examine_few_keys(
    database: Database, many_groups: Collection
) -> None:
    owners = database["many_owners"]
    await owners.insert_many([{"_id": f"si_{n}", "tenant": "crowd"} for n in range(3)])
    reader = Reader(database, TenantId("crowd"))
    pipeline: list[Any] = []

    async def note(collection: str, stages: list[Any]) -> list[Document]:
        pipeline[:] = stages
        return []

    reader._aggregate = note  # type: ignore[method-assign, assignment]
    relation = Relation("many_owners", "_id", "many_groups", "solution_interest_id")
    await reader.pages(relation, ["si_0", "si_1"], {}, Window(Order("folded.name"), 10), FIELDS)
    plan = await database.command(
        "explain",
        {"aggregate": "many_owners", "pipeline": pipeline, "cursor": {}},
        verbosity="executionStats",
    )
    await owners.drop()

    (lookup,) = [stage for stage in plan["stages"] if "$lookup" in stage]
    assert lookup["totalKeysExamined"] <= 5 * 20 + 100
