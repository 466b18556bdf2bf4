import pytest

from domain.condition_checking import ACCOUNT_RULE, MEMBER_RULE, faults
from domain.conditions import AllOf, ConditionFault, Not
from domain.related_tests import (
    ActivityTest,
    Asked,
    Bounds,
    GroupTest,
    InterestTest,
    RelatedTest,
    RoleCount,
)

SIGNAL = "person.hasInterestSignal"
ACT = "person.performedActivity"
GROUP = "account.hasMatchedBuyingGroup"


@pytest.mark.parametrize(
    ("asked", "path", "reason"),
    [
        pytest.param(
            InterestTest(" "), f"{SIGNAL}.solutionInterest", "The value is empty.", id="no interest"
        ),
        pytest.param(
            InterestTest("si_1", within_days=0),
            f"{SIGNAL}.withinDays",
            "The value is a whole number from 1 to 3,650.",
            id="no days",
        ),
        pytest.param(
            ActivityTest("x\0"),
            f"{ACT}.type",
            "The value contains the character NUL.",
            id="an activity type that cannot be",
        ),
        pytest.param(
            ActivityTest("x", at_least=0),
            f"{ACT}.atLeast",
            "The value is a whole number from 1 to 100,000.",
            id="performed never",
        ),
        pytest.param(
            GroupTest(statuses=()),
            f"{GROUP}.statuses",
            "The list holds 1 to 100 texts.",
            id="no status at all",
        ),
        pytest.param(
            GroupTest(statuses=("ok", "x" * 51)),
            f"{GROUP}.statuses[1]",
            "The value is longer than 50 characters.",
            id="a status that no group can have",
        ),
        pytest.param(
            GroupTest(engagement=Bounds(at_least=60, less_than=50)),
            f"{GROUP}.engagement",
            "The low value is above the high one.",
            id="a score between upside down",
        ),
        pytest.param(
            GroupTest(completeness=Bounds(at_most=float("nan"))),
            f"{GROUP}.completeness",
            "A bound is a finite number.",
            id="at most no number",
        ),
        pytest.param(
            GroupTest(people_in_role=(RoleCount("role_1"),)),
            f"{GROUP}.peopleInRole[0]",
            "Say how many members the role has: at least, at most, or both.",
            id="a role and no number",
        ),
        pytest.param(
            GroupTest(people_in_role=(RoleCount("role_1", 3, 2),)),
            f"{GROUP}.peopleInRole[0]",
            "The low value is above the high one.",
            id="at least three and at most two",
        ),
        pytest.param(
            GroupTest(people_in_role=(RoleCount("role_1", -1),)),
            f"{GROUP}.peopleInRole[0].atLeast",
            "The value is a whole number from 0 to 100,000.",
            id="fewer than none",
        ),
        pytest.param(
            GroupTest(people_in_role=(RoleCount("role_1", 1),) * 21),
            f"{GROUP}.peopleInRole",
            "At most 20 roles can be asked about.",
            id="too many roles",
        ),
    ],
)
def test_what_cannot_be_asked(asked: Asked, path: str, reason: str) -> None:
    assert faults(RelatedTest(asked), MEMBER_RULE, {}) == (ConditionFault(path, reason),)


def test_an_audience_cannot_ask_about_people() -> None:
    condition = AllOf((RelatedTest(GroupTest()), Not(RelatedTest(InterestTest("si_1")))))

    assert faults(condition, ACCOUNT_RULE, {}) == (
        ConditionFault(f"all[1].not.{SIGNAL}", f"This condition cannot ask about {SIGNAL}."),
    )
    assert faults(condition, MEMBER_RULE, {}) == ()


def test_a_condition_asks_twenty_times_at_most() -> None:
    test = RelatedTest(GroupTest())

    assert faults(AllOf((test,) * 20), ACCOUNT_RULE, {}) == ()
    assert faults(AllOf((test,) * 21), ACCOUNT_RULE, {}) == (
        ConditionFault("", "A condition asks at most 20 times about signals, acts and groups."),
    )
