"""Variables: the values that a request gives, held against what its operation declares.

Values of plain scalars, which most requests give, are seen to fit at a glance. Whatever else there
is goes through all the checks.
"""

import math
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, Final

from graphql import (
    DocumentNode,
    GraphQLNonNull,
    GraphQLSchema,
    OperationDefinitionNode,
    VariableDefinitionNode,
    get_variable_values,
    type_from_ast,
)
from graphql.execution.get_variable_signature import get_variable_signature
from graphql.execution.values import VariableValues, VariableValueSource

from execution import given_values, limits

_LONGEST_KEY: Final = 128
_LONGEST_TEXT: Final = 200
_MOST_ERRORS: Final = 50
_SMALLEST, _LARGEST = -(2**31), 2**31 - 1


class Variables:
    """The variables of one operation of a document that was found valid."""

    def __init__(
        self,
        schema: GraphQLSchema,
        document: DocumentNode,
        operation: OperationDefinitionNode,
        name: str | None,
    ) -> None:
        self._schema = schema
        self._document = document
        self._declared = tuple(operation.variable_definitions or ())
        self._name = name
        self._plain = {each.variable.name.value: self._test(each) for each in self._declared}
        self._signatures: dict[str, Any] = {
            each.variable.name.value: get_variable_signature(schema, each)
            for each in self._declared
        }

    def of(self, given: Mapping[str, Any] | None) -> VariableValues | list[Any]:
        """The values as resolvers get them; else the errors, of which the first names its place."""
        values = given or {}
        if self._are_plain(values):
            sources = {
                name: VariableValueSource(self._signatures[name], value)
                for name, value in values.items()
            }
            return VariableValues(sources, dict(values))
        refusal = limits.check_variables(values) or given_values.check(
            self._schema, self._document, values, self._name, is_known=True
        )
        if refusal is not None:
            return [refusal]
        return get_variable_values(
            self._schema, self._declared, dict(values), max_errors=_MOST_ERRORS
        )

    def _are_plain(self, values: Mapping[str, Any]) -> bool:
        """Whether the values that were given are all that there are, and fit as they are."""
        if len(values) != len(self._plain):
            return False
        for name, value in values.items():
            test = self._plain.get(name)
            if test is None or not test(value):
                return False
        return True

    def _test(self, declared: VariableDefinitionNode) -> Callable[[Any], bool] | None:
        kind = type_from_ast(self._schema, declared.type)
        if not isinstance(kind, GraphQLNonNull):
            test = _TESTS.get(str(kind))
            return None if test is None else lambda value: value is None or test(value)
        return _TESTS.get(str(kind.of_type))


def key_of(values: Sequence[object]) -> Hashable | None:
    """What tells these values from others of the same variables; None where there is too much."""
    parts: list[Hashable] = []
    waiting: list[object] = list(values)
    while waiting:
        value = waiting.pop()
        if len(parts) >= _LONGEST_KEY:
            return None
        parts.append(type(value).__name__)
        if isinstance(value, dict):
            parts.append(tuple(value))
            waiting.extend(value.values())
        elif isinstance(value, list):
            parts.append(len(value))
            waiting.extend(value)
        elif isinstance(value, str) and len(value) > _LONGEST_TEXT:
            return None
        elif isinstance(value, Hashable):
            parts.append(value)
        else:
            return None
    return tuple(parts)


def _is_text(value: Any) -> bool:
    return value.__class__ is str and value.isascii()


def _is_whole(value: Any) -> bool:
    return value.__class__ is int and _SMALLEST <= value <= _LARGEST


def _is_number(value: Any) -> bool:
    return value.__class__ is float and math.isfinite(value)


def _is_truth(value: Any) -> bool:
    return value.__class__ is bool


_TESTS: Final[Mapping[str, Callable[[Any], bool]]] = {
    "ID": _is_text,
    "String": _is_text,
    "Int": _is_whole,
    "Float": _is_number,
    "Boolean": _is_truth,
}
