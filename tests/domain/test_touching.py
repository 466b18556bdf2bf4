from dataclasses import replace

import pytest

from domain.attributes import attribute
from domain.conditions import AllOf, AttributeTest, Condition, Not
from domain.identifiers import RoleTemplateId
from domain.operators import Operator
from domain.related_tests import ActivityTest, RelatedTest
from domain.role_templates import RoleTemplate, TemplateStatus
from domain.touching import asks_of_its_own
from tests.builders import a_template_role


def a_test(key: str) -> Condition:
    asked = attribute(key)
    assert asked is not None
    return AttributeTest(asked, Operator.IS_NOT_EMPTY, None)


@pytest.mark.parametrize(
    ("condition", "is_of_its_own"),
    [
        pytest.param(None, True, id="no rule asks for nothing"),
        pytest.param(a_test("person.job_title"), True, id="a field of the person"),
        pytest.param(a_test("account.country"), True, id="a field of the account"),
        pytest.param(a_test("account.products"), False, id="products follow from opportunities"),
        pytest.param(a_test("account.level"), False, id="levels follow from other accounts"),
        pytest.param(a_test("person.engagement_score"), False, id="scores follow from days"),
        pytest.param(a_test("person.persona"), False, id="personas follow from their rules"),
        pytest.param(
            AllOf((a_test("person.email"), Not(a_test("account.any_ancestor")))),
            False,
            id="wherever it stands",
        ),
        pytest.param(RelatedTest(ActivityTest("Open Email")), False, id="what other records say"),
    ],
)
def test_rules_ask_for_what_a_record_says_or_for_more(
    condition: Condition | None, is_of_its_own: bool
) -> None:
    entry = replace(a_template_role(), condition=condition)
    template = RoleTemplate(RoleTemplateId("rt_1"), TemplateStatus.LIVE, 1, (entry,))

    assert asks_of_its_own(template) is is_of_its_own
