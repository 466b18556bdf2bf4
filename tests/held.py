"""Held queries: what tests ask is asked of the ordinary execution too, and answered alike."""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from graphql import GraphQLError, OperationType, get_operation_ast, parse
from strawberry.types.execution import ExecutionResult

from execution.context import Context
from schema.build import build_schema
from tests.equality.compared import difference
from tests.recorder import ASIDE


async def executed(
    context: Context,
    query: str,
    variables: dict[str, Any] | None = None,
    operation_name: str | None = None,
) -> Any:
    """The result of an operation; that of a query is held against the ordinary execution."""
    result = await build_schema().execute(
        query, variable_values=variables, context_value=context, operation_name=operation_name
    )
    await hold(context, query, variables, operation_name, _body(result))
    return result


async def hold(
    context: Context,
    query: str,
    variables: dict[str, Any] | None,
    operation_name: str | None,
    body: Mapping[str, Any],
) -> None:
    """Fail unless the ordinary execution of a query has the same answer, on the same data.

    Anything else is not carried out again. The commands it takes are not recorded.
    """
    if not _is_query(query, operation_name):
        return
    with _aside():
        ordinary = await build_schema(is_compiled=False).execute(
            query,
            variable_values=variables,
            context_value=replace(context),
            operation_name=operation_name,
        )
    found = difference({"data": None, **body}, _body(ordinary))
    assert found is None, f"{found}\n{query}\ncompiled: {body}\nordinary: {_body(ordinary)}"


def _is_query(text: str, operation_name: str | None) -> bool:
    try:
        operation = get_operation_ast(parse(text), operation_name)
    except GraphQLError:
        return False
    return operation is not None and operation.operation is OperationType.QUERY


def _body(result: ExecutionResult) -> dict[str, Any]:
    errors = [dict(error.formatted) for error in result.errors or ()]
    return {"data": result.data} | ({"errors": errors} if errors else {})


@contextmanager
def _aside() -> Iterator[None]:
    """What is done meanwhile is neither recorded nor logged."""
    log = logging.getLogger("execution.error_masking")
    was_disabled, log.disabled = log.disabled, True
    token = ASIDE.set(True)
    try:
        yield
    finally:
        ASIDE.reset(token)
        log.disabled = was_disabled
