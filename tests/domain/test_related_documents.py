from typing import Any

import pytest

from domain.condition_documents import from_document, read_document, to_document
from domain.conditions import ConditionFault, Not
from domain.interest_signals import SignalStrength
from domain.related_tests import (
    ActivityTest,
    Asked,
    Bounds,
    GroupTest,
    InterestTest,
    RelatedTest,
    RoleCount,
)

EVERYTHING = GroupTest(
    "si_1",
    ("new", "won"),
    Bounds(at_least=50, less_than=75.5),
    Bounds(greater_than=0),
    (RoleCount("role_1", 3), RoleCount("role_2", 0, 1)),
    ("stg_1", "Won"),
)


@pytest.mark.parametrize(
    ("asked", "document"),
    [
        pytest.param(
            InterestTest("si_1", SignalStrength.HIGH, 30),
            {
                "has_interest_signal": {
                    "solution_interest": "si_1",
                    "at_least": "HIGH",
                    "within_days": 30,
                }
            },
            id="a strong signal of late",
        ),
        pytest.param(
            ActivityTest("Danced"),
            {"performed_activity": {"type": "Danced", "at_least": 1}},
            id="an act at any time",
        ),
        pytest.param(GroupTest(), {"has_matched_buying_group": {}}, id="any group"),
        pytest.param(
            EVERYTHING,
            {
                "has_matched_buying_group": {
                    "solution_interest": "si_1",
                    "stages": ["stg_1", "Won"],
                    "statuses": ["new", "won"],
                    "engagement": {"at_least": 50, "less_than": 75.5},
                    "completeness": {"greater_than": 0},
                    "people_in_role": [
                        {"role": "role_1", "at_least": 3},
                        {"role": "role_2", "at_least": 0, "at_most": 1},
                    ],
                }
            },
            id="a group with everything asked",
        ),
    ],
)
def test_a_test_of_other_records_is_stored_and_read(asked: Asked, document: dict[str, Any]) -> None:
    assert to_document(Not(RelatedTest(asked))) == {"not": document}
    assert from_document({"not": document}) == Not(RelatedTest(asked))


@pytest.mark.parametrize(
    ("document", "path", "reason"),
    [
        pytest.param(
            {"has_interest_signal": []},
            "has_interest_signal",
            "What is asked is an object.",
            id="a list",
        ),
        pytest.param(
            {"has_interest_signal": {"solution_interest": "si_1", "at_least": "HUGE"}},
            "has_interest_signal",
            "A strength is one of: LOW, MEDIUM, HIGH.",
            id="a strength that is none",
        ),
        pytest.param(
            {"performed_activity": {"at_least": 2}},
            "performed_activity",
            "A name or an id is a text.",
            id="no activity type",
        ),
        pytest.param(
            {"performed_activity": {"type": "x", "within_days": True}},
            "performed_activity",
            "A count is a whole number.",
            id="a day that is true",
        ),
        pytest.param(
            {"performed_activity": {"type": "x", "until": 5}},
            "performed_activity",
            "A test has no 'until'.",
            id="a word that means nothing",
        ),
        pytest.param(
            {"has_matched_buying_group": {"engagement": {"is": 5}}},
            "has_matched_buying_group",
            "Bounds are: at_least, greater_than, at_most, less_than.",
            id="bounds that are none",
        ),
        pytest.param(
            {"has_matched_buying_group": {"engagement": {"at_most": "5"}}},
            "has_matched_buying_group",
            "A bound is a number.",
            id="a bound that is a text",
        ),
        pytest.param(
            {"has_matched_buying_group": {"people_in_role": [{"role": "r", "is": 5}]}},
            "has_matched_buying_group",
            "A role is asked about with: role, at_least, at_most.",
            id="a role asked about otherwise",
        ),
        pytest.param(
            {"has_matched_buying_group": {"statuses": "new"}},
            "has_matched_buying_group",
            "Several values are a list.",
            id="a status alone",
        ),
    ],
)
def test_what_cannot_be_read(document: dict[str, Any], path: str, reason: str) -> None:
    assert read_document({"all": [document]}) == ConditionFault(f"all[0].{path}", reason)
