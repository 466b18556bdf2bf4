import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from domain.condition_evaluation import Subject, evaluate, explain
from domain.conditions import AttributeTest
from domain.engagement import score
from domain.operators import Operator
from tests.condition_builders import asks


def of_score(operator: Operator, operand: float) -> AttributeTest:
    return asks("person.engagement_score", operator, operand)


def a_subject(raw: int, reference: int) -> Subject:
    return Subject(None, {"engagement": {"raw": raw}}, reference)


@pytest.mark.parametrize(
    ("operator", "operand", "holds"),
    [
        pytest.param(Operator.IS, 57.735026919, True, id="is what is shown"),
        pytest.param(Operator.AT_LEAST, 57.735026919, True, id="at least what is shown"),
        pytest.param(Operator.LESS_THAN, 57.735026919, False, id="not less than what is shown"),
        pytest.param(Operator.AT_MOST, 57.735026918, False, id="more than the number below"),
        pytest.param(Operator.AT_LEAST, 57.73502692, False, id="less than the number above"),
    ],
)
def test_a_score_is_compared_as_it_is_shown(
    operator: Operator, operand: float, holds: bool
) -> None:
    explained = explain(of_score(operator, operand), a_subject(1, 3))

    assert explained.actual == 57.735026919
    assert explained.held is holds


@given(
    reference=st.integers(1, 10**9),
    share=st.floats(0, 1.1),
    steps=st.integers(-3, 3),
)
def test_a_condition_holds_if_and_only_if_it_does_for_the_shown_score(
    reference: int, share: float, steps: int
) -> None:
    raw = int(share * reference)
    shown = score(raw, reference)
    operand = round(shown + steps / 10**9, 9)
    assume(operand >= 0)
    subject = a_subject(raw, reference)

    expected = {
        Operator.IS: shown == operand,
        Operator.IS_NOT: shown != operand,
        Operator.AT_LEAST: shown >= operand,
        Operator.GREATER_THAN: shown > operand,
        Operator.AT_MOST: shown <= operand,
        Operator.LESS_THAN: shown < operand,
    }
    assert {each: evaluate(of_score(each, operand), subject) for each in expected} == expected
    assert explain(of_score(Operator.IS, operand), subject).actual == shown
