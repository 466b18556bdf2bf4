"""Implication: whether one condition can be shown to hold wherever another does.

Shown from how they are written, without looking at anybody. A yes is certain; a no only says that
this way of looking has found no reason.
"""

from dataclasses import replace
from typing import Any, Final

from domain.comparison import form_of, satisfying
from domain.conditions import (
    AllOf,
    AnyOf,
    AttributeTest,
    Condition,
    Not,
    operands_of,
    value_type_of,
)
from domain.operators import COMPLEMENT_OF, Operator

_EQUALITY: Final = (Operator.IS, Operator.IS_ANY_OF)
_PARTS: Final = (Operator.STARTS_WITH, Operator.ENDS_WITH, Operator.CONTAINS)


def implies(one: Condition, other: Condition) -> bool:
    """Whether `other` is known to hold for everybody for whom `one` does, in an account."""
    if one == other:
        return True
    match one, other:
        case AnyOf(parts), _:
            return all(implies(part, other) for part in parts)
        case _, AllOf(parts):
            return all(implies(one, part) for part in parts)
        case Not(inner), Not(outer):
            return implies(outer, inner)
    if isinstance(one, AllOf) and any(implies(part, other) for part in one.parts):
        return True
    if isinstance(other, AnyOf) and any(implies(one, part) for part in other.parts):
        return True
    if isinstance(one, AttributeTest) and isinstance(other, AttributeTest):
        return one.attribute == other.attribute and _test_implies(one, other)
    return False


def _test_implies(one: AttributeTest, other: AttributeTest) -> bool:
    """The same of two tests of one attribute; of negative ones their opposites, the other way."""
    one_opposite, other_opposite = (
        COMPLEMENT_OF.get(one.operator),
        COMPLEMENT_OF.get(other.operator),
    )
    if one_opposite and other_opposite:
        return _holds_wherever(
            replace(other, operator=other_opposite), replace(one, operator=one_opposite)
        )
    if one_opposite or other_opposite:
        return False
    return _holds_wherever(one, other)


def _holds_wherever(one: AttributeTest, other: AttributeTest) -> bool:
    """Whether each single value that satisfies one positive test satisfies the other too."""
    if other.operator is Operator.IS_NOT_EMPTY:
        return True
    if one.operator is Operator.IS_NOT_EMPTY or value_type_of(one) is not value_type_of(other):
        return False
    given, asked = _forms(one), _forms(other)
    if not given or not asked:
        return False
    if one.operator in _EQUALITY:
        return all(map(satisfying(other.operator, asked), given))
    if one.operator in _PARTS:
        return _part_implies(one.operator, str(given[0]), other.operator, str(asked[0]))
    if other.operator in _EQUALITY or other.operator in _PARTS:
        return False
    return _lies_within(_span(one.operator, given), _span(other.operator, asked))


def _part_implies(one: Operator, has: str, other: Operator, asked: str) -> bool:
    """Whether a text with one part at its place has another part at its own."""
    match other:
        case Operator.CONTAINS:
            return asked in has
        case Operator.STARTS_WITH:
            return one is other and has.startswith(asked)
        case Operator.ENDS_WITH:
            return one is other and has.endswith(asked)
        case _:
            return False


_Span = tuple[Any, bool, Any, bool]


def _span(operator: Operator, forms: list[Any]) -> _Span:
    """From where to where values lie, and whether each end is included; None: no end."""
    first, last = forms[0], forms[-1]
    match operator:
        case Operator.GREATER_THAN:
            return first, False, None, True
        case Operator.AT_LEAST:
            return first, True, None, True
        case Operator.LESS_THAN:
            return None, True, first, False
        case Operator.AT_MOST:
            return None, True, first, True
        case _:
            return first, True, last, True


def _lies_within(inner: _Span, outer: _Span) -> bool:
    low, has_low, high, has_high = inner
    least, has_least, most, has_most = outer
    is_above = least is None or (
        low is not None and (low > least or (low == least and (has_least or not has_low)))
    )
    is_below = most is None or (
        high is not None and (high < most or (high == most and (has_most or not has_high)))
    )
    return is_above and is_below


def _forms(test: AttributeTest) -> list[Any]:
    """The operands as they are compared."""
    form_of_operand = form_of(value_type_of(test))
    return [form for each in operands_of(test) if (form := form_of_operand(each)) is not None]
