from dataclasses import replace

import pytest

from domain.buying_groups import MemberChange
from domain.identifiers import AccountId, PersonId, RoleTemplateId
from domain.membership import Claim, Method
from domain.role_templates import RoleTemplate, TemplateStatus
from domain.template_previews import Movement, Shift, Tally, shifts
from tests.builders import (
    DECISION_MAKER,
    INFLUENCER,
    PRACTITIONER,
    a_claim,
    a_group,
    a_member,
    a_template_role,
    claims,
)
from tests.worlds import titled

TEMPLATE = RoleTemplate(
    RoleTemplateId("rt_1"),
    TemplateStatus.DRAFT,
    1,
    (
        replace(a_template_role(DECISION_MAKER), condition=titled("chief")),
        replace(a_template_role(INFLUENCER, members_required=2), condition=titled("chief o")),
        a_template_role(PRACTITIONER),
    ),
)
ADA, BO, CLEO = PersonId("per_ada"), PersonId("per_bo"), PersonId("per_cleo")


def test_people_who_match_a_later_role_are_counted_where_they_went() -> None:
    tally = Tally(TEMPLATE)

    tally.add(
        AccountId("acc_1"),
        {ADA: [DECISION_MAKER, INFLUENCER], BO: [DECISION_MAKER], CLEO: []},
    )
    tally.add(AccountId("acc_2"), {CLEO: []})

    decider, influencer, practitioner = tally.roles.values()
    assert (tally.accounts, tally.placed_accounts, tally.people, tally.placed) == (2, 1, 4, 2)
    assert (decider.taken, decider.matching, decider.short_accounts) == (2, 2, 0)
    assert (influencer.taken, influencer.matching, influencer.short_accounts) == (0, 1, 1)
    assert influencer.taken_earlier == {DECISION_MAKER: 1}
    assert (decider.is_shadowed, influencer.is_shadowed) == (False, True)
    assert [each.person for each in decider.examples] == [ADA, BO]
    assert not practitioner.matches_nobody


BY_RULE = a_claim(Method.SYSTEM, PRACTITIONER)
BY_HAND = a_claim(Method.MANUAL, PRACTITIONER)
OUT_BY_RULE = a_claim(Method.SYSTEM, None)
OUT_BY_HAND = a_claim(Method.MANUAL, None)
OTHER_BY_RULE = a_claim(Method.SYSTEM, DECISION_MAKER)


@pytest.mark.parametrize(
    ("before", "after", "movement"),
    [
        pytest.param([], [BY_RULE], Movement.JOINS, id="nobody had spoken"),
        pytest.param([OUT_BY_RULE], [BY_RULE], Movement.JOINS, id="out by rule before"),
        pytest.param([BY_RULE], [OUT_BY_RULE], Movement.LEAVES, id="no rule holds any more"),
        pytest.param([BY_RULE], [OTHER_BY_RULE], Movement.MOVES, id="another rule comes first"),
        pytest.param(
            [BY_HAND, BY_RULE], [BY_HAND, OUT_BY_RULE], Movement.STAYS, id="kept in by hand"
        ),
        pytest.param([OUT_BY_HAND], [OUT_BY_HAND, BY_RULE], Movement.STAYS, id="kept out by hand"),
    ],
)
def test_what_becomes_of_a_person(
    before: list[Claim], after: list[Claim], movement: Movement
) -> None:
    change = MemberChange(0, claims(*before), a_member("per_ada", *after))

    (shift,) = shifts(a_group(), [change])

    assert shift.movement is movement
    assert (shift.decided_by is not None) == (movement is Movement.STAYS)


def test_somebody_out_by_one_rule_or_another_is_no_shift() -> None:
    flagged = MemberChange(0, {}, a_member("per_ada", OUT_BY_RULE))

    found: list[Shift] = shifts(a_group(), [flagged])

    assert found == []
