"""Comparison: what a value of a document is to an operator, one element at a time.

A list stands for its elements: a test holds if one of them satisfies all of it.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from domain.folding import fold
from domain.operators import Operator, ValueType

Comparable: TypeAlias = str | bool | int | float | Decimal | datetime


def elements(value: object) -> Sequence[object]:
    """The elements of a list, or the value itself as the only one."""
    return value if isinstance(value, (list, tuple)) else (value,)


def is_blank(element: object) -> bool:
    """Whether an element is nothing: missing, null, a text of blanks, an empty list."""
    match element:
        case str():
            return not element or element.isspace()
        case list() | tuple():
            return not element
        case _:
            return element is None


def comparable(value: object, value_type: ValueType) -> Comparable | None:
    """The form in which a value of that type compares; None for a value of another type.

    Texts are folded, ids and choices are exact; a truth value is no number; a date is its midnight
    in UTC, a moment counts to the millisecond.
    """
    return form_of(value_type)(value)


def form_of(value_type: ValueType) -> Callable[[object], Comparable | None]:
    """`comparable` for values of one type: for whoever compares many."""
    return _FORM_OF[value_type]


def satisfying(operator: Operator, operands: Sequence[Comparable]) -> Callable[[Comparable], bool]:
    """Whether a comparable element satisfies a positive operator that has operands."""
    first: Any = operands[0]
    last: Any = operands[-1]
    match operator:
        case Operator.IS | Operator.IS_ANY_OF:
            return frozenset(operands).__contains__
        case Operator.CONTAINS:
            return lambda element: first in str(element)
        case Operator.STARTS_WITH:
            return lambda element: str(element).startswith(first)
        case Operator.ENDS_WITH:
            return lambda element: str(element).endswith(first)
        case Operator.GREATER_THAN:
            return lambda element: element > first
        case Operator.AT_LEAST:
            return lambda element: element >= first
        case Operator.LESS_THAN:
            return lambda element: element < first
        case Operator.AT_MOST:
            return lambda element: element <= first
        case Operator.BETWEEN:
            return lambda element: first <= element <= last
        case _:
            raise ValueError(f"{operator} is negative or has no operand")


def _text(value: object) -> str | None:
    return fold(value) or None if isinstance(value, str) else None


def _exact(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _truth(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def _number(value: object) -> int | float | Decimal | None:
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        return None
    return value if value == value else None


def _moment(value: object) -> datetime | None:
    match value:
        case datetime():
            return _to_the_millisecond(value)
        case date():
            return datetime.combine(value, time(), UTC)
        case _:
            return None


def _to_the_millisecond(moment: datetime) -> datetime:
    """A moment as it is stored; one without a time zone is in UTC."""
    exact = moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    return exact if exact.tzinfo else exact.replace(tzinfo=UTC)


_FORM_OF: Final[Mapping[ValueType, Callable[[object], Comparable | None]]] = MappingProxyType(
    {
        ValueType.TEXT: _text,
        ValueType.ID: _exact,
        ValueType.CHOICE: _exact,
        ValueType.BOOLEAN: _truth,
        ValueType.NUMBER: _number,
        ValueType.DATE: _moment,
    }
)
