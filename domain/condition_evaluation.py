"""Evaluation of conditions over documents in memory, with and without an explanation.

The store asks the same of MongoDB; both give one answer for every document. Two rules are easily
missed: a negative operator is the exact opposite of its positive one, so it holds for a missing
value; but without an account every test of a relation fails, the negative ones too (a `not`
around it holds).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from domain.attributes import Scope, value_at
from domain.comparison import elements, form_of, is_blank, satisfying
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
from domain.related_tests import NO_FINDINGS, NOTHING_FOUND, Findings, Found, RelatedTest, is_met

Stored: TypeAlias = Mapping[str, Any]
Holds: TypeAlias = Callable[[Stored | None, Stored | None], bool]


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom a condition is evaluated for: an account, a person, or a person in an account.

    Whoever is None has no value in any attribute. `score_reference` is the largest raw engagement
    of a person in the tenant's last scoring run, 0 before the first. `findings` are of
    every related test that is asked.
    """

    account: Stored | None
    person: Stored | None
    score_reference: float
    findings: Findings = NO_FINDINGS


@dataclass(frozen=True, slots=True)
class Explanation:
    """Whether a node held, with its parts; of a test also the value it looked at.

    Of a related test the value is what was found.
    """

    condition: Condition
    held: bool
    parts: "tuple[Explanation, ...]" = ()
    actual: object = None


def evaluate(condition: Condition, subject: Subject) -> bool:
    """Whether a condition, checked before, holds for the subject."""
    holds = compiled(condition, subject.score_reference, subject.findings)
    return holds(subject.account, subject.person)


def compiled(
    condition: Condition, score_reference: float, findings: Findings = NO_FINDINGS
) -> Holds:
    """A condition, checked before, as a function: for whoever asks it of many.

    It is told the account and the person, either of whom may be None.
    """
    match condition:
        case AllOf(parts):
            return _all([compiled(part, score_reference, findings) for part in parts])
        case AnyOf(parts):
            return _any([compiled(part, score_reference, findings) for part in parts])
        case Not(part):
            return _not(compiled(part, score_reference, findings))
        case AttributeTest():
            return _of_test(condition, score_reference)
        case RelatedTest():
            return _of_related(condition, findings)


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
            return Explanation(condition, evaluate(condition, subject), (), actual)
        case RelatedTest():
            found = _found(condition, subject)
            return Explanation(condition, is_met(condition.asked, found), (), found)


def deciding_tests(explanation: Explanation) -> Iterator[Explanation]:
    """The tests that made the outcome what it is, from left to right."""
    match explanation.condition:
        case AttributeTest() | RelatedTest():
            yield explanation
        case Not():
            yield from deciding_tests(explanation.parts[0])
        case _:
            for part in explanation.parts:
                if part.held == explanation.held:
                    yield from deciding_tests(part)


def _all(parts: Sequence[Holds]) -> Holds:
    if len(parts) == 1:
        return parts[0]
    return lambda account, person: all(holds(account, person) for holds in parts)


def _any(parts: Sequence[Holds]) -> Holds:
    if len(parts) == 1:
        return parts[0]
    return lambda account, person: any(holds(account, person) for holds in parts)


def _not(part: Holds) -> Holds:
    return lambda account, person: not part(account, person)


def _of_test(test: AttributeTest, score_reference: float) -> Holds:
    opposite = COMPLEMENT_OF.get(test.operator)
    if opposite is None:
        return _of_positive(test, score_reference)
    holds = _of_positive(replace(test, operator=opposite), score_reference)
    if test.attribute.scope is not Scope.RELATION:
        return _not(holds)
    return lambda account, person: (
        account is not None and person is not None and not holds(account, person)
    )


def _of_positive(test: AttributeTest, score_reference: float) -> Holds:
    stored = as_stored(test, score_reference)
    if stored is not None:
        return compiled(stored, score_reference)
    satisfies, path = _of_value(test), test.attribute.path
    match test.attribute.scope:
        case Scope.ACCOUNT:
            return lambda account, person: satisfies(value_at(account or {}, path))
        case Scope.PERSON:
            return lambda account, person: satisfies(value_at(person or {}, path))
        case Scope.RELATION:
            return lambda account, person: any(
                satisfies(value_at(each, path)) for each in _relations(account, person)
            )


def _of_value(test: AttributeTest) -> Callable[[object], bool]:
    """Whether a stored value, or one element of it, satisfies a positive test."""
    if test.operator is Operator.IS_NOT_EMPTY:
        return lambda value: not all(map(is_blank, elements(value)))
    form_of_element = form_of(value_type_of(test))
    forms = [form for each in operands_of(test) if (form := form_of_element(each)) is not None]
    satisfies = satisfying(test.operator, forms)

    def of_element(element: object) -> bool:
        form = form_of_element(element)
        return form is not None and satisfies(form)

    def of_value(value: object) -> bool:
        if isinstance(value, (list, tuple)):
            return any(map(of_element, value))
        return of_element(value)

    return of_value


def _of_related(test: RelatedTest, findings: Findings) -> Holds:
    holding = frozenset(findings.holding(test.asked))
    if test.scope is Scope.ACCOUNT:
        return lambda account, person: account is not None and account["_id"] in holding
    return lambda account, person: person is not None and person["_id"] in holding


def _found(test: RelatedTest, subject: Subject) -> Found:
    """What was found of the one asked about; nothing of nobody."""
    known = subject.findings.of(test.asked)
    about = subject.account if test.scope is Scope.ACCOUNT else subject.person
    return NOTHING_FOUND if about is None else known.get(about["_id"], NOTHING_FOUND)


def _relations(account: Stored | None, person: Stored | None) -> list[Stored]:
    """The relations of the person to the account."""
    if account is None or person is None:
        return []
    relations = person.get("relations")
    account_id = account["_id"]
    return [
        relation
        for relation in (relations if isinstance(relations, (list, tuple)) else ())
        if isinstance(relation, Mapping) and account_id in elements(relation.get("account_id"))
    ]


def _actual(test: AttributeTest, subject: Subject) -> object:
    """The value a user is shown; of a relation those of all relations to the account."""
    match test.attribute.scope:
        case Scope.ACCOUNT:
            return value_of(test, subject.account or {}, subject.score_reference)
        case Scope.PERSON:
            return value_of(test, subject.person or {}, subject.score_reference)
        case Scope.RELATION:
            return [
                found
                for each in _relations(subject.account, subject.person)
                for found in elements(value_at(each, test.attribute.path))
                if not is_blank(found)
            ]
