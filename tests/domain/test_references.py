import pytest

from domain.conditions import AllOf, AnyOf, Condition, Not
from domain.interest_signals import SignalStrength
from domain.references import references_in, roles_in, solution_interests_in
from domain.related_tests import ActivityTest, GroupTest, InterestTest, RelatedTest, RoleCount
from tests.worlds import titled

SIGNAL = RelatedTest(InterestTest("si_1", SignalStrength.HIGH))
GROUP = RelatedTest(
    GroupTest("si_2", people_in_role=(RoleCount("role_2", 1), RoleCount("role_1", 0, 3)))
)


@pytest.mark.parametrize(
    ("condition", "roles", "interests"),
    [
        pytest.param(titled("chief"), [], [], id="a test of the person alone"),
        pytest.param(SIGNAL, [], ["si_1"], id="a signal"),
        pytest.param(GROUP, ["role_1", "role_2"], ["si_2"], id="a group with people in roles"),
        pytest.param(RelatedTest(GroupTest(stages=("stg_1",))), [], [], id="a stage"),
        pytest.param(RelatedTest(ActivityTest("Click")), [], [], id="an activity type"),
        pytest.param(
            AnyOf((Not(SIGNAL), AllOf((GROUP,)))),
            ["role_1", "role_2"],
            ["si_1", "si_2"],
            id="tests deep inside",
        ),
    ],
)
def test_a_condition_names_roles_and_solution_interests(
    condition: Condition, roles: list[str], interests: list[str]
) -> None:
    assert sorted(roles_in(condition)) == roles
    assert sorted(solution_interests_in(condition)) == interests
    assert references_in(condition) == roles + interests
