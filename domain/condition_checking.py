"""Checking of conditions: what is refused before a condition is saved or run."""

import math
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final, TypeAlias

from domain.attributes import FIELD_NAME, VALUE_TYPE_OF, Attribute, FieldType, Scope
from domain.conditions import (
    MAX_DEPTH,
    MAX_LEAVES,
    MAX_OPERAND_LENGTH,
    MAX_OPERANDS,
    MAX_TEXT,
    AllOf,
    AnyOf,
    AttributeTest,
    Condition,
    ConditionFault,
    Not,
    Operand,
    Range,
    Scalar,
    inside,
    operands_of,
    parts_of,
    value_type_of,
)
from domain.fields import camel
from domain.folding import fold
from domain.operators import OperandShape, Operator, ValueType, shape_of_operand
from domain.related_checking import MOST_RELATED, fault_of_related
from domain.related_tests import RelatedTest

DeclaredFields: TypeAlias = Mapping[str, Mapping[str, FieldType]]
"""The type of each declared field, by the key of its family, such as `person.custom`."""

ACCOUNT_RULE: Final = frozenset({Scope.ACCOUNT})
MEMBER_RULE: Final = frozenset(Scope)
"""The scopes an audience may ask about, and those a role of a template may."""

_PATHS: Final = {"relation": "relation.kind", "relation_role": "relation.role"}
_LARGEST_WHOLE: Final = 2**63
_BAD_COUNT: Final = f"A list holds 1 to {MAX_OPERANDS:,} values."
_NO_NUMBER: Final = "The value is a finite number; a whole one has at most 64 bits."


@dataclass(frozen=True, slots=True)
class _Node:
    condition: Condition
    path: str
    depth: int


def faults(
    condition: Condition, scopes: Collection[Scope], declared: DeclaredFields
) -> tuple[ConditionFault, ...]:
    """Everything wrong with a condition over these scopes, from left to right; () if it is sound.

    Of a condition that is too deep or too large only that is said.
    """
    nodes = list(_nodes(condition))
    size = _fault_of_size(nodes)
    if size is not None:
        return (size,)
    found = (_fault_of_leaf(node, scopes, declared) for node in nodes)
    return tuple(fault for fault in found if fault is not None)


def related_tests(condition: Condition) -> Iterator[tuple[str, RelatedTest]]:
    """Every test of other records in a condition, with the path of its node."""
    for node in _nodes(condition):
        if isinstance(node.condition, RelatedTest):
            yield node.path, node.condition


def path_of(attribute: Attribute) -> str:
    """The path of an attribute as the API spells it; a field's name stays as it is declared."""
    path = _PATHS.get(attribute.key) or camel(attribute.key)
    is_named = attribute.field is not None and FIELD_NAME.fullmatch(attribute.field)
    return f"{path}.{attribute.field}" if is_named else path


def _nodes(condition: Condition) -> Iterator[_Node]:
    """The nodes from left to right, a whole before its parts, down to the first level too deep."""
    waiting = [_Node(condition, "", 1)]
    while waiting:
        node = waiting.pop()
        yield node
        if node.depth <= MAX_DEPTH:
            waiting.extend(reversed(_parts(node)))


def _parts(node: _Node) -> list[_Node]:
    def part(condition: Condition, inner: str) -> _Node:
        return _Node(condition, inside(node.path, inner), node.depth + 1)

    match node.condition:
        case AllOf(parts):
            return [part(each, f"all[{place}]") for place, each in enumerate(parts)]
        case AnyOf(parts):
            return [part(each, f"any[{place}]") for place, each in enumerate(parts)]
        case Not(each):
            return [part(each, "not")]
        case AttributeTest() | RelatedTest():
            return []


def _fault_of_leaf(
    node: _Node, scopes: Collection[Scope], declared: DeclaredFields
) -> ConditionFault | None:
    match node.condition:
        case AttributeTest():
            return _fault_of_test(node.condition, node.path, scopes, declared)
        case RelatedTest():
            return fault_of_related(node.condition, node.path, scopes)
        case _:
            return None


def _fault_of_size(nodes: list[_Node]) -> ConditionFault | None:
    for node in nodes:
        if node.depth > MAX_DEPTH:
            return ConditionFault(node.path, f"A condition is at most {MAX_DEPTH} levels deep.")
    leaves = sum(not parts_of(node.condition) for node in nodes)
    if leaves > MAX_LEAVES:
        return ConditionFault("", f"A condition has at most {MAX_LEAVES} tests, not {leaves}.")
    related = sum(isinstance(node.condition, RelatedTest) for node in nodes)
    if related > MOST_RELATED:
        reason = f"A condition asks at most {MOST_RELATED} times about signals, acts and groups."
        return ConditionFault("", reason)
    tests = (node.condition for node in nodes if isinstance(node.condition, AttributeTest))
    values = (value for test in tests for value in operands_of(test))
    if sum(len(value) for value in values if isinstance(value, str)) > MAX_TEXT:
        reason = f"The values of a condition have at most {MAX_TEXT:,} characters together."
        return ConditionFault("", reason)
    return None


def _fault_of_test(
    test: AttributeTest, path: str, scopes: Collection[Scope], declared: DeclaredFields
) -> ConditionFault | None:
    attribute, operator = test.attribute, test.operator
    name = path_of(replace(attribute, field=None))
    where = inside(path, name)
    if attribute.scope not in scopes:
        return ConditionFault(where, f"This condition cannot ask about {name}.")
    value_type = _declared_type(attribute, declared)
    if value_type is None:
        unknown = f"{name} has no field {ascii(attribute.field)[:80]}."
        return ConditionFault(f"{where}.field", unknown)
    if attribute.is_family:
        asked = value_type_of(test) if operands_of(test) else value_type
        where = f"{where}.test.{asked.value}"
        if asked is not value_type:
            mistaken = f"The field is of type {value_type.value}; its test is `{value_type.value}`."
            return ConditionFault(where, mistaken)
    where = inside(where, camel(operator.value))
    if operator not in attribute.operators_as(value_type):
        return ConditionFault(where, f"This operator does not fit a {value_type.value} value.")
    reason = _reason_against_operand(test.operand, operator)
    if reason is None:
        reasons = (_reason_against(each, value_type, attribute) for each in operands_of(test))
        reason = next((each for each in reasons if each is not None), None)
    if reason is None and isinstance(test.operand, Range):
        reason = _reason_against_range(test.operand)
    return None if reason is None else ConditionFault(where, reason)


def _declared_type(attribute: Attribute, declared: DeclaredFields) -> ValueType | None:
    if attribute.type is not None:
        return attribute.type
    if attribute.field is None or not FIELD_NAME.fullmatch(attribute.field):
        return None
    field_type = declared.get(attribute.key, {}).get(attribute.field)
    return None if field_type is None else VALUE_TYPE_OF[field_type]


def _reason_against_operand(operand: Operand, operator: Operator) -> str | None:
    """Why there are too few or too many values, or None."""
    match shape_of_operand(operator), operand:
        case OperandShape.NONE, None:
            return None
        case OperandShape.NONE, _:
            return "This operator takes no value."
        case OperandShape.RANGE, Range():
            return None
        case OperandShape.RANGE, _:
            return "This operator takes a low and a high value."
        case OperandShape.MANY, tuple():
            return None if 1 <= len(operand) <= MAX_OPERANDS else _BAD_COUNT
        case OperandShape.MANY, _:
            return "This operator takes a list of values."
        case OperandShape.ONE, (None | tuple() | Range()):
            return "This operator takes one value."
        case _:
            return None


def _reason_against(value: Scalar, value_type: ValueType, attribute: Attribute) -> str | None:
    """Why the value is no operand for values of that type, or None."""
    match value_type, value:
        case ((ValueType.TEXT | ValueType.ID), str()):
            return _reason_against_text(value)
        case ValueType.CHOICE, str():
            choices = ", ".join(attribute.choices)
            return None if value in attribute.choices else f"The value is one of: {choices}."
        case ValueType.BOOLEAN, bool():
            return None
        case ValueType.NUMBER, (int() | float()):
            return None if not isinstance(value, bool) and _is_storable(value) else _NO_NUMBER
        case ValueType.DATE, date():
            return "The value is a date without a time." if isinstance(value, datetime) else None
        case _:
            return f"The value is not of type {value_type.value}."


def _is_storable(number: int | float) -> bool:
    if isinstance(number, float):
        return math.isfinite(number)
    return -_LARGEST_WHOLE <= number < _LARGEST_WHOLE


def _reason_against_text(text: str) -> str | None:
    if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
        return "The value contains a character that cannot be stored."
    if not fold(text):
        return "The value is empty; to find empty values there is an operator."
    if max(len(text), len(fold(text))) > MAX_OPERAND_LENGTH:
        return f"The value has more than {MAX_OPERAND_LENGTH:,} characters."
    return None


def _reason_against_range(operand: Range) -> str | None:
    match operand.low, operand.high:
        case (int() | float()) as low, (int() | float()) as high if low > high:
            return "The low value is above the high one."
        case date() as low_date, date() as high_date if low_date > high_date:
            return "The low value is after the high one."
        case _:
            return None
