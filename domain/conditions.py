"""Conditions: a tree of `all`, `any` and `not` over tests of attributes.

`all` of nothing holds, `any` of nothing does not.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final, TypeAlias

from domain.attributes import Attribute
from domain.operators import Operator, ValueType
from domain.related_tests import Asked, RelatedTest

MAX_DEPTH: Final = 8
MAX_LEAVES: Final = 200
MAX_OPERANDS: Final = 1_000
MAX_OPERAND_LENGTH: Final = 1_000
MAX_TEXT: Final = 200_000
"""Characters of all operands of one condition together."""

Scalar: TypeAlias = str | bool | int | float | date


@dataclass(frozen=True, slots=True)
class Range:
    """From one value to another, both included."""

    low: Scalar
    high: Scalar


Operand: TypeAlias = Scalar | tuple[Scalar, ...] | Range | None


@dataclass(frozen=True, slots=True)
class AttributeTest:
    """One operator asked of one attribute: one operand, several, a range, or none."""

    attribute: Attribute
    operator: Operator
    operand: Operand = None


@dataclass(frozen=True, slots=True)
class AllOf:
    """Holds if every part holds."""

    parts: "tuple[Condition, ...]"


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Holds if at least one part holds."""

    parts: "tuple[Condition, ...]"


@dataclass(frozen=True, slots=True)
class Not:
    """Holds if its part does not."""

    part: "Condition"


Condition: TypeAlias = AllOf | AnyOf | Not | AttributeTest | RelatedTest

ALWAYS: Final = AllOf(())
NEVER: Final = AnyOf(())


@dataclass(frozen=True, slots=True)
class ConditionFault:
    """What is wrong with one node; an empty path is the whole condition.

    The path is spelled as in the API: `all[1].person.jobTitle.is`.
    """

    path: str
    reason: str


def inside(path: str, inner: str) -> str:
    """The path of what stands at `inner` inside the node at `path`; either may be empty."""
    return ".".join(filter(None, (path, inner)))


def parts_of(condition: Condition) -> tuple[Condition, ...]:
    """The conditions directly inside; none inside a test."""
    match condition:
        case AllOf(parts) | AnyOf(parts):
            return parts
        case Not(part):
            return (part,)
        case AttributeTest() | RelatedTest():
            return ()


def tests_of(condition: Condition) -> Iterator[AttributeTest]:
    """Every test in a condition, from left to right."""
    if isinstance(condition, AttributeTest):
        yield condition
    for part in parts_of(condition):
        yield from tests_of(part)


def related_of(condition: Condition) -> Iterator[Asked]:
    """Everything a condition asks of other records, from left to right."""
    if isinstance(condition, RelatedTest):
        yield condition.asked
    for part in parts_of(condition):
        yield from related_of(part)


def operands_of(test: AttributeTest) -> tuple[Scalar, ...]:
    """The values a test compares with, in order: of a range its two ends."""
    match test.operand:
        case None:
            return ()
        case tuple():
            return test.operand
        case Range(low, high):
            return (low, high)
        case _:
            return (test.operand,)


def value_type_of(test: AttributeTest) -> ValueType:
    """How the test compares: as the attribute's values do, of a declared field as its operand."""
    if test.attribute.type is not None:
        return test.attribute.type
    first = next(iter(operands_of(test)), None)
    match first:
        case bool():
            return ValueType.BOOLEAN
        case int() | float():
            return ValueType.NUMBER
        case date():
            return ValueType.DATE
        case _:
            return ValueType.TEXT
