import asyncio
import logging
from typing import Any

import pytest
from graphql import (
    GraphQLInputObjectType,
    GraphQLUnionType,
    build_client_schema,
    get_introspection_query,
    parse,
    validate,
)

from execution.context import Right
from schema.build import QuorumSchema, build_schema
from schema.query import Query
from store.reading import Reader, TookTooLong
from tests.schema.api import Api
from tests.stored import a_stored_group, an_account

UNEXPECTED = {"code": "INTERNAL", "requestId": "req_1"}


async def test_what_went_wrong_inside_is_logged_and_not_shown(
    api: Api, caplog: pytest.LogCaptureFixture
) -> None:
    await api.has(an_account(level="secret 42"), a_stored_group("bg_1"))

    with caplog.at_level(logging.ERROR):
        (error,) = await api.errors('{ account(id: "acc_1") { name level } }')

    assert error["message"] == "Unexpected error."
    assert error["extensions"] == UNEXPECTED
    assert error["path"] == ["account", "level"]
    assert "secret" not in str(error)
    assert "Request req_1 failed at ['account', 'level']." in caplog.text
    assert "secret 42" in caplog.text


async def test_a_bug_in_a_loader_is_not_shown_either(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*args: object) -> None:
        raise LookupError("the password is swordfish")

    monkeypatch.setattr(Reader, "page", broken)

    (error,) = await api.errors("{ accounts { nodes { id } totalCount } }")

    assert (error["message"], error["extensions"]) == ("Unexpected error.", UNEXPECTED)


async def test_a_value_that_should_be_there_and_is_not_is_an_error_of_ours(api: Api) -> None:
    await api.has(a_stored_group("bg_1", account_id="acc_gone"))

    (error,) = await api.errors('{ buyingGroup(id: "bg_1") { account { name } } }')

    assert error["extensions"] == UNEXPECTED


@pytest.mark.parametrize(
    "query",
    [
        pytest.param('{ account(id: "acc_1") { id } }', id="by id"),
        pytest.param('{ node(id: "acc_1") { id } }', id="by any id"),
        pytest.param('{ nodes(ids: ["acc_1"]) { id } }', id="by many ids"),
        pytest.param("{ accounts { totalCount } }", id="as a list"),
    ],
)
async def test_reading_needs_its_right(api: Api, query: str) -> None:
    await api.has(an_account())
    api.rights = (Right.EDIT_GROUPS,)

    (error,) = await api.errors(query)

    assert error["message"] == "This needs the right READ."
    assert error["extensions"] == {"code": "FORBIDDEN", "right": "READ"}
    assert api.commands == []

    api.rights = (Right.READ,)
    assert await api(query)


@pytest.mark.parametrize(
    ("query", "variables", "code"),
    [
        pytest.param("{ accounts(", {}, "GRAPHQL_PARSE_FAILED", id="broken text"),
        pytest.param("{ acounts { id } }", {}, "GRAPHQL_VALIDATION_FAILED", id="unknown field"),
        pytest.param("{ account { id } }", {}, "GRAPHQL_VALIDATION_FAILED", id="missing argument"),
        pytest.param(
            '{ accounts(first: "2") { totalCount } }',
            {},
            "GRAPHQL_VALIDATION_FAILED",
            id="an argument of another type",
        ),
        pytest.param(
            "query ($n: Int!) { accounts(first: $n) { totalCount } }",
            {"n": "two"},
            "GRAPHQL_VALIDATION_FAILED",
            id="a variable of another type",
        ),
        pytest.param(
            "query ($n: Int) { accounts(first: $n) { totalCount } }",
            {"n": None},
            "GRAPHQL_VALIDATION_FAILED",
            id="null where a value is needed",
        ),
        pytest.param(
            "{ accounts(orderBy: {field: SIZE}) { totalCount } }",
            {},
            "GRAPHQL_VALIDATION_FAILED",
            id="an unknown order",
        ),
        pytest.param(
            '{ buyingGroups(filter: {updatedSince: "2026-05-04T12:00:00"}) { totalCount } }',
            {},
            "GRAPHQL_VALIDATION_FAILED",
            id="a moment without an offset",
        ),
        pytest.param(
            "query ($f: BuyingGroupFilter) { buyingGroups(filter: $f) { totalCount } }",
            {"f": {"updatedSince": "yesterday"}},
            "GRAPHQL_VALIDATION_FAILED",
            id="no moment",
        ),
        pytest.param(
            "{ events(filter: {afterPosition: -1}) { totalCount } }",
            {},
            "GRAPHQL_VALIDATION_FAILED",
            id="no position",
        ),
        pytest.param(
            "query ($id: ID!) { account(id: $id) { id } }",
            {"id": "\ud800"},
            "BAD_REQUEST",
            id="half a character",
        ),
        pytest.param(
            "{ " + "a: __typename " * 5_001 + "}", {}, "TOO_COMPLEX", id="too many tokens"
        ),
        pytest.param(
            "{ " + "accounts { nodes { children " * 15 + "{ totalCount }" + " } }" * 15 + " }",
            {},
            "TOO_COMPLEX",
            id="too deep",
        ),
        pytest.param(
            "{ accounts(first: 100) { nodes { people(first: 100) { nodes { accounts(first: 100) "
            "{ nodes { name } } } } } } }",
            {},
            "TOO_COMPLEX",
            id="too many rows",
        ),
        pytest.param(
            "{ __schema { types { fields { type { fields { type { fields { type { fields { name "
            "} } } } } } } } } }",
            {},
            "GRAPHQL_VALIDATION_FAILED",
            id="introspection in circles",
        ),
    ],
)
async def test_what_cannot_be_done_has_a_code_and_asks_the_database_nothing(
    api: Api, query: str, variables: dict[str, Any], code: str
) -> None:
    errors = await api.errors(query, **variables)

    assert {error["extensions"]["code"] for error in errors} == {code}
    assert api.commands == []


async def test_an_operation_has_a_deadline(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    async def slow(*args: object) -> None:
        await asyncio.sleep(5)

    monkeypatch.setattr(Reader, "page", slow)
    schema = QuorumSchema(0.05, query=Query)

    result = await schema.execute("{ accounts { nodes { id } } }", context_value=api.context())

    assert result.data is None
    (error,) = result.errors or []
    assert error.message == "The request took longer than 0.05 seconds; ask for less at a time."
    assert error.extensions == {
        "code": "DEADLINE",
        "limit": 0.05,
        "retryable": True,
        "outcome": "NOT_DONE",
    }


async def test_a_read_that_the_database_gave_up_is_a_deadline_too(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def late(*args: object) -> None:
        raise TookTooLong

    monkeypatch.setattr(Reader, "page", late)

    assert await api.code("{ accounts { nodes { id } } }") == "DEADLINE"


def test_everything_in_the_schema_is_described() -> None:
    schema = build_schema()._schema
    bare = [
        name
        for name, type_ in schema.type_map.items()
        if not (name.startswith("__") or type_.description or isinstance(type_, GraphQLUnionType))
    ]
    bare += [
        f"{name}.{field}"
        for name, type_ in schema.type_map.items()
        if not name.startswith("__")
        for field, known in getattr(type_, "fields", {}).items()
        if not known.description
    ]

    assert bare == []


def test_there_is_one_schema() -> None:
    assert build_schema() is build_schema()


async def test_introspection_is_whole_and_a_client_can_be_built_of_it(api: Api) -> None:
    introspected = await api(get_introspection_query(input_value_deprecation=True))

    client = build_client_schema(introspected)

    mutation = "mutation ($items: [ActivityItemInput!]!) { recordActivities(input: {items: $items})"
    assert validate(client, parse(mutation + " { __typename } }")) == []


def test_conditions_ask_about_fields_that_tenants_define() -> None:
    condition = build_schema()._schema.type_map["AccountCondition"]

    assert isinstance(condition, GraphQLInputObjectType)
    assert {"custom", "derived"} <= set(condition.fields)
