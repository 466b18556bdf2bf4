"""Tests of personas: spelled out as what their definitions ask, and told by name again.

Whoever evaluates a condition, in memory or in MongoDB, is given it spelled out, so that both give
one answer.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Final, TypeAlias

from domain.attributes import PERSONA
from domain.condition_evaluation import Explanation
from domain.conditions import (
    AllOf,
    AnyOf,
    AttributeTest,
    Condition,
    ConditionFault,
    Not,
    inside,
    operands_of,
    parts_of,
    tests_of,
)
from domain.fields import camel
from domain.operators import COMPLEMENT_OF, Operator

MOST_NAMED: Final = 40
"""Personas that one condition may name, each as often as it does."""

Definitions: TypeAlias = Mapping[str, Condition]
"""The condition that each of the tenant's personas stands for, by the persona's id."""

Find: TypeAlias = Callable[[str], str | None]
"""The id of the persona of this id or name, or None."""


def asks_about_personas(condition: Condition) -> bool:
    """Whether a condition has a test of a persona, be it that there is any."""
    return any(_is_persona(test) for test in tests_of(condition))


def ids_in(condition: Condition) -> frozenset[str]:
    """The personas that a condition names."""
    tests = (test for test in tests_of(condition) if _is_persona(test))
    return frozenset(str(operand) for test in tests for operand in operands_of(test))


def by_ids(condition: Condition, find: Find) -> Condition | ConditionFault:
    """The condition with the id of every persona that it names; or the first that is unknown."""
    named = 0
    for path, test in _placed(condition, ""):
        many = test.operator in (Operator.IS_ANY_OF, Operator.IS_NONE_OF)
        where = inside(path, f"person.persona.{camel(test.operator.value)}")
        for place, operand in enumerate(operands_of(test)):
            named += 1
            if find(str(operand)) is None:
                at = f"{where}[{place}]" if many else where
                return ConditionFault(at, f"There is no persona {ascii(operand)[:80]}.")
    if named > MOST_NAMED:
        reason = f"A condition names at most {MOST_NAMED} personas, not {named}."
        return ConditionFault("", reason)
    return _replaced(condition, lambda test: _with_ids(test, find))


def spelled_out(condition: Condition, definitions: Definitions) -> Condition:
    """The condition with what each persona stands for in the place of its tests.

    A persona that is not defined is nobody's.
    """
    return _replaced(condition, lambda test: _spelled_out(test, definitions))


def told_by_name(condition: Condition, explanation: Explanation, matched: object) -> Explanation:
    """What was explained of the spelled out condition, with tests of personas as such again.

    Each has what it was spelled out to as its part; `matched` is the value it looked at.
    """
    if isinstance(condition, AttributeTest) and _is_persona(condition):
        return Explanation(condition, explanation.held, (explanation,), matched)
    parts = zip(parts_of(condition), explanation.parts, strict=True)
    told = tuple(told_by_name(part, each, matched) for part, each in parts)
    return replace(explanation, condition=condition, parts=told)


def _is_persona(test: AttributeTest) -> bool:
    return test.attribute.key == PERSONA.key


def _placed(condition: Condition, path: str) -> Iterator[tuple[str, AttributeTest]]:
    """Every test of a persona with the path of its node."""
    match condition:
        case AllOf(parts):
            for place, part in enumerate(parts):
                yield from _placed(part, inside(path, f"all[{place}]"))
        case AnyOf(parts):
            for place, part in enumerate(parts):
                yield from _placed(part, inside(path, f"any[{place}]"))
        case Not(part):
            yield from _placed(part, inside(path, "not"))
        case AttributeTest() if _is_persona(condition):
            yield path, condition


def _replaced(condition: Condition, replacing: Callable[[AttributeTest], Condition]) -> Condition:
    """The condition with something else in the place of each test of a persona."""
    match condition:
        case AllOf(parts):
            return AllOf(tuple(_replaced(part, replacing) for part in parts))
        case AnyOf(parts):
            return AnyOf(tuple(_replaced(part, replacing) for part in parts))
        case Not(part):
            return Not(_replaced(part, replacing))
        case AttributeTest() if _is_persona(condition):
            return replacing(condition)
        case _:
            return condition


def _with_ids(test: AttributeTest, find: Find) -> AttributeTest:
    ids = [find(str(operand)) or "" for operand in operands_of(test)]
    match test.operand:
        case None:
            return test
        case tuple():
            return replace(test, operand=tuple(dict.fromkeys(ids)))
        case _:
            return replace(test, operand=ids[0])


def _spelled_out(test: AttributeTest, definitions: Definitions) -> Condition:
    opposite = COMPLEMENT_OF.get(test.operator)
    if opposite is not None:
        return Not(_spelled_out(replace(test, operator=opposite), definitions))
    if test.operator is Operator.IS_NOT_EMPTY:
        return AnyOf(tuple(definitions.values()))
    named = dict.fromkeys(map(str, operands_of(test)))
    return AnyOf(tuple(definitions[id] for id in named if id in definitions))
