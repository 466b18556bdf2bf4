"""Computed attributes: those not stored as asked for, in terms of what is stored.

The score of a person is 100 * sqrt(raw / reference), at most 100, where the reference is the
largest raw of the tenant's last scoring run. As it grows with the raw, every question about a
score is one about the raw, and an exact one: score >= s means raw * 10000 >= s * s * reference.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction
from math import ceil, floor
from typing import Any, Final

from domain.attributes import ENGAGEMENT_SCORE, IS_TOP_LEVEL, LEVEL, value_at
from domain.comparison import comparable
from domain.conditions import (
    ALWAYS,
    NEVER,
    AllOf,
    AnyOf,
    AttributeTest,
    Condition,
    Not,
    Scalar,
    operands_of,
)
from domain.engagement import score
from domain.operators import Operator, ValueType

_HIGHEST: Final = 100
_RAW: Final = replace(ENGAGEMENT_SCORE, key="person.engagement_raw")


def as_stored(test: AttributeTest, score_reference: int) -> Condition | None:
    """What a positive test of a computed attribute asks of stored ones; None for the others."""
    match test.attribute.key:
        case IS_TOP_LEVEL.key:
            is_top = AttributeTest(LEVEL, Operator.IS, 1)
            return is_top if operands_of(test) == (True,) else Not(is_top)
        case ENGAGEMENT_SCORE.key:
            return _as_raw(test, score_reference)
        case _:
            return None


def value_of(test: AttributeTest, document: Mapping[str, Any], score_reference: int) -> object:
    """The value a test looks at in the document of its scope, as a user knows it."""
    value = value_at(document, test.attribute.path)
    match test.attribute.key:
        case IS_TOP_LEVEL.key:
            return value == 1
        case ENGAGEMENT_SCORE.key:
            raw = comparable(value, ValueType.NUMBER)
            return score(raw, score_reference) if isinstance(raw, (int, float)) else 0.0
        case _:
            return value


def _as_raw(test: AttributeTest, reference: int) -> Condition:
    def at_least(value: Scalar) -> Condition:
        return _raw_from(_least_raw(value, reference, ceil, includes=True))

    def above(value: Scalar) -> Condition:
        return _raw_from(_least_raw(value, reference, lambda raw: floor(raw) + 1, includes=False))

    operands = operands_of(test)
    first, last = operands[0], operands[-1]
    match test.operator:
        case Operator.AT_LEAST:
            return at_least(first)
        case Operator.GREATER_THAN:
            return above(first)
        case Operator.LESS_THAN:
            return Not(at_least(first))
        case Operator.AT_MOST:
            return Not(above(first))
        case Operator.BETWEEN:
            return AllOf((at_least(first), Not(above(last))))
        case Operator.IS | Operator.IS_ANY_OF:
            return AnyOf(tuple(AllOf((at_least(one), Not(above(one)))) for one in operands))
        case _:
            raise ValueError(f"{test.operator} does not fit a score")


def _least_raw(
    value: Scalar, reference: int, to_whole: Callable[[Fraction], int], *, includes: bool
) -> int | None:
    """The least raw whose score reaches (or exceeds) the value; None if no raw does."""
    if not isinstance(value, (int, float)):
        raise ValueError(f"{value!r} is no score")
    bound = Fraction(value)
    if bound < 0 or (includes and bound == 0):
        return 0
    if reference <= 0 or bound > _HIGHEST or (not includes and bound == _HIGHEST):
        return None
    return to_whole(bound * bound * reference / _HIGHEST**2)


def _raw_from(least: int | None) -> Condition:
    if least is None:
        return NEVER
    return AttributeTest(_RAW, Operator.AT_LEAST, least) if least > 0 else ALWAYS
