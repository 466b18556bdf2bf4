from collections.abc import Awaitable, Callable
from typing import Any, cast

import pytest
from pymongo.errors import AutoReconnect

from domain.identifiers import TenantId
from execution.context import Right
from resolvers.tenants import create_tenant
from schema.build import build_schema
from schema.serving import Answer, execute
from store.driver import Database, close, open_database
from tests.contexts import Clock, a_context
from tests.held import hold
from tests.nobody import nobody

Ask = Callable[..., Awaitable[Answer]]

CREATE = 'createRole(input: {name: "Auditor"}) { __typename }'


@pytest.fixture
def ask(database: Database, tenant: TenantId) -> Ask:
    """Executes an operation; its viewer may do everything but read."""

    async def ask(
        query: str, variables: dict[str, Any] | None = None, name: str | None = None
    ) -> Answer:
        context = a_context(database, tenant, Clock(), rights=[Right.EDIT_COMPONENTS])
        answer = await execute(build_schema(), context, query, variables, name)
        await hold(context, query, variables, name, answer.body)
        return answer

    return ask


async def test_an_operation_gives_its_data_and_no_word_about_errors(ask: Ask) -> None:
    answer = await ask(
        "mutation M($name: String!) { createRole(input: {name: $name}) { __typename } }",
        {"name": "Auditor"},
        "M",
    )

    assert answer.was_executed
    assert answer.body == {"data": {"createRole": {"__typename": "CreateRoleSuccess"}}}


@pytest.mark.parametrize(
    ("query", "data"),
    [
        pytest.param(
            '{ __typename node(id: "acc_1") { id } }',
            {"__typename": "Query", "node": None},
            id="beside what has no error",
        ),
        pytest.param(
            "{ __typename roles { totalCount } }", None, id="in place of all when it needs a value"
        ),
    ],
)
async def test_an_error_of_a_field_stands_beside_data(ask: Ask, query: str, data: object) -> None:
    answer = await ask(query)

    assert answer.was_executed
    assert answer.body["data"] == data
    assert [error["extensions"]["code"] for error in _errors(answer)] == ["FORBIDDEN"]


@pytest.mark.parametrize(
    ("query", "variables", "name", "code", "field"),
    [
        pytest.param("{ node(", None, None, "GRAPHQL_PARSE_FAILED", None, id="no GraphQL"),
        pytest.param(" # no\n", None, None, "GRAPHQL_PARSE_FAILED", None, id="only a comment"),
        pytest.param(
            "{ a" * 100_000, None, None, "GRAPHQL_PARSE_FAILED", None, id="nesting without end"
        ),
        pytest.param("{ a }", None, None, "GRAPHQL_VALIDATION_FAILED", None, id="unknown field"),
        pytest.param("subscription { a }", None, None, "BAD_REQUEST", "query", id="subscription"),
        pytest.param(
            "query Q($id: ID!) { node(id: $id) { id } }",
            {"id": []},
            None,
            "GRAPHQL_VALIDATION_FAILED",
            "id",
            id="a variable of another type",
        ),
        pytest.param("", None, None, "BAD_REQUEST", "query", id="an empty query"),
        pytest.param(
            "query Q { __typename }",
            None,
            "R",
            "BAD_REQUEST",
            "operationName",
            id="an operation that is not there",
        ),
        pytest.param(
            "fragment F on Query { __typename }",
            None,
            None,
            "BAD_REQUEST",
            "operationName",
            id="a fragment alone",
        ),
    ],
)
async def test_what_is_not_executed_has_a_code_and_no_data(
    ask: Ask,
    query: str,
    variables: dict[str, Any] | None,
    name: str | None,
    code: str,
    field: str | None,
) -> None:
    answer = await ask(query, variables, name)

    (error,) = _errors(answer)
    assert not answer.was_executed
    assert "data" not in answer.body
    assert error["extensions"]["code"] == code
    assert error["extensions"].get("field") == field


async def test_without_its_database_an_answer_asks_to_try_again_and_logs_no_trace(
    caplog: pytest.LogCaptureFixture,
) -> None:
    client = nobody()
    context = a_context(open_database(client, "nobody"), TenantId("t"), Clock())

    answer = await execute(build_schema(), context, "{ roles { totalCount } }")
    await close(client)

    (error,) = _errors(answer)
    assert error["message"] == "The database does not answer now; try again in a moment."
    assert error["extensions"] == {
        "code": "UNAVAILABLE",
        "requestId": "",
        "retryable": True,
        "outcome": "NOT_DONE",
    }
    assert (answer.body["data"], answer.code) == (None, "UNAVAILABLE")
    (line,) = caplog.records
    assert "MongoDB does not answer: 127.0.0.1:1" in line.message
    assert line.exc_info is None


async def test_a_mutation_whose_answer_does_not_come_may_have_been_done(
    database: Database, tenant: TenantId, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = a_context(database, tenant, Clock())
    await create_tenant(context, "Home", "UTC")

    async def dies(*_: Any) -> None:
        raise AutoReconnect("connection closed")

    with monkeypatch.context() as outage:
        outage.setattr(context.stores.relay, "forward", dies)  # what comes after storing
        answer = await execute(build_schema(), context, f"mutation {{ {CREATE} }}")
    refused = await execute(build_schema(), context, "mutation { createRole { __typename } }")

    (error,) = _errors(answer)
    assert (error["extensions"]["code"], error["extensions"]["outcome"]) == (
        "UNAVAILABLE",
        "UNKNOWN",
    )
    assert await database["roles"].count_documents({"tenant": tenant, "name": "Auditor"}) == 1
    assert "outcome" not in _errors(refused)[0]["extensions"]


async def test_of_two_operations_without_a_name_none_is_executed(
    ask: Ask, database: Database, tenant: TenantId
) -> None:
    answer = await ask(f"mutation M {{ {CREATE} }} query Q {{ __typename }}")

    (error,) = _errors(answer)
    assert error["message"] == "operationName must name one of the operations of the query."
    assert error["extensions"] == {"code": "BAD_REQUEST", "field": "operationName"}
    assert await database["roles"].count_documents({"tenant": tenant}) == 0


async def test_of_two_operations_the_named_one_is_executed(
    ask: Ask, database: Database, tenant: TenantId
) -> None:
    answer = await ask(f"mutation M {{ {CREATE} }} query Q {{ __typename }}", name="Q")

    assert answer.body == {"data": {"__typename": "Query"}}
    assert await database["roles"].count_documents({"tenant": tenant}) == 0


def _errors(answer: Answer) -> list[dict[str, Any]]:
    return cast(list[dict[str, Any]], answer.body["errors"])
