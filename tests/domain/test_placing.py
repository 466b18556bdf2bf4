from domain.attributes import Scope
from domain.conditions import ALWAYS, NEVER, AllOf, AnyOf, Not
from domain.identifiers import RoleTemplateId
from domain.operators import Operator
from domain.placing import asked_fields, placing
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


def test_the_fields_that_rules_look_at() -> None:
    engaged = asks("person.engagement_score", Operator.AT_LEAST, 50)
    of_a_bank = asks("account.industry", Operator.IS, "banking")
    from_paris = asks("person.city", Operator.IS_NOT, "paris")
    template = a_template(
        TemplateRole(
            DECISION_MAKER, Weighting.NORMAL, True, 1, AllOf((engaged, Not(AnyOf((of_a_bank,)))))
        ),
        TemplateRole(INFLUENCER, Weighting.NORMAL, True, 1, from_paris),
        TemplateRole(PRACTITIONER, Weighting.NORMAL, True, 1, None),
    )

    assert asked_fields(template, Scope.PERSON) == {"engagement", "address"}
    assert asked_fields(template, Scope.ACCOUNT) == {"industry"}
