"""Touching: which rules of a template can place people anew only where a record was changed."""

from typing import Final

from domain.attributes import Scope
from domain.conditions import related_of, tests_of
from domain.role_templates import RoleTemplate

_WORKED_OUT: Final = {
    (Scope.ACCOUNT, "products"),
    (Scope.ACCOUNT, "parent_id"),
    (Scope.ACCOUNT, "ancestor_ids"),
    (Scope.ACCOUNT, "level"),
    (Scope.ACCOUNT, "derived"),
    (Scope.PERSON, "engagement"),
    (Scope.PERSON, "persona"),
}
"""Fields that follow from other records, from rules or from the passing of days."""


def asks_of_its_own(template: RoleTemplate) -> bool:
    """Whether the rules, as they were written, ask for nothing but what a person and their account
    say themselves.

    Then a group whose account and people stay as they are is placed as it was.
    """
    conditions = [entry.condition for entry in template.roles if entry.condition is not None]
    if any(True for condition in conditions for _ in related_of(condition)):
        return False
    asked = {
        (test.attribute.scope, test.attribute.path[0])
        for condition in conditions
        for test in tests_of(condition)
    }
    return _WORKED_OUT.isdisjoint(asked)
