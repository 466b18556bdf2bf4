"""Serving: one operation goes in, the response that GraphQL defines comes out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import strawberry
from graphql import GraphQLError, OperationDefinitionNode
from strawberry.extensions import SchemaExtension
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types.graphql import OperationType

from execution.compiled import Plans
from execution.context import Context
from execution.refusals import CodedError, bad_request
from schema.validating import faults

_SUBSCRIPTION: Final = bad_request(
    "query",
    "is a subscription: ask for it over a WebSocket, as text/event-stream or as multipart/mixed.",
)


@dataclass(frozen=True, slots=True)
class Answer:
    """The response map, and whether it came to executing; what was not executed has no data.

    `code` is that of the first error where there is no data, or null.
    """

    body: dict[str, object]
    was_executed: bool
    code: str = ""


class OperationNamed(SchemaExtension):
    """Refuses to guess: of several operations the request must name one.

    Strawberry would execute the first, which may be a mutation.
    """

    def on_validate(self) -> Iterator[None]:
        execution = self.execution_context
        document = execution.graphql_document
        if execution._provided_operation_name is None and document is not None:
            definitions = document.definitions
            count = sum(isinstance(found, OperationDefinitionNode) for found in definitions)
            if count > 1:
                raise no_operation(None)
        yield


class KnownOperations(SchemaExtension):
    """Neither parses nor validates again what was found valid; what is found so now is kept.

    What depends on the variables is looked at each time all the same.
    """

    def on_parse(self) -> Iterator[None]:
        execution = self.execution_context
        self._known = self._plans.known(execution.query or "", execution._provided_operation_name)
        if self._known is not None:
            execution.graphql_document = self._known.document
        yield

    def on_validate(self) -> Iterator[None]:
        execution = self.execution_context
        document = execution.graphql_document
        if self._known is not None:
            execution.pre_execution_errors = []
        elif document is not None:
            schema: Any = execution.schema
            rules = execution.validation_rules
            execution.pre_execution_errors = faults(schema._schema, document, rules)
        yield
        if self._known is None and execution.pre_execution_errors == [] and document is not None:
            self._plans.keep(execution.query or "", execution._provided_operation_name, document)

    @property
    def _plans(self) -> Plans:
        schema: Any = self.execution_context.schema
        plans: Plans = schema.plans
        return plans


class MutationBegun(SchemaExtension):
    """Notes that a mutation begins: from then on an error leaves open what it has stored."""

    def on_execute(self) -> Iterator[None]:
        execution = self.execution_context
        if isinstance(execution.context, Context):
            execution.context.has_begun = execution.operation_type is OperationType.MUTATION
        yield


async def execute(
    schema: strawberry.Schema,
    context: Context,
    query: str,
    variables: dict[str, Any] | None = None,
    operation_name: str | None = None,
) -> Answer:
    """Parse, validate and execute one operation, a query or a mutation."""
    if not query:
        return refused([bad_request("query", "is empty.")])
    try:
        result = await schema.execute(
            query,
            variable_values=variables,
            context_value=context,
            operation_name=operation_name,
            allowed_operation_types=(OperationType.QUERY, OperationType.MUTATION),
        )
    except InvalidOperationTypeError:
        return refused([_SUBSCRIPTION])
    except CannotGetOperationTypeError:
        return refused([no_operation(operation_name)])
    errors = result.errors or []
    if result.data is None and not any(error.path for error in errors):
        return refused(errors)
    body: dict[str, object] = {"data": result.data}
    if errors:
        body["errors"] = [error.formatted for error in errors]
    return Answer(body, was_executed=True, code=_code(errors) if result.data is None else "")


def refused(errors: Sequence[GraphQLError]) -> Answer:
    """The answer to what does not come to executing."""
    body: dict[str, object] = {"errors": [error.formatted for error in errors]}
    return Answer(body, was_executed=False, code=_code(errors))


def _code(errors: Sequence[GraphQLError]) -> str:
    return str((errors[0].extensions or {}).get("code", "")) if errors else ""


def no_operation(name: str | None) -> CodedError:
    """The name leaves open which operation is meant, or fits none."""
    if name is None:
        return bad_request("operationName", "must name one of the operations of the query.")
    return bad_request("operationName", f"is {name!r}, and the query has no such operation.")
