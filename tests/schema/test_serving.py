import logging
from typing import Any, cast

import pytest
import strawberry

from execution.context import Context
from schema.serving import Answer, OperationNamed, execute

written: list[int] = []


@strawberry.type
class Query:
    @strawberry.field
    async def doubled(self, of: int) -> int:
        return 2 * of

    @strawberry.field
    async def nothing(self) -> int:
        raise LookupError("there is nothing")

    @strawberry.field
    async def maybe(self) -> int | None:
        raise LookupError("there is nothing")


@strawberry.type
class Mutation:
    @strawberry.mutation
    async def write(self, number: int) -> int:
        written.append(number)
        return number


SCHEMA = strawberry.Schema(Query, Mutation, extensions=[OperationNamed])


class Asking:
    """As much of a context as an operation without stores needs."""

    request_id = "r1"


async def ask(
    query: str, variables: dict[str, Any] | None = None, name: str | None = None
) -> Answer:
    return await execute(SCHEMA, cast(Context, Asking()), query, variables, name)


async def test_an_operation_gives_its_data_and_no_word_about_errors() -> None:
    answer = await ask("query Q($n: Int!) { doubled(of: $n) }", {"n": 21}, "Q")

    assert answer == Answer({"data": {"doubled": 42}}, was_executed=True)


@pytest.mark.parametrize(
    ("query", "data"),
    [
        pytest.param("{ doubled(of: 1) maybe }", {"doubled": 2, "maybe": None}, id="beside data"),
        pytest.param("{ doubled(of: 1) nothing }", None, id="in place of all data"),
    ],
)
async def test_an_error_of_a_field_stands_beside_data(query: str, data: object) -> None:
    answer = await ask(query)

    assert answer.was_executed
    assert answer.body["data"] == data
    assert len(cast(list[object], answer.body["errors"])) == 1


@pytest.mark.parametrize(
    ("query", "variables", "name", "code", "field"),
    [
        pytest.param("{ doubled(", None, None, "GRAPHQL_PARSE_FAILED", None, id="no GraphQL"),
        pytest.param(
            "{ a" * 100_000, None, None, "GRAPHQL_PARSE_FAILED", None, id="nesting without end"
        ),
        pytest.param("{ a }", None, None, "GRAPHQL_VALIDATION_FAILED", None, id="unknown field"),
        pytest.param("", None, None, "BAD_REQUEST", "query", id="an empty query"),
        pytest.param(" # no\n", None, None, "GRAPHQL_PARSE_FAILED", None, id="only a comment"),
        pytest.param(
            "query Q($n: Int!) { doubled(of: $n) }",
            {"n": "many"},
            None,
            "BAD_REQUEST",
            None,
            id="a variable of another type",
        ),
        pytest.param(
            "query Q { maybe }",
            None,
            "R",
            "BAD_REQUEST",
            "operationName",
            id="an operation that is not there",
        ),
        pytest.param(
            "mutation M { write(number: 1) } query Q { maybe }",
            None,
            None,
            "BAD_REQUEST",
            "operationName",
            id="two operations and no name",
        ),
        pytest.param(
            "fragment F on Query { maybe }",
            None,
            None,
            "BAD_REQUEST",
            "operationName",
            id="a fragment alone",
        ),
        pytest.param(
            "subscription { a }", None, None, "GRAPHQL_VALIDATION_FAILED", None, id="subscription"
        ),
    ],
)
async def test_what_is_not_executed_has_a_code_and_no_data(
    query: str, variables: dict[str, Any] | None, name: str | None, code: str, field: str | None
) -> None:
    written.clear()

    answer = await ask(query, variables, name)

    (error,) = cast(list[dict[str, Any]], answer.body["errors"])
    assert not answer.was_executed
    assert "data" not in answer.body
    assert error["extensions"]["code"] == code
    assert error["extensions"].get("field") == field
    assert written == []


async def test_one_of_several_operations_is_chosen_by_its_name() -> None:
    query = "query A { doubled(of: 1) } query B { doubled(of: 2) }"

    answer = await ask(query, name="B")

    assert answer.body == {"data": {"doubled": 4}}


async def test_a_bug_before_execution_is_logged_and_its_text_kept_back(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("the secret")

    monkeypatch.setattr("strawberry.schema.schema.validate_document", broken)

    with caplog.at_level(logging.ERROR, "schema.serving"):
        answer = await ask("{ maybe }")

    assert answer.body == {
        "errors": [
            {
                "message": "Unexpected error.",
                "extensions": {"code": "INTERNAL", "requestId": "r1"},
            }
        ]
    }
    assert "the secret" in caplog.text
