from collections.abc import Iterator
from typing import Any

import pytest
from graphql import (
    GraphQLField,
    GraphQLList,
    GraphQLObjectType,
    get_named_type,
    get_nullable_type,
    is_leaf_type,
    parse,
)

from execution.limits import check, rows_of
from schema.build import build_schema

SCHEMA = build_schema()._schema
SIZES = {"ids", "first"}
PER_MEMBER = "types { days { count } }"
GROUPS = """query ($first: Int!, $members: Int = 100) { buyingGroups(first: $first) { nodes {
  engagement { breakdown(membersPerRole: $members) { roles { members { %s } } } } } } }"""
UPSERT = """mutation ($input: UpsertAccountsInput!) { upsertAccounts(input: $input) {
  ... on UpsertAccountsSuccess { outcomes { account {
    people(first: 100) { nodes { name email } }
  } } }
} }"""
NODES = """query ($ids: [ID!]! = [%s]) { nodes(ids: $ids) { ... on Account {
  people(first: 100) { nodes { name accounts(first: 20) { nodes { name } } } } } } }"""


def refusal(query: str, **variables: Any) -> str | None:
    found = check(SCHEMA, parse(query), variables)
    return found.message.split(" values")[0] if found else None


def lists_of_objects() -> Iterator[tuple[str, GraphQLField]]:
    for name, kind in SCHEMA.type_map.items():
        if name.startswith("__") or not isinstance(kind, GraphQLObjectType):
            continue
        for each, field in kind.fields.items():
            is_list = isinstance(get_nullable_type(field.type), GraphQLList)
            if is_list and not is_leaf_type(get_named_type(field.type)):
                yield f"{name}.{each}", field


def test_every_list_says_how_many_rows_it_may_have() -> None:
    silent = [
        name
        for name, field in lists_of_objects()
        if not name.endswith(("Connection.nodes", "Connection.edges"))
        and not SIZES & field.args.keys()
        and rows_of(field) is None
    ]

    assert silent == []


def test_an_argument_that_rows_are_asked_for_with_exists() -> None:
    arguments = {
        argument
        for kind in SCHEMA.type_map.values()
        if isinstance(kind, GraphQLObjectType)
        for field in kind.fields.values()
        for argument in field.args
    }

    asked = {rows for _, field in lists_of_objects() if isinstance(rows := rows_of(field), str)}

    assert asked == {"first", "input", "membersPerRole", "typesPerMember", "daysPerType"}
    assert asked <= arguments


@pytest.mark.parametrize(
    ("query", "variables", "expected"),
    [
        pytest.param(
            GROUPS % PER_MEMBER,
            {"first": 100},
            "The answer could hold 62202401",
            id="members of roles of groups, by a variable's default",
        ),
        pytest.param(
            GROUPS % PER_MEMBER, {"first": 1, "members": 5}, None, id="few members of one group"
        ),
        pytest.param(
            GROUPS % "score", {"first": 100, "members": 2}, None, id="two members of many groups"
        ),
        pytest.param(
            UPSERT,
            {"input": {"items": [{"name": "A"}] * 1_000}},
            "The answer could hold 302002",
            id="people of 1,000 accounts",
        ),
        pytest.param(
            NODES % ", ".join(['"acc_1"'] * 100),
            {},
            "The answer could hold 430101",
            id="accounts by ids that are a variable's default",
        ),
        pytest.param(
            "query Small($n: Int! = 1) { ...Wide } query Large($n: Int! = 100) { ...Wide } "
            "fragment Wide on Query { accounts(first: $n) { nodes { people(first: $n) { nodes { "
            "accounts(first: $n) { nodes { name } } } } } } }",
            {},
            "The answer could hold 2020201",
            id="the larger of two operations' defaults",
        ),
        pytest.param(
            "{ buyingGroups(first: 100) { nodes { roles { members(first: 100) { nodes { since } } "
            "} } } }",
            {},
            "The answer could hold 402201",
            id="members of the roles of a template",
        ),
    ],
)
def test_what_lists_within_lists_may_hold(
    query: str, variables: dict[str, Any], expected: str | None
) -> None:
    assert refusal(query, **variables) == expected
