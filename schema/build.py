"""The schema as it is served: its roots, the limits of a request, and what errors show."""

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache
from typing import Any, Final

import strawberry
from graphql import GraphQLError
from strawberry.extensions import SchemaExtension
from strawberry.types.execution import ExecutionContext, ExecutionResult
from strawberry.types.graphql import OperationType

from execution import given_values, limits
from execution.context import Context
from execution.error_masking import masked, with_outcome
from execution.refusals import overdue
from schema.errors import UserError
from schema.looking_up import KINDS
from schema.mutation import Mutation
from schema.query import Query
from schema.remembered import Remembered, RememberedOperations
from schema.scalars import CONFIG
from schema.serving import MutationBegun, OperationNamed
from schema.shared_answers import SharedAnswers
from schema.subscription import Subscription

DEADLINE_SECONDS: Final = 30.0


class _Limits(SchemaExtension):
    """Refuses, before it is validated, an operation that asks for more than one request may.

    So it does one that is given a value which does not fit, for here its path is known.
    """

    def on_parse(self) -> Iterator[None]:
        context = self.execution_context
        context.parse_options["max_tokens"] = limits.TOKENS
        if refusal := limits.check_variables(context.variables):
            raise refusal
        yield
        if context.graphql_document is not None:
            schema: Any = context.schema
            asked = schema._schema, context.graphql_document, context.variables
            name = context._provided_operation_name
            is_known = schema.remembered.document(context.query or "") is not None
            if refusal := limits.check(*asked) or given_values.check(
                *asked, name, is_known=is_known
            ):
                raise refusal


class QuorumSchema(strawberry.Schema):
    """The schema; executing keeps to a deadline, and every error of an answer has a code."""

    def __init__(self, deadline_seconds: float, **roots: Any) -> None:
        super().__init__(
            **roots,
            config=CONFIG,
            extensions=[_Limits, OperationNamed, RememberedOperations, MutationBegun],
            types=[*KINDS.values(), *UserError.__subclasses__()],
        )
        given_values.mark_one_ofs(self._schema)
        self.deadline_seconds = deadline_seconds
        self.shared = SharedAnswers()
        self.remembered = Remembered()

    async def execute(
        self,
        query: str | None,
        variable_values: dict[str, Any] | None = None,
        context_value: Any | None = None,
        root_value: Any | None = None,
        operation_name: str | None = None,
        allowed_operation_types: Iterable[OperationType] | None = None,
        operation_extensions: dict[str, Any] | None = None,
    ) -> ExecutionResult:
        """The result of one operation; a mutation cut off by the deadline may have been stored.

        What its loaders remember goes by the nodes of its text, so each operation has its own.
        """
        given = context_value
        if isinstance(given, Context):
            context_value = replace(given)
        try:
            async with asyncio.timeout(self.deadline_seconds):
                result = await super().execute(
                    query,
                    variable_values,
                    context_value,
                    root_value,
                    operation_name,
                    allowed_operation_types,
                    operation_extensions,
                )
        except TimeoutError:
            result = ExecutionResult(data=None, errors=[overdue(self.deadline_seconds)])
        finally:
            if isinstance(given, Context) and isinstance(context_value, Context):
                given.has_begun = context_value.has_begun  # also for whoever cut this off
        if result.errors:
            request_id = getattr(context_value, "request_id", "")
            has_begun = getattr(context_value, "has_begun", False)
            result.errors = [
                with_outcome(masked(error, request_id), has_begun=has_begun)
                for error in result.errors
            ]
        return result

    def process_errors(
        self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None
    ) -> None:
        """Errors are logged where they are masked."""


@cache
def build_schema(deadline_seconds: float = DEADLINE_SECONDS) -> QuorumSchema:
    """The one schema of the process."""
    return QuorumSchema(deadline_seconds, query=Query, mutation=Mutation, subscription=Subscription)
