"""Derived fields: values that a tenant's rules give its accounts.

Of a field's rules the first that holds gives the value; if none does, the default, if there is one.
Rules may ask about other derived fields, which are worked out before.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from graphlib import CycleError, TopologicalSorter
from typing import Any, Final

from domain.attributes import FIELD_NAME, FieldType
from domain.condition_checking import ACCOUNT_RULE, DeclaredFields, faults
from domain.condition_documents import to_document
from domain.condition_evaluation import compiled
from domain.conditions import Condition, related_of, tests_of
from domain.custom_fields import READERS
from domain.fields import NAME_LENGTH, Refused, Unfit, text

FAMILY: Final = "account.derived"
MOST_FIELDS: Final = 20
MOST_RULES: Final = 20
MOST_CHARACTERS: Final = 100_000
"""Of all rules of a tenant together, as they are stored: its document holds them."""


@dataclass(frozen=True, slots=True)
class DerivedRule:
    """The value of an account for which the condition holds."""

    condition: Condition
    value: Any


@dataclass(frozen=True, slots=True)
class DerivedField:
    """A field, its rules in order, and what it is where none holds; None: it is empty there."""

    key: str
    type: FieldType
    label: str
    rules: tuple[DerivedRule, ...]
    default: Any = None


def define(
    wanted: Sequence[DerivedField], declared: DeclaredFields
) -> list[DerivedField] | Refused:
    """The wanted fields with their values as they are stored, or the first fault.

    `declared` has the types of the custom fields; derived ones are those wanted.
    """
    if len(wanted) > MOST_FIELDS:
        return Refused("fields", f"are more than {MOST_FIELDS}")
    known = {**declared, FAMILY: {field.key: field.type for field in wanted}}
    result: list[DerivedField] = []
    for place, field in enumerate(wanted):
        read = _checked(field, f"fields[{place}]", known)
        if isinstance(read, Refused):
            return read
        if any(each.key == read.key for each in result):
            return Refused(f"fields[{place}].key", "is that of a field before")
        result.append(read)
    written = json.dumps([to_document(rule.condition) for each in result for rule in each.rules])
    if len(written) > MOST_CHARACTERS:
        return Refused("fields", f"have rules of more than {MOST_CHARACTERS:,} characters")
    circle = _circle(result)
    if circle is not None:
        place = next(place for place, each in enumerate(result) if each.key == circle[0])
        return Refused(f"fields[{place}].rules", f"ask in a circle: {', '.join(circle)}")
    return result


def asked_keys(condition: Condition) -> set[str]:
    """The derived fields that a condition asks about."""
    tests = (test.attribute for test in tests_of(condition))
    return {each.field for each in tests if each.key == FAMILY and each.field is not None}


def deriving(fields: Iterable[DerivedField]) -> Callable[[Mapping[str, Any]], dict[str, Any]]:
    """The fields, defined before, as a function from an account to its values by key."""
    by_key = {field.key: field for field in fields}
    order = [by_key[key] for key in TopologicalSorter(_asked(by_key.values())).static_order()]
    rules = [
        (each, [(compiled(rule.condition, 0), rule.value) for rule in each.rules]) for each in order
    ]

    def values_of(account: Mapping[str, Any]) -> dict[str, Any]:
        values: dict[str, Any] = {}
        seen = {**account, "derived": values}
        for field, choices in rules:
            found = (value for holds, value in choices if holds(seen, None))
            value = next(found, field.default)
            if value is not None:
                values[field.key] = value
        return {key: values[key] for key in by_key if key in values}

    return values_of


def _checked(field: DerivedField, path: str, known: DeclaredFields) -> DerivedField | Refused:
    if not FIELD_NAME.fullmatch(field.key):
        reason = (
            "must start with a small letter and hold only small letters, digits and underscores,"
            " at most 64"
        )
        return Refused(f"{path}.key", reason)
    label = text(NAME_LENGTH)(field.label)
    if isinstance(label, Unfit):
        return Refused(f"{path}.label", label.reason)
    if label is None:
        return Refused(f"{path}.label", "is required and cannot be empty")
    if len(field.rules) > MOST_RULES:
        return Refused(f"{path}.rules", f"are more than {MOST_RULES}")
    rules: list[DerivedRule] = []
    for place, rule in enumerate(field.rules):
        where = f"{path}.rules[{place}]"
        if fault := next(_faults(rule.condition, f"{where}.condition", known), None):
            return fault
        value = None if rule.value is None else READERS[field.type](rule.value)
        if isinstance(value, Unfit):
            return Refused(f"{where}.value", value.reason)
        rules.append(DerivedRule(rule.condition, value))
    default = None if field.default is None else READERS[field.type](field.default)
    if isinstance(default, Unfit):
        return Refused(f"{path}.default", default.reason)
    return replace(field, rules=tuple(rules), default=default)


def _faults(condition: Condition, path: str, known: DeclaredFields) -> Iterator[Refused]:
    for fault in faults(condition, ACCOUNT_RULE, known):
        yield Refused(f"{path}.{fault.path}" if fault.path else path, fault.reason)
    if any(related_of(condition)):
        yield Refused(path, "asks about buying groups, which no derived field can")


def _asked(fields: Iterable[DerivedField]) -> dict[str, set[str]]:
    """Which fields each one's rules ask about."""
    return {
        field.key: set().union(*(asked_keys(rule.condition) for rule in field.rules))
        for field in fields
    }


def _circle(fields: Iterable[DerivedField]) -> list[str] | None:
    try:
        TopologicalSorter(_asked(fields)).prepare()
    except CycleError as error:
        return list(error.args[1])
    return None
