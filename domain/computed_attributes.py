"""Computed attributes: those not stored as asked for, in terms of what is stored.

The score of a person follows from the raw and the largest raw of the tenant's last scoring run,
the reference. What is asked about is the score as it is kept and shown exactly, at nine decimals;
as it never falls while the raw grows, that is a question about the raw.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from domain.attributes import ENGAGEMENT_SCORE, IS_TOP_LEVEL, LEVEL, PERSONA, value_at
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
from domain.score_ranges import first_raw

_RAW: Final = replace(ENGAGEMENT_SCORE, key="person.engagement_raw")


def as_stored(test: AttributeTest, score_reference: float) -> Condition | None:
    """What a positive test of a computed attribute asks of stored ones; None for the others."""
    match test.attribute.key:
        case IS_TOP_LEVEL.key:
            is_top = AttributeTest(LEVEL, Operator.IS, 1)
            return is_top if operands_of(test) == (True,) else Not(is_top)
        case ENGAGEMENT_SCORE.key:
            return _as_raw(test, score_reference)
        case PERSONA.key:
            raise ValueError("a test of a persona has to be spelled out first")
        case _:
            return None


def value_of(test: AttributeTest, document: Mapping[str, Any], score_reference: float) -> object:
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


def _as_raw(test: AttributeTest, reference: float) -> Condition:
    def at_least(value: Scalar) -> Condition:
        return _raw_from(value, reference, or_equal=True)

    def above(value: Scalar) -> Condition:
        return _raw_from(value, reference, or_equal=False)

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


def _raw_from(bound: Scalar, reference: float, *, or_equal: bool) -> Condition:
    """Whether the raw is one from which on the score reaches, or exceeds, the bound."""
    if not isinstance(bound, (int, float)):
        raise ValueError(f"{bound!r} is no score")
    least = first_raw(reference, bound, or_equal=or_equal)
    if least is None:
        return NEVER
    return AttributeTest(_RAW, Operator.AT_LEAST, least) if least > 0 else ALWAYS
