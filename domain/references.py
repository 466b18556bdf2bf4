"""References: the records a condition names by their ids, which stay as long as it does.

Stages are named over all models there are and ever will be, and are no references.
"""

from domain.conditions import Condition, related_of
from domain.related_tests import ActivityTest, GroupTest, InterestTest


def roles_in(condition: Condition) -> frozenset[str]:
    """The roles whose members a condition counts in buying groups."""
    groups = (asked for asked in related_of(condition) if isinstance(asked, GroupTest))
    return frozenset(count.role for asked in groups for count in asked.people_in_role)


def solution_interests_in(condition: Condition) -> frozenset[str]:
    """The solution interests whose signals or buying groups a condition asks for."""
    found: set[str] = set()
    for asked in related_of(condition):
        match asked:
            case InterestTest(interest) | GroupTest(str(interest)):
                found.add(interest)
            case GroupTest() | ActivityTest():
                pass
    return frozenset(found)


def references_in(condition: Condition) -> list[str]:
    """All of these ids, in order."""
    return sorted(roles_in(condition) | solution_interests_in(condition))
