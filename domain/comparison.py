"""Comparison: what a value of a document is to an operator, one element at a time.

A list stands for its elements: a test holds if one of them satisfies all of it.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import TypeAlias

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
    match value_type, value:
        case ValueType.TEXT, str():
            return fold(value) or None
        case ((ValueType.ID | ValueType.CHOICE), str()):
            return value
        case ValueType.BOOLEAN, bool():
            return value
        case ValueType.NUMBER, (int() | float() | Decimal()):
            return None if isinstance(value, bool) or value != value else value
        case ValueType.DATE, datetime():
            return _to_the_millisecond(value)
        case ValueType.DATE, date():
            return datetime.combine(value, time(), UTC)
        case _:
            return None


def satisfies(element: Comparable, operator: Operator, operands: Sequence[Comparable]) -> bool:
    """Whether a comparable element satisfies a positive operator that has operands."""
    first, last = operands[0], operands[-1]
    match operator:
        case Operator.IS | Operator.IS_ANY_OF:
            return element in operands
        case Operator.CONTAINS | Operator.STARTS_WITH | Operator.ENDS_WITH:
            return _has_part(str(element), operator, str(first))
        case Operator.GREATER_THAN:
            return _order(element, first) > 0
        case Operator.AT_LEAST:
            return _order(element, first) >= 0
        case Operator.LESS_THAN:
            return _order(element, first) < 0
        case Operator.AT_MOST:
            return _order(element, first) <= 0
        case Operator.BETWEEN:
            return _order(element, first) >= 0 and _order(element, last) <= 0
        case _:
            raise ValueError(f"{operator} is negative or has no operand")


def _has_part(text: str, operator: Operator, part: str) -> bool:
    if operator is Operator.CONTAINS:
        return part in text
    return text.startswith(part) if operator is Operator.STARTS_WITH else text.endswith(part)


def _order(one: Comparable, other: Comparable) -> int:
    """Negative, 0 or positive as `one` is less than, equal to or greater than `other`."""
    match one, other:
        case datetime(), datetime():
            return (one > other) - (one < other)
        case ((int() | float() | Decimal()), (int() | float() | Decimal())):
            return (one > other) - (one < other)
        case _:
            raise ValueError(f"{one!r} and {other!r} have no order")


def _to_the_millisecond(moment: datetime) -> datetime:
    """A moment as it is stored; one without a time zone is in UTC."""
    exact = moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    return exact if exact.tzinfo else exact.replace(tzinfo=UTC)
