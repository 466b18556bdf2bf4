from collections.abc import Iterator
from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLList,
    get_named_type,
    get_nullable_type,
)

from execution.lists import Listed
from schema.accounts import Account
from schema.activities import Activity
from schema.build import build_schema
from schema.buying_groups import BuyingGroup
from schema.events import Event
from schema.looking_up import KINDS
from schema.opportunities import Opportunity
from schema.people import Person
from store.indexes import INDEXES
from tests.schema.api import Api
from tests.stored import a_stored_group, an_account

ROOTS = [
    name
    for name, field in build_schema()._schema.query_type.fields.items()  # type: ignore[union-attr]
    if "first" in field.args and get_named_type(field.type).name.endswith("Connection")
]
PAGE = """
query ($first: Int!, $after: String, $filter: AccountFilter, $orderBy: AccountOrder) {
  accounts(first: $first, after: $after, filter: $filter, orderBy: $orderBy) {
    edges { cursor node { name } }
    nodes { name }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    totalCount
  }
}
"""


async def some_accounts(api: Api, count: int = 5) -> None:
    await api.has(*(an_account(f"acc_{n}", f"Account {n}") for n in range(count)))


def test_every_collection_can_be_browsed() -> None:
    assert ROOTS == [
        "accounts",
        "people",
        "opportunities",
        "activities",
        "interestSignals",
        "buyingGroups",
        "savedViews",
        "solutionInterests",
        "stageModels",
        "roleTemplates",
        "roles",
        "personas",
        "accountAudiences",
        "activityTypes",
        "weightingModels",
        "jobs",
        "dailyRuns",
        "events",
        "webhookEndpoints",
        "webhookDeliveries",
    ]


@pytest.mark.parametrize("root", ROOTS)
async def test_an_empty_list_has_no_rows_and_costs_a_find_and_a_count(api: Api, root: str) -> None:
    answer = await api(
        f"{{ {root} {{ nodes {{ id }} totalCount pageInfo {{ hasNextPage endCursor }} }} }}"
    )

    assert answer[root] == {
        "nodes": [],
        "totalCount": 0,
        "pageInfo": {"hasNextPage": False, "endCursor": None},
    }
    assert [command.split()[0] for command in sorted(api.commands)] == ["aggregate", "find"]


async def test_pages_follow_each_other_without_gap_or_repetition(api: Api) -> None:
    await some_accounts(api)
    pages, after = [], None

    for _ in range(3):
        page = (await api(PAGE, first=2, after=after))["accounts"]
        pages.append(page)
        after = page["pageInfo"]["endCursor"]

    assert [[node["name"] for node in page["nodes"]] for page in pages] == [
        ["Account 0", "Account 1"],
        ["Account 2", "Account 3"],
        ["Account 4"],
    ]
    assert [page["pageInfo"]["hasNextPage"] for page in pages] == [True, True, False]
    assert [page["pageInfo"]["hasPreviousPage"] for page in pages] == [False, True, True]
    assert [page["totalCount"] for page in pages] == [5, 5, 5]
    for page in pages:
        assert [edge["node"] for edge in page["edges"]] == page["nodes"]
        assert page["edges"][0]["cursor"] == page["pageInfo"]["startCursor"]
        assert page["edges"][-1]["cursor"] == page["pageInfo"]["endCursor"]


async def test_a_page_has_25_rows_unless_asked_otherwise(api: Api) -> None:
    await some_accounts(api, 30)

    answer = await api("{ accounts { nodes { name } pageInfo { hasNextPage } } }")

    assert len(answer["accounts"]["nodes"]) == 25
    assert answer["accounts"]["pageInfo"]["hasNextPage"] is True


@pytest.mark.parametrize(
    ("order_by", "expected"),
    [
        pytest.param(None, "Sand Bank|Santa Fe|Big Sand|Old Sandwich", id="names that begin so"),
        pytest.param(
            {"field": "NAME"}, "Big Sand|Old Sandwich|Sand Bank|Santa Fe", id="by name when asked"
        ),
    ],
)
async def test_what_a_search_puts_first(
    api: Api, order_by: dict[str, str] | None, expected: str
) -> None:
    names = ("Old Sandwich", "Santa Fe", "Big Sand", "Zoo", "Sand Bank")
    await api.has(*(an_account(f"acc_{name}", name) for name in names))
    found, after = [], None

    for _ in range(4):
        page = (await api(PAGE, first=1, after=after, filter={"search": " SAN"}, orderBy=order_by))[
            "accounts"
        ]
        found += [node["name"] for node in page["nodes"]]
        after = page["pageInfo"]["endCursor"]

    assert found == expected.split("|")
    assert page["pageInfo"]["hasNextPage"] is False


@pytest.mark.parametrize("size", [0, -1, 101, 2**31 - 1])
@pytest.mark.parametrize(
    "query",
    [
        pytest.param("{ accounts(first: SIZE) { nodes { id } } }", id="of a root list"),
        pytest.param(
            '{ account(id: "acc_0") { people(first: SIZE) { totalCount } } }', id="of a nested list"
        ),
        pytest.param(
            '{ buyingGroup(id: "bg_1") { members(first: SIZE) { totalCount } } }',
            id="of an embedded list",
        ),
    ],
)
async def test_a_page_size_that_nobody_may_have_is_refused(api: Api, query: str, size: int) -> None:
    await some_accounts(api)
    await api.has(a_stored_group("bg_1"))

    (error,) = await api.errors(query.replace("SIZE", str(size)))

    assert error["message"] == f"first must be 1 to 100, not {size}."
    assert error["extensions"] == {"code": "BAD_PAGE_SIZE", "field": "first", "limit": 100}


BY_REVENUE = {"field": "ANNUAL_REVENUE"}


@pytest.mark.parametrize(
    "other",
    [
        pytest.param({"filter": {"search": "account"}}, id="with a filter"),
        pytest.param({"orderBy": BY_REVENUE}, id="in another order"),
        pytest.param({"orderBy": {"field": "NAME", "direction": "DESC"}}, id="in other direction"),
    ],
)
async def test_a_cursor_is_good_for_its_filter_and_order_only(
    api: Api, other: dict[str, Any]
) -> None:
    await some_accounts(api)
    page = (await api(PAGE, first=2))["accounts"]

    (error,) = await api.errors(PAGE, first=2, after=page["pageInfo"]["endCursor"], **other)

    assert error["message"] == "after is no cursor of this list with this filter and order."
    assert error["extensions"] == {"code": "BAD_CURSOR", "field": "after"}


async def test_a_cursor_is_good_for_another_page_size(api: Api) -> None:
    await some_accounts(api)
    page = (await api(PAGE, first=2))["accounts"]

    rest = (await api(PAGE, first=100, after=page["pageInfo"]["endCursor"]))["accounts"]

    assert [node["name"] for node in rest["nodes"]] == ["Account 2", "Account 3", "Account 4"]


async def test_a_cursor_of_one_list_is_refused_by_another(api: Api) -> None:
    await some_accounts(api)
    cursor = (await api(PAGE, first=2))["accounts"]["pageInfo"]["endCursor"]
    query = """query ($after: String) {
      account(id: "acc_0") { children(after: $after) { nodes { id } } }
    }"""

    assert await api.code(query, after=cursor) == "BAD_CURSOR"


def lists_of(input: GraphQLInputObjectType, path: str = "filter") -> Iterator[tuple[str, str]]:
    """The paths of an input's lists and texts, and the words to build a literal of them with."""
    if input.extensions["strawberry-definition"].is_one_of:
        return
    for name, field in input.fields.items():
        kind = get_nullable_type(field.type)
        if isinstance(kind, GraphQLList):
            inner = get_named_type(kind)
            if isinstance(inner, GraphQLEnumType):
                value = next(iter(inner.values))
            else:
                value = '{role: ""}' if isinstance(inner, GraphQLInputObjectType) else '""'
            yield f"{path}.{name}", f"{{{name}: [{', '.join([value] * 1_001)}]}}"
        elif isinstance(kind, GraphQLInputObjectType):
            for inside, literal in lists_of(kind, f"{path}.{name}"):
                yield inside, f"{{{name}: {literal}}}"


QUERY_FIELDS = build_schema()._schema.query_type.fields  # type: ignore[union-attr]
LISTS_IN_FILTERS = [
    pytest.param(root, path, literal, id=f"{root}, {path}")
    for root in ROOTS
    if "filter" in QUERY_FIELDS[root].args
    for path, literal in lists_of(get_named_type(QUERY_FIELDS[root].args["filter"].type))
]


@pytest.mark.parametrize(("root", "path", "literal"), LISTS_IN_FILTERS)
async def test_a_list_in_a_filter_has_at_most_1000_values(
    api: Api, root: str, path: str, literal: str
) -> None:
    (error,) = await api.errors(f"{{ {root}(filter: {literal}) {{ totalCount }} }}")

    assert error["message"] == f"{path} holds at most 1,000 values, not 1,001."
    assert error["extensions"] == {"code": "BAD_REQUEST", "field": path}
    assert api.commands == []


async def test_a_text_in_a_filter_has_at_most_1000_characters(api: Api) -> None:
    fits, exceeds = {"search": "a" * 1_000}, {"industry": ["a", "a" * 1_001]}

    assert await api(PAGE, first=1, filter=fits)
    (error,) = await api.errors(PAGE, first=1, filter=exceeds)

    assert error["message"] == "filter.industry[1] has at most 1,000 characters."
    assert error["extensions"] == {"code": "BAD_REQUEST", "field": "filter.industry[1]"}


@pytest.mark.parametrize("text", ["a\0b", "\0"])
async def test_a_text_in_a_filter_has_no_nul(api: Api, text: str) -> None:
    (error,) = await api.errors(PAGE, first=1, filter={"search": text})

    assert error["message"] == "filter.search holds a NUL or half a surrogate pair."
    assert error["extensions"] == {"code": "BAD_REQUEST", "field": "filter.search"}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("$", [], id="a sign"),
        pytest.param("@@", [], id="several signs"),
        pytest.param("", [{"name": "Acme"}], id="nothing, as from an emptied box"),
        pytest.param("  ", [{"name": "Acme"}], id="blanks"),
    ],
)
async def test_what_a_search_without_a_word_finds(
    api: Api, text: str, found: list[dict[str, str]]
) -> None:
    await api.has(an_account("acc_1", "Acme"))

    answer = await api(PAGE, first=1, filter={"search": text})

    assert answer["accounts"]["nodes"] == found


@pytest.mark.parametrize(
    ("filter", "field", "ends"),
    [
        pytest.param(
            "{memberCount: {atLeast: 3, atMost: 2}}",
            "filter.memberCount",
            ("atLeast", "atMost"),
            id="a count",
        ),
        pytest.param(
            "{completeness: {greaterThan: 60, lessThan: 40}}",
            "filter.completeness",
            ("greaterThan", "lessThan"),
            id="a figure",
        ),
        pytest.param(
            "{engagement: {atLeast: 60, lessThan: 40}}",
            "filter.engagement",
            ("atLeast", "lessThan"),
            id="a score",
        ),
        pytest.param(
            '{peopleInRole: [{role: "a"}, {role: "b", atLeast: 2, atMost: 1}]}',
            "filter.peopleInRole[1]",
            ("atLeast", "atMost"),
            id="one entry of several",
        ),
    ],
)
async def test_a_range_that_ends_before_it_begins_is_refused(
    api: Api, filter: str, field: str, ends: tuple[str, str]
) -> None:
    (error,) = await api.errors(f"{{ buyingGroups(filter: {filter}) {{ totalCount }} }}")

    low, high = ends
    assert error["message"] == f"{field} ends before it begins: {low} is above {high}."
    assert error["extensions"] == {"code": "BAD_REQUEST", "field": field}
    assert api.commands == []


async def test_rows_without_a_sort_key_are_paged_too(api: Api) -> None:
    revenues = {"A": 3.0, "B": None, "C": 1.0, "D": None, "E": 1.0}
    await api.has(
        *(an_account(f"acc_{name}", name, annual_revenue=value) for name, value in revenues.items())
    )
    seen, after = [], None

    while True:
        page = (await api(PAGE, first=2, after=after, orderBy=BY_REVENUE))["accounts"]
        seen += [node["name"] for node in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        assert len(api.commands) == 2
        if not page["pageInfo"]["hasNextPage"]:
            break

    assert seen == ["C", "E", "A", "B", "D"]


async def test_two_lists_of_one_type_are_two_commands_under_two_names(api: Api) -> None:
    await some_accounts(api)

    answer = await api(
        "{ a: accounts(first: 1) { nodes { name } } "
        "b: accounts(first: 1, orderBy: {field: NAME, direction: DESC}) { nodes { name } } }"
    )

    assert answer == {
        "a": {"nodes": [{"name": "Account 0"}]},
        "b": {"nodes": [{"name": "Account 4"}]},
    }
    assert api.commands == ["find accounts", "find accounts"]


async def test_a_field_that_is_left_out_costs_nothing(api: Api) -> None:
    await some_accounts(api)

    await api(
        """query ($with: Boolean = false) { accounts { nodes {
          name people @include(if: $with) { totalCount } parent @skip(if: true) { name }
        } } }"""
    )

    assert api.commands == ["find accounts"]


GROWING = (Account, Activity, BuyingGroup, Event, Opportunity, Person)
LISTED = (*(kind for kind in KINDS.values() if issubclass(kind, Listed)), Event)


@pytest.mark.parametrize("kind", LISTED, ids=lambda kind: kind.__name__)
def test_an_index_serves_every_order_that_may_meet_many_rows(kind: type[Listed]) -> None:
    indexed = {index.keys[:2] for index in INDEXES if index.collection == kind.collection}
    orders = [kind.listing.default]
    if kind in GROWING:
        orders += kind.listing.orders.values()

    assert {("tenant", order.path) for order in orders} <= indexed
