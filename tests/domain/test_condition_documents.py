import json
import re
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings

from domain.attributes import Scope
from domain.condition_documents import from_document, read_document, to_document
from domain.conditions import AllOf, AnyOf, Condition, ConditionFault, Not, Range
from domain.operators import Operator
from tests.condition_builders import asks, conditions

IS_CIO = {"test": {"attribute": "person.job_title", "operator": "contains", "value": "CIO"}}


def nested(levels: int) -> dict[str, Any]:
    """A document of so many levels."""
    document: dict[str, Any] = IS_CIO
    for _ in range(levels - 1):
        document = {"not": document}
    return document


def test_a_condition_is_a_plain_document() -> None:
    condition = AllOf(
        (
            asks("person.job_title", Operator.CONTAINS, "CIO"),
            AnyOf((Not(asks("account.products", Operator.IS_EMPTY)),)),
            asks("person.custom", Operator.IS_ANY_OF, ("en", "de"), field="languages"),
            asks("account.custom", Operator.AT_LEAST, date(2024, 2, 29), field="renewal"),
            asks("account.annual_revenue", Operator.BETWEEN, Range(1, 2.5)),
        )
    )

    assert to_document(condition) == {
        "all": [
            IS_CIO,
            {"any": [{"not": {"test": {"attribute": "account.products", "operator": "is_empty"}}}]},
            {
                "test": {
                    "attribute": "person.custom",
                    "key": "languages",
                    "operator": "is_any_of",
                    "value": ["en", "de"],
                }
            },
            {
                "test": {
                    "attribute": "account.custom",
                    "key": "renewal",
                    "operator": "at_least",
                    "value": {"date": "2024-02-29"},
                }
            },
            {
                "test": {
                    "attribute": "account.annual_revenue",
                    "operator": "between",
                    "value": {"low": 1, "high": 2.5},
                }
            },
        ]
    }


@settings(derandomize=True, deadline=None)
@given(conditions(*Scope))
def test_a_condition_comes_back_from_json_as_it_was(condition: Condition) -> None:
    assert from_document(json.loads(json.dumps(to_document(condition)))) == condition


@pytest.mark.parametrize(
    ("document", "path", "reason"),
    [
        pytest.param({}, "", "A condition is one of: all, any, not, test.", id="nothing"),
        pytest.param(
            {"all": [IS_CIO], "any": []},
            "",
            "A condition is one of: all, any, not, test.",
            id="two at once",
        ),
        pytest.param(
            {"all": [IS_CIO, {"any": IS_CIO}]},
            "all[1]",
            "A condition is one of: all, any, not, test.",
            id="any of no list",
        ),
        pytest.param(
            {"not": None}, "not", "A condition is one of: all, any, not, test.", id="not of nothing"
        ),
        pytest.param(
            {"test": []}, "test", "A test names an attribute and an operator.", id="no test"
        ),
        pytest.param(
            {"test": {**IS_CIO["test"], "values": 1}},
            "test",
            "A test has no 'values'.",
            id="an unknown word",
        ),
        pytest.param(
            {"any": [{"test": {**IS_CIO["test"], "attribute": "person.shoe_size"}}]},
            "any[0].test.attribute",
            "There is no attribute 'person.shoe_size'.",
            id="an unknown attribute",
        ),
        pytest.param(
            {"test": {**IS_CIO["test"], "attribute": ["x"]}},
            "test.attribute",
            "There is no attribute ['x'].",
            id="an attribute that is no text",
        ),
        pytest.param(
            {"test": {**IS_CIO["test"], "operator": "resembles"}},
            "test.operator",
            "There is no operator 'resembles'.",
            id="an unknown operator",
        ),
        pytest.param(
            {"test": {**IS_CIO["test"], "key": "seniority"}},
            "test.key",
            "A test of a declared field, and no other, names it.",
            id="a field of no family",
        ),
        pytest.param(
            {"test": {**IS_CIO["test"], "attribute": "person.custom"}},
            "test.key",
            "A test of a declared field, and no other, names it.",
            id="a family without a field",
        ),
        pytest.param(
            {"test": {**IS_CIO["test"], "value": {"date": "29.2.2024"}}},
            "test.value",
            "A value is a text, number, truth value or date.",
            id="a date in another format",
        ),
        pytest.param(
            {"test": {**IS_CIO["test"], "value": ["x", ["y"]]}},
            "test.value",
            "A value is a text, number, truth value or date.",
            id="a list in a list",
        ),
        pytest.param(
            nested(9),
            ".".join(["not"] * 8),
            "A condition is at most 8 levels deep.",
            id="a level too deep",
        ),
    ],
)
def test_a_document_that_is_no_condition(document: dict[str, Any], path: str, reason: str) -> None:
    assert read_document(document) == ConditionFault(path, reason)
    with pytest.raises(ValueError, match=re.escape(reason)):
        from_document(document)
