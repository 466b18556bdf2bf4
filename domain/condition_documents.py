"""Conditions as plain documents: how they are stored, exported and read from JSON.

`{"all": [...]}`, `{"any": [...]}`, `{"not": {...}}` or `{"test": {"attribute": "person.job_title",
"operator": "contains", "value": "CIO"}}`. A declared field is named by `key` beside its family's
`attribute`; a date is `{"date": "2024-05-01"}`, a range `{"low": 1, "high": 5}`. Tests of other
records are written as `related_documents` says.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final, TypeAlias

from domain.attributes import attribute as catalogued
from domain.conditions import (
    MAX_DEPTH,
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
)
from domain.operators import Operator
from domain.related_documents import NAMES, read_plain, to_plain
from domain.related_tests import RelatedTest

Plain: TypeAlias = dict[str, Any]

_OPERATORS: Final = {operator.value: operator for operator in Operator}


class _Unreadable(Exception):
    """A node is not of the form conditions are stored in; never leaves this module."""

    def __init__(self, path: str, reason: str) -> None:
        self.fault = ConditionFault(path, reason)


def to_document(condition: Condition) -> Plain:
    """The condition as texts, numbers, truth values, lists and dicts only."""
    match condition:
        case AllOf(parts):
            return {"all": [to_document(part) for part in parts]}
        case AnyOf(parts):
            return {"any": [to_document(part) for part in parts]}
        case Not(part):
            return {"not": to_document(part)}
        case AttributeTest(attribute, operator, operand):
            test: Plain = {"attribute": attribute.key}
            if attribute.field is not None:
                test["key"] = attribute.field
            test["operator"] = operator.value
            if operand is not None:
                test["value"] = _plain(operand)
            return {"test": test}
        case RelatedTest(asked):
            return to_plain(asked)


def read_document(document: Mapping[str, Any]) -> Condition | ConditionFault:
    """The condition a document stands for, or the first node that cannot be read.

    What is read is not yet checked: whether operands fit is for `condition_checking`.
    """
    try:
        return _condition(document, "", 1)
    except _Unreadable as unreadable:
        return unreadable.fault


def from_document(document: Mapping[str, Any]) -> Condition:
    """The condition of a document that `to_document` made; `ValueError` for any other."""
    condition = read_document(document)
    if isinstance(condition, ConditionFault):
        raise ValueError(f"{condition.path}: {condition.reason}")
    return condition


def _plain(operand: Operand) -> Any:
    match operand:
        case Range(low, high):
            return {"low": _plain(low), "high": _plain(high)}
        case tuple():
            return [_plain(each) for each in operand]
        case date():
            return {"date": operand.isoformat()}
        case _:
            return operand


def _condition(document: object, path: str, depth: int) -> Condition:
    if depth > MAX_DEPTH:
        raise _Unreadable(path, f"A condition is at most {MAX_DEPTH} levels deep.")
    match document:
        case {"all": list() as parts, **others} if not others:
            return AllOf(_conditions(parts, inside(path, "all"), depth))
        case {"any": list() as parts, **others} if not others:
            return AnyOf(_conditions(parts, inside(path, "any"), depth))
        case {"not": part, **others} if not others:
            return Not(_condition(part, inside(path, "not"), depth + 1))
        case {"test": test, **others} if not others:
            return _test(test, inside(path, "test"))
        case {**asked} if len(asked) == 1 and (name := next(iter(asked))) in NAMES:
            read = read_plain(name, asked[name])
            if isinstance(read, str):
                raise _Unreadable(inside(path, name), read)
            return RelatedTest(read)
        case _:
            raise _Unreadable(path, "A condition is one of: all, any, not, test.")


def _conditions(parts: Sequence[object], path: str, depth: int) -> tuple[Condition, ...]:
    return tuple(_condition(part, f"{path}[{i}]", depth + 1) for i, part in enumerate(parts))


def _test(document: object, path: str) -> AttributeTest:
    if not isinstance(document, Mapping):
        raise _Unreadable(path, "A test names an attribute and an operator.")
    unknown = set(document) - {"attribute", "key", "operator", "value"}
    if unknown:
        raise _Unreadable(path, f"A test has no {_quoted(min(unknown, key=str))}.")
    key, field = document.get("attribute"), document.get("key")
    attribute = catalogued(key) if isinstance(key, str) else None
    if attribute is None:
        raise _Unreadable(inside(path, "attribute"), f"There is no attribute {_quoted(key)}.")
    if attribute.is_family != isinstance(field, str):
        raise _Unreadable(
            inside(path, "key"), "A test of a declared field, and no other, names it."
        )
    if isinstance(field, str):
        attribute = attribute.of_field(field)
    name = document.get("operator")
    operator = _OPERATORS.get(name) if isinstance(name, str) else None
    if operator is None:
        raise _Unreadable(inside(path, "operator"), f"There is no operator {_quoted(name)}.")
    return AttributeTest(attribute, operator, _operand(document.get("value"), path))


def _operand(value: object, path: str) -> Operand:
    match value:
        case None:
            return None
        case list():
            return tuple(_scalar(each, path) for each in value)
        case {"low": low, "high": high, **others} if not others:
            return Range(_scalar(low, path), _scalar(high, path))
        case _:
            return _scalar(value, path)


def _scalar(value: object, path: str) -> Scalar:
    match value:
        case str() | bool() | int() | float():
            return value
        case {"date": str() as text, **others} if not others:
            try:
                return date.fromisoformat(text)
            except ValueError:
                pass
    raise _Unreadable(inside(path, "value"), "A value is a text, number, truth value or date.")


def _quoted(value: object) -> str:
    """A value as an error names it: safe to print, and short."""
    return ascii(value)[:80]
