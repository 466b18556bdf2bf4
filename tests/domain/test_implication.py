import pytest

from domain.attributes import attribute
from domain.conditions import (
    ALWAYS,
    NEVER,
    AllOf,
    AnyOf,
    AttributeTest,
    Condition,
    Not,
    Operand,
    Range,
)
from domain.implication import implies
from domain.operators import Operator


def title(operator: Operator, operand: Operand = None) -> AttributeTest:
    known = attribute("person.job_title")
    assert known is not None
    return AttributeTest(known, operator, operand)


def score(operator: Operator, operand: Operand) -> AttributeTest:
    known = attribute("person.engagement_score")
    assert known is not None
    return AttributeTest(known, operator, operand)


CHIEF = title(Operator.CONTAINS, "chief")
ENGINEER = title(Operator.CONTAINS, "engineer")
CEO = title(Operator.IS, "Chief Executive")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param(CHIEF, CHIEF, id="the same"),
        pytest.param(CHIEF, ALWAYS, id="always"),
        pytest.param(NEVER, CHIEF, id="never"),
        pytest.param(CHIEF, AnyOf((ENGINEER, CHIEF)), id="one of several"),
        pytest.param(AllOf((CHIEF, ENGINEER)), ENGINEER, id="part of all"),
        pytest.param(AnyOf((CHIEF, CEO)), CHIEF, id="every alternative"),
        pytest.param(AllOf((CHIEF, ENGINEER)), AllOf((ENGINEER, CHIEF)), id="another order"),
        pytest.param(Not(AnyOf((CHIEF, ENGINEER))), Not(CHIEF), id="a wider denial"),
        pytest.param(CEO, CHIEF, id="an equal text has the part"),
        pytest.param(
            title(Operator.IS_ANY_OF, ("CTO", "cio")),
            title(Operator.IS_ANY_OF, ("CIO", "CFO", "CTO")),
            id="fewer values, case apart",
        ),
        pytest.param(
            title(Operator.STARTS_WITH, "Chief of"),
            title(Operator.STARTS_WITH, "chief"),
            id="a longer beginning",
        ),
        pytest.param(
            title(Operator.ENDS_WITH, "of sales"), title(Operator.CONTAINS, "sales"), id="an end"
        ),
        pytest.param(CHIEF, title(Operator.IS_NOT_EMPTY), id="whoever has a part has something"),
        pytest.param(
            title(Operator.IS_NONE_OF, ("CTO", "CIO")),
            title(Operator.IS_NOT, "cto"),
            id="none of more",
        ),
        pytest.param(
            score(Operator.GREATER_THAN, 50), score(Operator.AT_LEAST, 50), id="above a bound"
        ),
        pytest.param(
            score(Operator.BETWEEN, Range(20, 30)), score(Operator.LESS_THAN, 31), id="a range"
        ),
    ],
)
def test_what_is_shown_to_follow(one: Condition, other: Condition) -> None:
    assert implies(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param(ALWAYS, CHIEF, id="not everybody is a chief"),
        pytest.param(CHIEF, NEVER, id="somebody may be"),
        pytest.param(CHIEF, CEO, id="a part is no equal text"),
        pytest.param(AnyOf((CHIEF, ENGINEER)), CHIEF, id="one alternative is none"),
        pytest.param(CHIEF, AllOf((CHIEF, ENGINEER)), id="more is asked"),
        pytest.param(Not(CHIEF), Not(AnyOf((CHIEF, ENGINEER))), id="a narrower denial"),
        pytest.param(Not(CHIEF), title(Operator.IS_NOT, "x"), id="a denial and a negative test"),
        pytest.param(
            title(Operator.CONTAINS, "chief"), title(Operator.STARTS_WITH, "chief"), id="anywhere"
        ),
        pytest.param(
            title(Operator.IS_NOT, "cto"), title(Operator.IS_NONE_OF, ("CTO", "CIO")), id="fewer"
        ),
        pytest.param(title(Operator.IS_EMPTY), title(Operator.IS, "x"), id="nothing is no value"),
        pytest.param(
            score(Operator.AT_LEAST, 50), score(Operator.GREATER_THAN, 50), id="the bound itself"
        ),
        pytest.param(
            score(Operator.AT_LEAST, 20), score(Operator.BETWEEN, Range(20, 30)), id="no upper end"
        ),
    ],
)
def test_what_is_not(one: Condition, other: Condition) -> None:
    assert not implies(one, other)
