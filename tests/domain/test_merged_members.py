from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import buying_groups
from domain.buying_groups import BuyingGroup, Member, MemberChange
from domain.identifiers import PersonId, RoleId
from domain.membership import Assign, Claim, Command, Method, Release, Remove
from domain.merged_members import (
    by_the_clock,
    in_commit_order,
    later_claims,
    merge_groups,
    merge_people,
)
from tests.builders import (
    DECISION_MAKER,
    INFLUENCER,
    NOON,
    PRACTITIONER,
    a_claim,
    a_group,
    a_member,
    claims,
)

ADA, EVA, ZOE = PersonId("per_ada"), PersonId("per_eva"), PersonId("per_zoe")
MANUAL, JOURNEY, SYSTEM = Method
ROLES = (DECISION_MAKER, INFLUENCER, PRACTITIONER)


@pytest.mark.parametrize(
    ("survivor", "other", "left"),
    [
        pytest.param([], [], [], id="nobody has spoken"),
        pytest.param([a_claim(version=2)], [], [a_claim(version=2)], id="only of the survivor"),
        pytest.param([], [a_claim(version=2)], [a_claim(version=2)], id="only of the other"),
        pytest.param(
            [a_claim(version=2)],
            [a_claim(role=None, version=5)],
            [a_claim(role=None, version=5)],
            id="the later one was about the other: removed",
        ),
        pytest.param(
            [a_claim(version=6)],
            [a_claim(role=None, version=5)],
            [a_claim(version=6)],
            id="the later one was about the survivor",
        ),
        pytest.param(
            [a_claim(version=5)],
            [a_claim(role=None, version=5)],
            [a_claim(version=5)],
            id="of one version, the survivor's",
        ),
        pytest.param(
            [a_claim(version=2, at=NOON)],
            [a_claim(role=None, version=1, at=NOON + timedelta(hours=1))],
            [a_claim(version=2, at=NOON)],
            id="clocks only inform",
        ),
        pytest.param(
            [a_claim(MANUAL, version=2), a_claim(SYSTEM, INFLUENCER, version=3)],
            [a_claim(JOURNEY, None, version=9), a_claim(SYSTEM, PRACTITIONER, version=4)],
            [
                a_claim(MANUAL, version=2),
                a_claim(JOURNEY, None, version=9),
                a_claim(SYSTEM, PRACTITIONER, version=4),
            ],
            id="method by method",
        ),
    ],
)
def test_the_later_claim_of_each_method_stands(
    survivor: list[Claim], other: list[Claim], left: list[Claim]
) -> None:
    assert later_claims(claims(*survivor), claims(*other), in_commit_order) == claims(*left)


def test_between_two_groups_the_moment_tells_which_is_later() -> None:
    early, late = a_claim(version=9), a_claim(role=None, version=1, at=NOON + timedelta(hours=1))

    assert later_claims(claims(early), claims(late), by_the_clock) == claims(late)
    assert later_claims(claims(late), claims(early), by_the_clock) == claims(late)


def test_of_the_one_who_is_no_more_nothing_is_said_any_more() -> None:
    said = a_claim(MANUAL, version=3)
    group = a_group(a_member(ADA, said), version=3)

    after, changes = merge_people(group, ADA, EVA)

    assert after.members == (Member(ADA, {}), a_member(EVA, said))
    assert changes == [
        MemberChange(0, claims(said), Member(ADA, {})),
        MemberChange(1, {}, a_member(EVA, said)),
    ]


def test_a_survivor_who_is_known_keeps_the_place_and_what_stands_is_no_change() -> None:
    by_hand, by_job = a_claim(MANUAL, version=4), a_claim(SYSTEM, INFLUENCER, version=2)
    group = a_group(
        a_member(EVA, by_hand, unrelated=True), a_member(ADA, a_claim(version=1), by_job)
    )

    after, changes = merge_people(group, ADA, EVA)

    assert after.members == (a_member(EVA, by_hand, by_job), Member(ADA, {}))
    assert [change.place for change in changes] == [1, 0]
    older = a_group(a_member(EVA, by_hand), a_member(ADA, a_claim(version=1)))
    assert [change.place for change in merge_people(older, ADA, EVA)[1]] == [1]


def test_claims_taken_over_from_another_group_are_of_the_version_that_takes_them() -> None:
    late = a_claim(role=None, version=1, at=NOON + timedelta(hours=1))
    system = a_claim(SYSTEM, INFLUENCER, version=1)
    group = a_group(a_member(ADA, a_claim(version=6)), version=7)
    other = a_group(a_member(ADA, late), a_member(ZOE, system), Member(EVA, {}), version=2)

    after, changes = merge_groups(group, other, ROLES)

    assert after.members == (
        a_member(ADA, replace(late, version=8)),
        a_member(ZOE, replace(system, version=8)),
    )
    assert [(change.place, change.before) for change in changes] == [
        (0, claims(a_claim(version=6))),
        (1, {}),
    ]
    assert merge_groups(after, other, ROLES) == (after, [])


def test_a_role_that_the_group_does_not_have_is_not_taken_over() -> None:
    removed = a_claim(MANUAL, None, version=2)
    other = a_group(a_member(ADA, removed, a_claim(SYSTEM, PRACTITIONER)))

    after, _ = merge_groups(a_group(version=3), other, [DECISION_MAKER])

    assert after.members == (a_member(ADA, replace(removed, version=4)),)


PERSONS = st.sampled_from([ADA, EVA, ZOE])
ACTIONS = st.sampled_from(
    [Assign(DECISION_MAKER), Assign(INFLUENCER), Assign(PRACTITIONER), Remove(), Release()]
)
COMMANDS = st.lists(st.tuples(PERSONS, ACTIONS, st.sampled_from(Method)), max_size=20)
Said = Mapping[PersonId, Mapping[Method, RoleId | None]]


def a_history(commands: list[tuple[PersonId, Assign | Remove | Release, Method]]) -> BuyingGroup:
    """A group after these commands, each in a version of its own."""
    group = a_group(version=0)
    for person, action, method in commands:
        command = Command(person, action, method, "sam", NOON)
        group, _, _ = buying_groups.apply(group, [command])
        group = replace(group, version=group.version + 1)
    return group


def said(group: BuyingGroup) -> Said:
    return {
        member.person: {method: claim.role for method, claim in member.claims.items()}
        for member in group.members
        if member.claims
    }


@given(COMMANDS)
def test_in_whichever_order_different_methods_spoke_a_merge_gives_the_same(
    commands: list[tuple[PersonId, Assign | Remove | Release, Method]],
) -> None:
    # A removal is only heard where something was said before: here each person is known to all.
    known = [
        (person, Assign(INFLUENCER), method) for person in (ADA, EVA, ZOE) for method in Method
    ]
    assigning = [each for each in commands if not isinstance(each[1], Release)]
    by_method = sorted(assigning, key=lambda each: each[2].value)

    one, _ = merge_people(a_history([*known, *assigning]), ADA, EVA)
    two, _ = merge_people(a_history([*known, *by_method]), ADA, EVA)

    assert said(one) == said(two)


@given(COMMANDS)
def test_a_merge_twice_is_a_merge_once(
    commands: list[tuple[PersonId, Assign | Remove | Release, Method]],
) -> None:
    once, _ = merge_people(a_history(commands), ADA, EVA)

    assert merge_people(once, ADA, EVA) == (once, [])
    assert ADA not in said(once)


@given(COMMANDS)
def test_three_people_are_one_in_whichever_order_they_are_merged(
    commands: list[tuple[PersonId, Assign | Remove | Release, Method]],
) -> None:
    group = a_history(commands)
    first, _ = merge_people(group, ADA, EVA)
    second, _ = merge_people(group, EVA, ZOE)

    chained, _ = merge_people(first, EVA, ZOE)
    apart, _ = merge_people(second, ADA, ZOE)

    assert said(chained) == said(apart)
