from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.attributes import Scope
from domain.condition_evaluation import Explanation, Subject, deciding_tests, evaluate, explain
from domain.conditions import AllOf, AnyOf, Condition, Not
from domain.operators import Operator
from domain.persona_tests import spelled_out, told_by_name
from tests.condition_builders import (
    PERSONAS,
    SCORE_REFERENCE,
    a_person_for,
    an_account_for,
    asks,
    conditions,
    findings_for,
)
from tests.condition_cases import ACCOUNT_CASES, PERSON_CASES

ACCOUNT = {"_id": "acc_1", "industry": "Banking"}
EMPLOYED = asks("relation", Operator.IS, "employee")
IS_CIO = asks("person.job_title", Operator.CONTAINS, "CIO")
IS_BANK = asks("account.industry", Operator.IS, "banking")
IS_ACTIVE = asks("person.engagement_score", Operator.AT_LEAST, 50)


@pytest.mark.parametrize(("condition", "account", "holds"), ACCOUNT_CASES)
def test_what_holds_for_an_account(
    condition: Condition, account: dict[str, Any], holds: bool
) -> None:
    assert evaluate(condition, Subject(account, None, 0)) is holds
    assert evaluate(Not(condition), Subject(account, None, 0)) is not holds


@pytest.mark.parametrize(("condition", "person", "holds"), PERSON_CASES)
def test_what_holds_for_a_person_in_an_account(
    condition: Condition, person: dict[str, Any], holds: bool
) -> None:
    assert evaluate(condition, Subject(ACCOUNT, person, 1_000)) is holds


@pytest.mark.parametrize(
    ("operator", "operand"),
    [
        pytest.param(Operator.IS, "employee", id="is"),
        pytest.param(Operator.IS_NOT, "employee", id="is not"),
        pytest.param(Operator.IS_ANY_OF, ("employee",), id="is any of"),
        pytest.param(Operator.IS_NONE_OF, ("employee",), id="is none of"),
    ],
)
def test_without_an_account_every_test_of_a_relation_fails(
    operator: Operator, operand: str | tuple[str, ...]
) -> None:
    condition = asks("relation", operator, operand)
    person = {"relations": [{"account_id": "acc_1", "relation": "employee"}]}

    assert not evaluate(condition, Subject(None, person, 0))
    assert evaluate(Not(condition), Subject(None, person, 0))


def test_before_the_first_scoring_run_every_score_is_0() -> None:
    active = {"engagement": {"raw": 5}}

    assert not evaluate(
        asks("person.engagement_score", Operator.GREATER_THAN, 0), Subject(None, active, 0)
    )
    assert evaluate(asks("person.engagement_score", Operator.IS, 0), Subject(None, active, 0))


def test_an_explanation_names_the_value_each_test_looked_at() -> None:
    person = {
        "job_title": "Deputy CIO",
        "engagement": {"raw": 250},
        "relations": [{"account_id": "acc_1", "relation": "employee"}],
    }
    condition = AllOf((IS_CIO, Not(IS_BANK), AnyOf((EMPLOYED, IS_ACTIVE))))

    assert explain(condition, Subject(ACCOUNT, person, 1_000)) == Explanation(
        condition,
        False,
        (
            Explanation(IS_CIO, True, (), "Deputy CIO"),
            Explanation(Not(IS_BANK), False, (Explanation(IS_BANK, True, (), "Banking"),)),
            Explanation(
                AnyOf((EMPLOYED, IS_ACTIVE)),
                True,
                (
                    Explanation(EMPLOYED, True, (), ["employee"]),
                    Explanation(IS_ACTIVE, True, (), 50.0),
                ),
            ),
        ),
    )


@settings(derandomize=True, deadline=None)
@given(condition=conditions(*Scope), seed=st.integers(0, 2**32))
def test_an_explanation_answers_as_the_evaluation_does(condition: Condition, seed: int) -> None:
    random = Random(seed)
    account, person = an_account_for(condition, random), a_person_for(condition, random)
    person["_id"] = "per_1"
    findings = findings_for(condition, random, ["acc_1", "per_1"])
    subject = Subject(account, person, SCORE_REFERENCE, findings)
    asked = spelled_out(condition, PERSONAS)

    assert explain(asked, subject).held == evaluate(asked, subject)
    assert told_by_name(condition, explain(asked, subject), ()).held == evaluate(asked, subject)


@pytest.mark.parametrize(
    ("condition", "deciding"),
    [
        pytest.param(AllOf((IS_CIO, IS_BANK)), [IS_CIO], id="what failed of all"),
        pytest.param(AnyOf((IS_CIO, IS_BANK)), [IS_BANK], id="what held of any"),
        pytest.param(AnyOf((IS_CIO, EMPLOYED)), [IS_CIO, EMPLOYED], id="everything when none held"),
        pytest.param(Not(AnyOf((IS_CIO, IS_BANK))), [IS_BANK], id="what a not turned around"),
    ],
)
def test_the_tests_that_decided(condition: Condition, deciding: list[Condition]) -> None:
    explanation = explain(condition, Subject(ACCOUNT, {"job_title": "Clerk"}, 0))

    assert [each.condition for each in deciding_tests(explanation)] == deciding
