"""Subscribing: one operation goes in; for a subscription, answer after answer comes out."""

import asyncio
import json
import re
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final, TypeAlias, cast

import orjson
from graphql import (
    DocumentNode,
    ExecutionResult,
    FieldNode,
    GraphQLError,
    OperationDefinitionNode,
    VariableNode,
    create_source_event_stream,
    execute_subscription_event,
)
from graphql.execution import Executor
from strawberry.execution import optimized_is_awaitable
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types.graphql import OperationType

from execution.context import Context
from execution.error_codes import ErrorCode
from execution.error_masking import masked, with_outcome
from execution.refusals import overdue
from execution.sources import Sourced
from schema.build import QuorumSchema
from schema.serving import Answer, execute, no_operation, refused

_PATIENCE_SECONDS: Final = 60.0
_PAUSE_SECONDS: Final = 0.5
_PASSING: Final = (ErrorCode.UNAVAILABLE, ErrorCode.DEADLINE)


@dataclass(frozen=True, slots=True)
class Ended:
    """A subscription that cannot go on, and why: the errors as they are sent."""

    errors: Sequence[Any]


Told: TypeAlias = str | Ended
"""An answer as JSON, or the end of them."""


async def respond(
    schema: QuorumSchema,
    context: Context,
    query: str,
    variables: dict[str, Any] | None = None,
    operation_name: str | None = None,
) -> Answer | AsyncGenerator[Told, None]:
    """The answer to a query, to a mutation or to what is refused; the answers to a subscription.

    They go on until the subscription ends by itself or they are closed.
    """
    if "subscription" not in query:
        return await execute(schema, context, query, variables, operation_name)
    try:
        executor = await _prepared(schema, context, query, variables, operation_name)
    except InvalidOperationTypeError:
        return await execute(schema, context, query, variables, operation_name)
    except CannotGetOperationTypeError:
        return refused([no_operation(operation_name)])
    if isinstance(executor, list):
        return _refused(context, executor)
    source: Any = create_source_event_stream(executor)
    if optimized_is_awaitable(source):
        source = await source
    if isinstance(source, ExecutionResult):
        return _refused(context, source.errors or [])
    lasting = _lasting(executor.operation, query, variables or {})
    key = (context.viewer, query, operation_name, json.dumps(lasting, sort_keys=True))
    return _Answers(schema, context, executor, key).of(source)


async def _prepared(
    schema: QuorumSchema,
    context: Context,
    query: str,
    variables: dict[str, Any] | None,
    operation_name: str | None,
) -> Executor[Any] | list[GraphQLError]:
    """What executes the subscription, found valid and within the limits; else the errors."""
    document = await schema.prepared(
        query, variables, context, operation_name, (OperationType.SUBSCRIPTION,)
    )
    if not isinstance(document, DocumentNode):
        return list(document.errors or ())
    return schema.execution_context_class.build(
        schema._schema,
        document,
        context_value=context,
        raw_variable_values=variables,
        operation_name=operation_name,
        is_awaitable=cast(Any, optimized_is_awaitable),
    )


def _lasting(
    operation: OperationDefinitionNode, query: str, variables: dict[str, Any]
) -> dict[str, Any]:
    """The variables on which answers depend: that of `after` only says where they begin.

    So whoever has come back shares them with those who never went. A variable that is used
    elsewhere too stays: it would stand in the text more often than where it is declared and here.
    """
    root = operation.selection_set.selections[0]
    given = (root.arguments if isinstance(root, FieldNode) else None) or ()
    passing = {
        each.value.name.value
        for each in given
        if each.name.value == "after" and isinstance(each.value, VariableNode)
    }
    return {
        name: value
        for name, value in variables.items()
        if name not in passing or len(re.findall(rf"\${name}\b", query)) != 2
    }


class _Answers:
    """The answers of one subscription, each executed once however many ask the same."""

    def __init__(
        self, schema: QuorumSchema, context: Context, executor: Executor[Any], key: object
    ) -> None:
        self._seconds = schema.deadline_seconds
        self._context = context
        self._executor = executor
        self._shared = schema.shared.of(key)

    async def of(self, source: AsyncGenerator[Sourced | None, None]) -> AsyncGenerator[Told, None]:
        """An answer for each value of the source; an error of the source ends them."""
        try:
            async with aclosing(source) as values:
                async for value in values:
                    mark = value.document["mark"] if value else None
                    yield await self._shared.of(mark, partial(self._answer, value))
        except Exception as error:
            raised = GraphQLError("", original_error=error)
            yield Ended([_masked(self._context, raised).formatted])

    async def _answer(self, value: object) -> str:
        """The answer to one value, as JSON; while the database is away, it is waited for."""
        clock = asyncio.get_running_loop().time
        deadline = clock() + _PATIENCE_SECONDS
        while True:
            result = await self._executed(value)
            errors = [_masked(self._context, error) for error in result.errors or ()]
            is_passing = any((error.extensions or {}).get("code") in _PASSING for error in errors)
            if not is_passing or clock() > deadline:
                break
            await asyncio.sleep(_PAUSE_SECONDS)
        body: dict[str, object] = {"data": result.data}
        if errors:
            body["errors"] = [error.formatted for error in errors]
        return orjson.dumps(body).decode()

    async def _executed(self, value: object) -> ExecutionResult:
        executor = self._executor.build_per_event_executor(value)
        executor.context_value = replace(self._context)
        try:
            async with asyncio.timeout(self._seconds):
                result = execute_subscription_event(executor)
                return result if isinstance(result, ExecutionResult) else await result
        except TimeoutError:
            return ExecutionResult(data=None, errors=[overdue(self._seconds)])


def _refused(context: Context, errors: Sequence[GraphQLError]) -> Answer:
    return refused([_masked(context, error) for error in errors])


def _masked(context: Context, error: GraphQLError) -> GraphQLError:
    return with_outcome(masked(error, context.request_id), has_begun=False)
