"""Operators: what a condition may ask of a value, and which kinds of value each one fits."""

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType
from typing import Final


class ValueType(Enum):
    """What an attribute holds, alone or in a list; it decides how values compare."""

    TEXT = "text"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    ID = "id"
    CHOICE = "choice"


class Operator(Enum):
    """One question about a value."""

    IS = "is"
    IS_NOT = "is_not"
    IS_ANY_OF = "is_any_of"
    IS_NONE_OF = "is_none_of"
    CONTAINS = "contains"
    DOES_NOT_CONTAIN = "does_not_contain"
    STARTS_WITH = "starts_with"
    ENDS_WITH = "ends_with"
    IS_EMPTY = "is_empty"
    IS_NOT_EMPTY = "is_not_empty"
    GREATER_THAN = "greater_than"
    AT_LEAST = "at_least"
    LESS_THAN = "less_than"
    AT_MOST = "at_most"
    BETWEEN = "between"


class OperandShape(Enum):
    """How many values an operator compares with."""

    NONE = "none"
    ONE = "one"
    MANY = "many"
    RANGE = "range"


COMPLEMENT_OF: Final[Mapping[Operator, Operator]] = MappingProxyType(
    {
        Operator.IS_NOT: Operator.IS,
        Operator.IS_NONE_OF: Operator.IS_ANY_OF,
        Operator.DOES_NOT_CONTAIN: Operator.CONTAINS,
        Operator.IS_EMPTY: Operator.IS_NOT_EMPTY,
    }
)
"""Each negative operator with the positive one whose exact opposite it is."""

EMPTINESS: Final = (Operator.IS_EMPTY, Operator.IS_NOT_EMPTY)
EQUALITY: Final = (Operator.IS, Operator.IS_NOT)
MEMBERSHIP: Final = (Operator.IS_ANY_OF, Operator.IS_NONE_OF)
ORDERING: Final = (
    Operator.GREATER_THAN,
    Operator.AT_LEAST,
    Operator.LESS_THAN,
    Operator.AT_MOST,
    Operator.BETWEEN,
)
PARTS_OF_TEXT: Final = (
    Operator.CONTAINS,
    Operator.DOES_NOT_CONTAIN,
    Operator.STARTS_WITH,
    Operator.ENDS_WITH,
)

OPERATORS_OF: Final[Mapping[ValueType, tuple[Operator, ...]]] = MappingProxyType(
    {
        ValueType.TEXT: EQUALITY + MEMBERSHIP + PARTS_OF_TEXT + EMPTINESS,
        ValueType.NUMBER: EQUALITY + MEMBERSHIP + ORDERING + EMPTINESS,
        ValueType.BOOLEAN: EQUALITY + EMPTINESS,
        ValueType.DATE: EQUALITY + MEMBERSHIP + ORDERING + EMPTINESS,
        ValueType.ID: EQUALITY + MEMBERSHIP + EMPTINESS,
        ValueType.CHOICE: EQUALITY + MEMBERSHIP,
    }
)
"""The operators that fit each kind of value."""


def shape_of_operand(operator: Operator) -> OperandShape:
    """How many values the operator compares with."""
    if operator in EMPTINESS:
        return OperandShape.NONE
    if operator in MEMBERSHIP:
        return OperandShape.MANY
    return OperandShape.RANGE if operator is Operator.BETWEEN else OperandShape.ONE
