from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from domain.attributes import Scope
from domain.condition_evaluation import Subject, evaluate, explain
from domain.conditions import AllOf, Not, related_of
from domain.related_tests import (
    ActivityTest,
    Findings,
    Found,
    GroupTest,
    InterestTest,
    Period,
    RelatedTest,
    is_met,
    period,
)

DANCED = ActivityTest("Danced", at_least=3)
CARES = InterestTest("si_1")
HAS_GROUP = GroupTest()
FINDINGS = Findings(
    {
        DANCED: {"per_ada": Found(3), "per_bo": Found(2)},
        CARES: {"per_ada": Found(1)},
        HAS_GROUP: {"acc_1": Found(2)},
    }
)
ACME = {"_id": "acc_1"}
ADA, BO = {"_id": "per_ada"}, {"_id": "per_bo"}


def test_days_are_those_of_the_time_zone_and_today_is_the_last_of_them() -> None:
    now = datetime(2026, 3, 30, 23, 30, tzinfo=UTC)

    # In Berlin it is the last of March already, and the clocks went forward on the 29th.
    assert period(3, now, ZoneInfo("Europe/Berlin")) == Period(
        date(2026, 3, 29),
        date(2026, 3, 31),
        datetime(2026, 3, 28, 23, tzinfo=UTC),
        datetime(2026, 3, 31, 22, tzinfo=UTC),
    )


def test_ever_begins_before_everything_and_ends_with_today() -> None:
    noon = datetime(2026, 5, 4, 12, tzinfo=UTC)

    assert period(None, noon, UTC) == Period(
        None, date(2026, 5, 4), None, datetime(2026, 5, 5, tzinfo=UTC)
    )


@pytest.mark.parametrize(
    ("asked", "count", "is_enough"),
    [
        pytest.param(DANCED, 3, True, id="as often as asked"),
        pytest.param(DANCED, 2, False, id="not often enough"),
        pytest.param(CARES, 1, True, id="one signal"),
        pytest.param(CARES, 0, False, id="no signal"),
        pytest.param(HAS_GROUP, 5, True, id="several groups"),
    ],
)
def test_what_is_enough(asked: ActivityTest | InterestTest, count: int, is_enough: bool) -> None:
    assert is_met(asked, Found(count)) is is_enough


def test_people_are_told_apart_and_an_account_is_asked_for_itself() -> None:
    danced, cares, has_group = RelatedTest(DANCED), RelatedTest(CARES), RelatedTest(HAS_GROUP)
    condition = AllOf((danced, cares, has_group))

    assert (danced.scope, has_group.scope) == (Scope.PERSON, Scope.ACCOUNT)
    assert evaluate(condition, Subject(ACME, ADA, 0, FINDINGS))
    assert not evaluate(condition, Subject(ACME, BO, 0, FINDINGS))
    assert evaluate(Not(danced), Subject(ACME, BO, 0, FINDINGS))
    assert not evaluate(has_group, Subject({"_id": "acc_2"}, ADA, 0, FINDINGS))
    assert list(related_of(condition)) == [DANCED, CARES, HAS_GROUP]


def test_of_nobody_nothing_is_found() -> None:
    nobody = Subject(None, None, 0, FINDINGS)

    assert not evaluate(RelatedTest(CARES), nobody)
    assert not evaluate(RelatedTest(HAS_GROUP), nobody)
    assert evaluate(Not(RelatedTest(DANCED)), nobody)
    assert explain(RelatedTest(CARES), nobody).actual == Found(0)


def test_an_explanation_says_how_often() -> None:
    explanation = explain(RelatedTest(DANCED), Subject(ACME, BO, 0, FINDINGS))

    assert (explanation.held, explanation.actual) == (False, Found(2))


def test_what_nobody_has_looked_for_is_not_taken_for_nothing() -> None:
    with pytest.raises(LookupError, match="nobody has looked for"):
        evaluate(RelatedTest(InterestTest("si_2")), Subject(ACME, ADA, 0, FINDINGS))
