"""The schema as it is served: its roots, the limits of a request, and what errors show."""

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache
from typing import Any, Final

import strawberry
from graphql import DocumentNode, GraphQLError
from strawberry.extensions import SchemaExtension
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types.execution import ExecutionContext, ExecutionResult
from strawberry.types.graphql import OperationType

from execution import given_values, limits
from execution.compiled import Plans
from execution.context import Context
from execution.error_masking import masked, place_of, with_outcome
from execution.refusals import overdue
from schema.errors import UserError
from schema.looking_up import KINDS
from schema.mutation import Mutation
from schema.query import Query
from schema.scalars import CONFIG
from schema.serving import KnownOperations, MutationBegun, OperationNamed
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
            is_known = schema.plans.known(context.query or "", name) is not None
            if refusal := limits.check(*asked) or given_values.check(
                *asked, name, is_known=is_known
            ):
                raise refusal


class QuorumSchema(strawberry.Schema):
    """The schema; executing keeps to a deadline, and every error of an answer has a code."""

    def __init__(self, deadline_seconds: float, *, is_compiled: bool = True, **roots: Any) -> None:
        super().__init__(
            **roots,
            config=CONFIG,
            extensions=[_Limits, OperationNamed, KnownOperations, MutationBegun],
            types=[*KINDS.values(), *UserError.__subclasses__()],
        )
        given_values.mark_one_ofs(self._schema)
        self.deadline_seconds = deadline_seconds
        self.is_compiled = is_compiled
        self.plans = Plans(self)
        self.shared = SharedAnswers()

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
                result = await self._by_plan(
                    query, variable_values, context_value, operation_name, allowed_operation_types
                ) or await super().execute(
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
            result.errors.sort(key=place_of)
            request_id = getattr(context_value, "request_id", "")
            has_begun = getattr(context_value, "has_begun", False)
            result.errors = [
                with_outcome(masked(error, request_id), has_begun=has_begun)
                for error in result.errors
            ]
        return result

    async def _by_plan(
        self,
        query: str | None,
        variables: dict[str, Any] | None,
        context: Any,
        operation_name: str | None,
        allowed: Iterable[OperationType] | None,
    ) -> ExecutionResult | None:
        """The result of an operation that has a plan; None: it is executed in the ordinary way."""
        if not self.is_compiled or not query or not isinstance(context, Context):
            return None
        compiled = self.plans.find(query, operation_name)
        if compiled is None:
            prepared = await self.prepared(query, variables, context, operation_name, allowed)
            if not isinstance(prepared, DocumentNode):
                return prepared
            compiled = self.plans.known(query, operation_name) or self.plans.keep(
                query, operation_name, prepared
            )
        result = await self.plans.execute(compiled, context, variables)
        return ExecutionResult(data=result.data, errors=result.errors) if result else None

    async def prepared(
        self,
        query: str,
        variables: dict[str, Any] | None,
        context: Context,
        operation_name: str | None,
        allowed: Iterable[OperationType] | None,
    ) -> DocumentNode | ExecutionResult:
        """The document of a text that is found valid and within the limits; else the errors."""
        execution = self._create_execution_context(
            query=query,
            allowed_operation_types=allowed or tuple(OperationType),
            variable_values=variables,
            context_value=context,
            operation_name=operation_name,
        )
        extensions = self.get_extensions()
        for extension in extensions:
            extension.execution_context = execution
        runner = self.create_extensions_runner(execution, extensions)
        try:
            async with runner.operation():
                failed = await self._prepare_operation_async(execution, runner)
        except (CannotGetOperationTypeError, InvalidOperationTypeError):
            raise
        except GraphQLError as error:
            return ExecutionResult(data=None, errors=[error])
        except Exception as error:
            unexpected = GraphQLError(str(error), original_error=error)
            return ExecutionResult(data=None, errors=[unexpected])
        if failed is not None:
            return ExecutionResult(data=None, errors=failed.errors)
        assert execution.graphql_document is not None
        return execution.graphql_document

    def process_errors(
        self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None
    ) -> None:
        """Errors are logged where they are masked."""


@cache
def build_schema(
    deadline_seconds: float = DEADLINE_SECONDS, *, is_compiled: bool = True
) -> QuorumSchema:
    """The one schema of the process; its operations are compiled, or executed field by field."""
    return QuorumSchema(
        deadline_seconds,
        is_compiled=is_compiled,
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
    )
