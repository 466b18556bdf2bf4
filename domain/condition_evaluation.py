"""Evaluation of conditions over documents in memory, with and without an explanation.

The store asks the same of MongoDB; both give one answer for every document. Two rules are easily
missed: a negative operator is the exact opposite of its positive one, so it holds for a missing
value; but without an account every test of a relation fails, the negative ones too (a `not`
around it holds).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from domain.attributes import Scope, value_at
from domain.comparison import comparable, elements, is_blank, satisfies
from domain.computed_attributes import as_stored, value_of
from domain.conditions import (
    AllOf,
    AnyOf,
    AttributeTest,
    Condition,
    Not,
    operands_of,
    parts_of,
    value_type_of,
)
from domain.operators import COMPLEMENT_OF, Operator

Stored: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom a condition is evaluated for: an account, a person, or a person in an account.

    Whoever is None has no value in any attribute. `score_reference` is the largest raw engagement
    of a person in the tenant's last scoring run, 0 before the first.
    """

    account: Stored | None
    person: Stored | None
    score_reference: int


@dataclass(frozen=True, slots=True)
class Explanation:
    """Whether a node held, with its parts; of a test also the value it looked at."""

    condition: Condition
    held: bool
    parts: "tuple[Explanation, ...]" = ()
    actual: object = None


def evaluate(condition: Condition, subject: Subject) -> bool:
    """Whether a condition, checked before, holds for the subject."""
    match condition:
        case AllOf(parts):
            return all(evaluate(part, subject) for part in parts)
        case AnyOf(parts):
            return any(evaluate(part, subject) for part in parts)
        case Not(part):
            return not evaluate(part, subject)
        case AttributeTest():
            return _holds(condition, subject)


def explain(condition: Condition, subject: Subject) -> Explanation:
    """The answer of `evaluate` for every node of the condition, none left out."""
    parts = tuple(explain(part, subject) for part in parts_of(condition))
    match condition:
        case AllOf():
            return Explanation(condition, all(part.held for part in parts), parts)
        case AnyOf():
            return Explanation(condition, any(part.held for part in parts), parts)
        case Not():
            return Explanation(condition, not parts[0].held, parts)
        case AttributeTest():
            actual = _actual(condition, subject)
            return Explanation(condition, _holds(condition, subject), (), actual)


def deciding_tests(explanation: Explanation) -> Iterator[Explanation]:
    """The tests that made the outcome what it is, from left to right."""
    match explanation.condition:
        case AttributeTest():
            yield explanation
        case Not():
            yield from deciding_tests(explanation.parts[0])
        case _:
            for part in explanation.parts:
                if part.held == explanation.held:
                    yield from deciding_tests(part)


def _holds(test: AttributeTest, subject: Subject) -> bool:
    if test.attribute.scope is Scope.RELATION and not _is_pair(subject):
        return False
    opposite = COMPLEMENT_OF.get(test.operator)
    if opposite is not None:
        return not _holds(replace(test, operator=opposite), subject)
    stored = as_stored(test, subject.score_reference)
    if stored is not None:
        return evaluate(stored, subject)
    found = _found(test, subject)
    if test.operator is Operator.IS_NOT_EMPTY:
        return not all(map(is_blank, found))
    value_type = value_type_of(test)
    forms = [comparable(operand, value_type) for operand in operands_of(test)]
    operands = [form for form in forms if form is not None]
    return any(
        satisfies(form, test.operator, operands)
        for element in found
        if (form := comparable(element, value_type)) is not None
    )


def _found(test: AttributeTest, subject: Subject) -> Sequence[object]:
    """Every element that may satisfy the test."""
    path = test.attribute.path
    if test.attribute.scope is Scope.RELATION:
        return [found for each in _relations(subject) for found in elements(value_at(each, path))]
    return elements(value_at(_document(test, subject), path))


def _document(test: AttributeTest, subject: Subject) -> Stored:
    is_account = test.attribute.scope is Scope.ACCOUNT
    return (subject.account if is_account else subject.person) or {}


def _is_pair(subject: Subject) -> bool:
    return subject.account is not None and subject.person is not None


def _relations(subject: Subject) -> list[Stored]:
    """The relations of the person to the account."""
    if subject.account is None or subject.person is None:
        return []
    relations = subject.person.get("relations")
    account_id = subject.account["_id"]
    return [
        relation
        for relation in (relations if isinstance(relations, (list, tuple)) else ())
        if isinstance(relation, Mapping) and account_id in elements(relation.get("account_id"))
    ]


def _actual(test: AttributeTest, subject: Subject) -> object:
    """The value a user is shown; of a relation those of all relations to the account."""
    if test.attribute.scope is not Scope.RELATION:
        return value_of(test, _document(test, subject), subject.score_reference)
    return [found for found in _found(test, subject) if not is_blank(found)]
