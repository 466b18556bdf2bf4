"""Placing: which role the rules of a template give a person of an account."""

from collections.abc import Callable
from typing import TypeAlias

from domain.attributes import Scope
from domain.condition_evaluation import Holds, Stored, compiled
from domain.conditions import tests_of
from domain.identifiers import RoleId
from domain.related_tests import NO_FINDINGS, Findings
from domain.role_templates import RoleTemplate

Place: TypeAlias = Callable[[Stored, Stored], RoleId | None]
Matching: TypeAlias = Callable[[Stored, Stored], list[RoleId]]


def placing(
    template: RoleTemplate, score_reference: float, findings: Findings = NO_FINDINGS
) -> Place:
    """A function of an account and a person of it: the first role whose rule holds, or None.

    First is first in template order; a full role still accepts. `score_reference` is the largest
    raw engagement of a person in the tenant's last scoring run, 0 before the first; `findings`
    are of every related test of the rules.
    """
    rules = _rules(template, score_reference, findings)

    def place(account: Stored, person: Stored) -> RoleId | None:
        for role, holds in rules:
            if holds(account, person):
                return role
        return None

    return place


def matching(
    template: RoleTemplate, score_reference: float, findings: Findings = NO_FINDINGS
) -> Matching:
    """A function of an account and a person of it: every role whose rule holds, in template order.

    The first of them is the one that `placing` gives.
    """
    rules = _rules(template, score_reference, findings)
    return lambda account, person: [role for role, holds in rules if holds(account, person)]


def asked_fields(template: RoleTemplate, scope: Scope) -> set[str]:
    """The top-level fields of an account, or of a person, that the rules of a template look at."""
    return {
        test.attribute.path[0]
        for entry in template.roles
        if entry.condition is not None
        for test in tests_of(entry.condition)
        if test.attribute.scope is scope
    }


def _rules(
    template: RoleTemplate, score_reference: float, findings: Findings
) -> list[tuple[RoleId, Holds]]:
    return [
        (entry.role, compiled(entry.condition, score_reference, findings))
        for entry in template.roles
        if entry.condition is not None
    ]
