"""Compiled operations: texts that were found valid, kept with their plans, and executed by them.

A plan holds for every request with the same text and the same values in `@skip` and `@include`.
"""

import time
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any, Final

from graphql import (
    DocumentNode,
    ExecutionResult,
    GraphQLError,
    OperationDefinitionNode,
    OperationType,
    VariableNode,
    get_operation_ast,
    visit,
)
from graphql.execution.values import VariableValues
from graphql.language import DirectiveNode, Visitor

from execution.context import Context
from execution.gatherers import gather
from execution.gathering import Run
from execution.limits import Checked
from execution.metrics import METRICS
from execution.plans import NotPlanned, Plan, fragments_of, plan_of
from execution.replaying import replayed
from execution.variables import Variables

MOST_BYTES: Final = 32 * 2**20
"""What all plans may take together, by estimate."""
LONGEST: Final = 20_000
"""Characters of a text that is kept."""

_BYTES_OF_A_FIELD: Final = 4_000
_BYTES_OF_A_CHARACTER: Final = 200
_MOST_BRANCHES: Final = 64
_KNOWN_DIRECTIVES: Final = ("include", "skip")

_LOOKED_UP: Final = METRICS.counter(
    "quorum_plan_cache_total", "Operations whose plan was known, or had to be made.", "result"
)
_PLANS: Final = METRICS.gauge("quorum_plan_cache_plans", "Plans that are kept.")
_BYTES: Final = METRICS.gauge("quorum_plan_cache_bytes", "What they take, by estimate.")
_COMPILING: Final = METRICS.histogram(
    "quorum_plan_compile_seconds", "How long it took to make a plan of a valid text."
)
_EXECUTED: Final = METRICS.counter(
    "quorum_operations_executed_total",
    "Operations by how they were executed: compiled, completed by graphql-core, or all by it.",
    "way",
)


@dataclass(slots=True, eq=False)
class Compiled:
    """A valid text of one operation, and its plans by the values that it branches on.

    It has no plan when it is executed in the ordinary way.
    """

    name: tuple[str, str | None]
    document: DocumentNode
    operation: OperationDefinitionNode
    variables: Variables
    sizes: Checked
    branching: tuple[str, ...]
    is_planned: bool
    bytes: int = 0
    plans: dict[tuple[object, ...], Plan] = field(default_factory=dict)


class Plans:
    """The compiled operations that were used last."""

    def __init__(self, schema: Any, most_bytes: int = MOST_BYTES) -> None:
        self._schema = schema
        self._most_bytes = most_bytes
        self._kept: OrderedDict[tuple[str, str | None], Compiled] = OrderedDict()
        self._bytes = 0

    def find(self, text: str, operation_name: str | None) -> Compiled | None:
        """The operation, if its text was found valid before and is still kept."""
        found = self.known(text, operation_name)
        _LOOKED_UP.add("miss" if found is None else "hit")
        return found

    def known(self, text: str, operation_name: str | None) -> Compiled | None:
        """The same, without being counted."""
        name = text, operation_name
        found = self._kept.get(name)
        if found is not None:
            self._kept.move_to_end(name)
        return found

    def keep(self, text: str, operation_name: str | None, document: DocumentNode) -> Compiled:
        """The operation of a text that was found valid, kept from now on."""
        operation = get_operation_ast(document, operation_name)
        assert operation is not None
        found = _Directives()
        visit(document, found)
        name = text, operation_name
        branching = tuple(sorted(found.variables))
        schema = self._schema._schema
        compiled = Compiled(
            name,
            document,
            operation,
            Variables(schema, document, operation, operation_name),
            Checked(schema, document),
            branching,
            is_planned=operation.operation is not OperationType.SUBSCRIPTION and not found.is_other,
        )
        if len(text) <= LONGEST:
            self._kept[name] = compiled
            self._grow(compiled, _BYTES_OF_A_CHARACTER * len(text))
        return compiled

    async def execute(
        self, compiled: Compiled, context: Context, variables: dict[str, Any] | None
    ) -> ExecutionResult | None:
        """The result of an operation; None when it has to be executed in the ordinary way.

        That is known before anything is done.
        """
        refusal = compiled.sizes.check(variables)
        given = [refusal] if refusal else compiled.variables.of(variables)
        if isinstance(given, list):
            return ExecutionResult(None, given)
        plan = self._plan(compiled, given)
        if plan is None:
            _EXECUTED.add("ordinary")
            return None
        run = Run(self._schema, plan, given, context, gather)
        context.has_begun = compiled.operation.operation is OperationType.MUTATION
        await run.gather()
        try:
            (data,) = run.root.answers()
        except Exception:
            _EXECUTED.add("completed")
            return replayed(run, compiled.document, variables, compiled.name[1])
        _EXECUTED.add("compiled")
        return ExecutionResult(data, None)

    def _plan(self, compiled: Compiled, given: VariableValues) -> Plan | None:
        if not compiled.is_planned:
            return None
        branch = tuple(given.coerced.get(name) for name in compiled.branching)
        plan = compiled.plans.get(branch)
        if plan is None:
            begun = time.perf_counter()
            fragments = fragments_of(compiled.document)
            try:
                plan = plan_of(self._schema._schema, compiled.operation, fragments, given)
            except NotPlanned:
                compiled.is_planned = False
                return None
            except GraphQLError:
                return None  # a null to branch on is an error only where something stands
            if len(compiled.plans) == _MOST_BRANCHES:
                fields = sum(each.fields for each in compiled.plans.values())
                self._grow(compiled, -_BYTES_OF_A_FIELD * fields)
                compiled.plans.clear()
            compiled.plans[branch] = plan
            self._grow(compiled, _BYTES_OF_A_FIELD * plan.fields)
            _COMPILING.observe(time.perf_counter() - begun)
        return plan

    def _grow(self, compiled: Compiled, bytes: int) -> None:
        """It takes so much more; those not used for longest are forgotten for it."""
        compiled.bytes += bytes
        if self._kept.get(compiled.name) is not compiled:
            return
        self._bytes += bytes
        while self._bytes > self._most_bytes:
            _, forgotten = self._kept.popitem(last=False)
            self._bytes -= forgotten.bytes
        _PLANS.set(sum(len(each.plans) for each in self._kept.values()))
        _BYTES.set(self._bytes)


class _Directives(Visitor):
    """Finds the variables that selections depend on, and whether anything else may change them."""

    def __init__(self) -> None:
        super().__init__()
        self.variables: set[str] = set()
        self.is_other = False

    def enter_directive(self, node: DirectiveNode, *_: object) -> None:
        if node.name.value not in _KNOWN_DIRECTIVES:
            self.is_other = True
        for argument in node.arguments or ():
            if isinstance(argument.value, VariableNode):
                self.variables.add(argument.value.name.value)
