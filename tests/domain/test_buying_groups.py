import pytest

from domain import buying_groups, completeness
from domain.buying_groups import Member, MemberChange
from domain.identifiers import AccountId, PersonId, RoleId, SolutionInterestId, TenantId
from domain.membership import Assign, Method, Outcome, Release, Remove
from tests.builders import (
    DECISION_MAKER,
    INFLUENCER,
    PRACTITIONER,
    a_claim,
    a_command,
    a_group,
    a_member,
    a_template_role,
)

BY_HAND = a_claim(Method.MANUAL)
BY_JOB = a_claim(Method.SYSTEM)
ADA, BO, CY = PersonId("per_ada"), PersonId("per_bo"), PersonId("per_cy")


def test_a_group_is_found_by_what_makes_it_unique() -> None:
    one = buying_groups.identifier(TenantId("t"), AccountId("acc_1"), SolutionInterestId("si_1"))
    same = buying_groups.identifier(TenantId("t"), AccountId("acc_1"), SolutionInterestId("si_1"))
    other = buying_groups.identifier(TenantId("u"), AccountId("acc_1"), SolutionInterestId("si_1"))

    assert one == same
    assert one != other
    assert one.startswith("bg_")


def test_a_groups_name() -> None:
    assert buying_groups.name("Security", "Acme") == "Security for Acme"


def test_commands_change_members_in_their_order() -> None:
    group = a_group(a_member("per_ada", BY_JOB), version=4)
    commands = [a_command(Assign(INFLUENCER)), a_command(Assign(PRACTITIONER), person="per_bo")]

    after, decisions, changes = buying_groups.apply(group, commands)

    assert [member.person for member in after.members] == [ADA, BO]
    assert [member.role for member in after.members] == [INFLUENCER, PRACTITIONER]
    assert [decision.outcome for decision in decisions] == [Outcome.APPLIED, Outcome.APPLIED]
    assert [(change.place, change.after.person) for change in changes] == [(0, ADA), (1, BO)]
    assert after.members[0].claims[Method.MANUAL].version == 5


def test_a_person_named_twice_is_one_change_from_first_to_last() -> None:
    group = a_group(a_member("per_ada", BY_JOB))
    commands = [a_command(Assign(INFLUENCER)), a_command(Remove())]

    after, decisions, changes = buying_groups.apply(group, commands)

    assert [decision.outcome for decision in decisions] == [Outcome.APPLIED, Outcome.APPLIED]
    assert changes == [MemberChange(0, group.members[0].claims, after.members[0])]
    assert after.members[0].role is None


def test_a_command_that_changes_no_claim_changes_no_member() -> None:
    group = a_group(a_member("per_ada", BY_HAND))
    commands = [a_command(), a_command(Remove(), person="per_bo")]

    after, decisions, changes = buying_groups.apply(group, commands)

    assert after == group
    assert changes == []
    assert [decision.outcome for decision in decisions] == [Outcome.UNCHANGED, Outcome.UNCHANGED]


def test_what_ends_as_it_began_is_no_change() -> None:
    group = a_group(a_member("per_ada", BY_JOB))
    commands = [a_command(), a_command(Release()), a_command(person="per_bo")]
    commands += [a_command(Release(), person="per_bo"), a_command(person="per_cy")]

    after, decisions, changes = buying_groups.apply(group, commands)

    assert [decision.outcome for decision in decisions] == [Outcome.APPLIED] * 5
    assert [(change.place, change.after.person) for change in changes] == [(1, CY)]
    assert after.members[0] == group.members[0]


def test_a_released_stranger_keeps_the_place_but_is_nobody() -> None:
    group = a_group(a_member("per_ada", BY_HAND), a_member("per_bo", BY_JOB))

    after, _, _ = buying_groups.apply(group, [a_command(Release())])

    assert [member.person for member in after.members] == [ADA, BO]
    assert after.members[0].deciding is None


def test_completeness_counts_members_of_required_roles_only() -> None:
    roles = [
        a_template_role(DECISION_MAKER, members_required=2),
        a_template_role(INFLUENCER),
        a_template_role(PRACTITIONER, is_required=False),
    ]
    members = [
        a_member("per_ada", BY_JOB),
        a_member("per_bo", a_claim(role=None), BY_JOB),
        a_member("per_cy", a_claim(role=PRACTITIONER)),
    ]

    states = buying_groups.role_states(roles, members)

    assert [(state.role, state.assigned) for state in states] == [
        (DECISION_MAKER, 1),
        (INFLUENCER, 0),
        (PRACTITIONER, 1),
    ]
    assert [state.is_missing for state in states] == [False, True, False]
    assert completeness.percent(buying_groups.completeness_of(states)) == 25.0


@pytest.mark.parametrize(
    ("placed", "members", "actions"),
    [
        pytest.param({ADA: DECISION_MAKER}, [], [(ADA, Assign(DECISION_MAKER))], id="newly placed"),
        pytest.param({ADA: None}, [], [], id="whom no rule places is not mentioned"),
        pytest.param({ADA: DECISION_MAKER}, [a_member("per_ada", BY_JOB)], [], id="said already"),
        pytest.param(
            {ADA: INFLUENCER},
            [a_member("per_ada", BY_JOB)],
            [(ADA, Assign(INFLUENCER))],
            id="another role",
        ),
        pytest.param(
            {ADA: None}, [a_member("per_ada", BY_JOB)], [(ADA, Remove())], id="no rule holds now"
        ),
        pytest.param(
            {ADA: None}, [a_member("per_ada", BY_HAND)], [], id="a manual member is let be"
        ),
        pytest.param(
            {}, [a_member("per_ada", BY_HAND)], [(ADA, Remove())], id="gone from the account"
        ),
        pytest.param(
            {}, [a_member("per_ada", a_claim(Method.SYSTEM, None))], [], id="gone, and said so"
        ),
        pytest.param({}, [a_member("per_ada")], [], id="released, then gone: nothing to say"),
        pytest.param(
            {ADA: DECISION_MAKER},
            [a_member("per_ada", a_claim(Method.SYSTEM, None), BY_HAND)],
            [(ADA, Assign(DECISION_MAKER))],
            id="back below a stronger claim",
        ),
        pytest.param(
            {CY: INFLUENCER, BO: INFLUENCER},
            [],
            [(BO, Assign(INFLUENCER)), (CY, Assign(INFLUENCER))],
            id="in the order of the people's ids",
        ),
    ],
)
def test_what_the_system_says_anew(
    placed: dict[PersonId, RoleId | None],
    members: list[Member],
    actions: list[tuple[PersonId, Assign | Remove]],
) -> None:
    assert buying_groups.system_actions(placed, members) == actions
