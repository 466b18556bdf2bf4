"""Serving: one operation goes in, the response that GraphQL defines comes out."""

from dataclasses import dataclass
from typing import Any, Final

import strawberry
from graphql import GraphQLError, GraphQLFormattedError, GraphQLSyntaxError
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types.execution import PreExecutionError

from execution.context import Context

BAD_REQUEST: Final = "BAD_REQUEST"
PARSE_FAILED: Final = "GRAPHQL_PARSE_FAILED"
VALIDATION_FAILED: Final = "GRAPHQL_VALIDATION_FAILED"


@dataclass(frozen=True, slots=True)
class Answer:
    """The response map, and whether it came to executing: without that there is no data."""

    body: dict[str, object]
    was_executed: bool


async def execute(
    schema: strawberry.Schema,
    context: Context,
    query: str,
    variables: dict[str, Any] | None = None,
    operation_name: str | None = None,
) -> Answer:
    """Parse, validate and execute one operation; every error carries a code."""
    if not query.strip():
        return _refused([GraphQLError("query is empty.", extensions={"field": "query"})])
    try:
        result = await schema.execute(
            query,
            variable_values=variables,
            context_value=context,
            operation_name=operation_name,
        )
    except CannotGetOperationTypeError:
        return _refused([_no_operation(operation_name)])
    except InvalidOperationTypeError:
        return _refused([GraphQLError("Send queries and mutations here, no subscriptions.")])
    errors = result.errors or []
    if isinstance(result, PreExecutionError):
        return _refused(errors, VALIDATION_FAILED)
    if result.data is None and not any(error.path for error in errors):
        return _refused(errors)
    body: dict[str, object] = {"data": result.data}
    if errors:
        body["errors"] = [error.formatted for error in errors]
    return Answer(body, was_executed=True)


def _refused(errors: list[GraphQLError], code: str = BAD_REQUEST) -> Answer:
    return Answer({"errors": [_coded(error, code) for error in errors]}, was_executed=False)


def _coded(error: GraphQLError, code: str) -> GraphQLFormattedError:
    """The error with its own code, or with this one when it has none."""
    if isinstance(error, GraphQLSyntaxError):
        code = PARSE_FAILED
    formatted = error.formatted
    formatted["extensions"] = {"code": code, **(error.extensions or {})}
    return formatted


def _no_operation(name: str | None) -> GraphQLError:
    message = (
        "operationName is needed: the query has several operations, or none."
        if name is None
        else f"operationName names {name!r}, which the query does not have."
    )
    return GraphQLError(message, extensions={"field": "operationName"})
