from domain.conditions import ALWAYS, NEVER
from domain.identifiers import RoleTemplateId
from domain.operators import Operator
from domain.placing import placing
from domain.role_templates import RoleTemplate, TemplateRole, TemplateStatus, Weighting
from tests.builders import DECISION_MAKER, INFLUENCER, PRACTITIONER
from tests.condition_builders import asks

ACCOUNT = {"_id": "acc_1"}
PERSON = {"_id": "per_ada", "engagement": {"raw": 250}}


def a_template(*roles: TemplateRole) -> RoleTemplate:
    return RoleTemplate(RoleTemplateId("rt_1"), TemplateStatus.LIVE, 1, roles)


def test_the_first_role_whose_rule_holds_takes_the_person() -> None:
    roles = [
        TemplateRole(PRACTITIONER, Weighting.NORMAL, True, 1, None),
        TemplateRole(INFLUENCER, Weighting.NORMAL, True, 1, NEVER),
        TemplateRole(DECISION_MAKER, Weighting.NORMAL, True, 1, ALWAYS),
    ]

    assert placing(a_template(*roles), 0)(ACCOUNT, PERSON) == DECISION_MAKER
    assert placing(a_template(*roles[:2]), 0)(ACCOUNT, PERSON) is None


def test_a_score_is_asked_against_the_reference() -> None:
    engaged = asks("person.engagement_score", Operator.AT_LEAST, 50)
    template = a_template(TemplateRole(DECISION_MAKER, Weighting.NORMAL, True, 1, engaged))

    assert placing(template, 1_000)(ACCOUNT, PERSON) == DECISION_MAKER
    assert placing(template, 1_001)(ACCOUNT, PERSON) is None
