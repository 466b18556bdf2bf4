from dataclasses import replace

import pytest

from domain.attributes import ENGAGEMENT_SCORE
from domain.conditions import ALWAYS, NEVER, AnyOf, AttributeTest, Condition
from domain.identifiers import AccountId, PersonId, RoleId, RoleTemplateId
from domain.operators import Operator
from domain.role_templates import RoleTemplate, TemplateRole, TemplateStatus
from domain.template_linting import LintCode, LintFinding, LintSeverity, of_people, of_roles
from domain.template_previews import Tally
from tests.builders import DECISION_MAKER, INFLUENCER, PRACTITIONER, a_template_role
from tests.worlds import titled

CHIEF, CHIEF_OFFICER, ENGINEER = titled("chief"), titled("chief officer"), titled("engineer")
ACTIVE = AttributeTest(ENGAGEMENT_SCORE, Operator.AT_LEAST, 50)


def ruled(role: RoleId, rule: Condition | None, required: int = 1) -> TemplateRole:
    return replace(a_template_role(role, members_required=required), condition=rule)


@pytest.mark.parametrize(
    ("roles", "found"),
    [
        pytest.param(
            [ruled(DECISION_MAKER, CHIEF), ruled(INFLUENCER, ENGINEER)], [], id="nothing odd"
        ),
        pytest.param([], [LintFinding(LintCode.NO_ROLE)], id="no role at all"),
        pytest.param(
            [ruled(DECISION_MAKER, CHIEF)],
            [LintFinding(LintCode.SINGLE_ROLE, DECISION_MAKER)],
            id="one role alone",
        ),
        pytest.param(
            [
                replace(ruled(DECISION_MAKER, CHIEF), is_required=False),
                replace(ruled(INFLUENCER, ENGINEER), is_required=False),
            ],
            [LintFinding(LintCode.NO_REQUIRED_ROLE)],
            id="none required",
        ),
        pytest.param(
            [ruled(DECISION_MAKER, None), ruled(INFLUENCER, None)],
            [LintFinding(LintCode.NO_RULE)],
            id="no rule",
        ),
        pytest.param(
            [ruled(RoleId(f"role_{n}"), ENGINEER if not n else None) for n in range(8)],
            [LintFinding(LintCode.TOO_MANY_REQUIRED_ROLES, count=8)],
            id="eight required roles",
        ),
        pytest.param(
            [ruled(DECISION_MAKER, CHIEF), ruled(INFLUENCER, CHIEF)],
            [LintFinding(LintCode.DUPLICATE_RULE, INFLUENCER, DECISION_MAKER)],
            id="the same rule twice",
        ),
        pytest.param(
            [ruled(DECISION_MAKER, CHIEF), ruled(INFLUENCER, CHIEF_OFFICER)],
            [LintFinding(LintCode.UNREACHABLE_ROLE, INFLUENCER, DECISION_MAKER)],
            id="a narrower rule later",
        ),
        pytest.param(
            [ruled(DECISION_MAKER, ALWAYS), ruled(INFLUENCER, ENGINEER)],
            [LintFinding(LintCode.UNREACHABLE_ROLE, INFLUENCER, DECISION_MAKER)],
            id="everybody has been taken",
        ),
        pytest.param(
            [
                ruled(DECISION_MAKER, CHIEF),
                ruled(INFLUENCER, ENGINEER),
                ruled(PRACTITIONER, AnyOf((CHIEF_OFFICER, ENGINEER))),
            ],
            [LintFinding(LintCode.UNREACHABLE_ROLE, PRACTITIONER)],
            id="two earlier rules together",
        ),
        pytest.param(
            [ruled(DECISION_MAKER, CHIEF_OFFICER), ruled(INFLUENCER, CHIEF)],
            [],
            id="a wider rule later",
        ),
        pytest.param(
            [ruled(DECISION_MAKER, CHIEF), ruled(INFLUENCER, NEVER)],
            [LintFinding(LintCode.RULE_NEVER_HOLDS, INFLUENCER)],
            id="any of nothing",
        ),
        pytest.param(
            [ruled(DECISION_MAKER, ACTIVE), ruled(INFLUENCER, ENGINEER)],
            [LintFinding(LintCode.SCORE_IN_OWN_RULE, DECISION_MAKER)],
            id="the score in a rule",
        ),
    ],
)
def test_what_roles_show(roles: list[TemplateRole], found: list[LintFinding]) -> None:
    assert of_roles(roles) == found


def test_what_people_show() -> None:
    roles = (
        ruled(DECISION_MAKER, CHIEF, required=3),
        ruled(INFLUENCER, CHIEF_OFFICER),
        ruled(PRACTITIONER, ENGINEER),
    )
    tally = Tally(RoleTemplate(RoleTemplateId("rt_1"), TemplateStatus.DRAFT, 1, roles))
    nobody = of_people(tally)

    tally.add(AccountId("acc_1"), {PersonId("per_ada"): [DECISION_MAKER, INFLUENCER]})

    assert nobody == []
    assert of_people(tally) == [
        LintFinding(LintCode.REQUIRES_MORE_THAN_MATCH, DECISION_MAKER, count=1),
        LintFinding(LintCode.ALL_TAKE_EARLIER_ROLES, INFLUENCER, DECISION_MAKER),
        LintFinding(LintCode.MATCHES_NOBODY, PRACTITIONER),
    ]


def test_a_finding_says_how_much_it_matters() -> None:
    assert LintFinding(LintCode.UNREACHABLE_ROLE).severity is LintSeverity.ERROR
    assert LintFinding(LintCode.MATCHES_NOBODY).severity is LintSeverity.WARNING
    assert LintFinding(LintCode.SINGLE_ROLE).severity is LintSeverity.ADVICE
