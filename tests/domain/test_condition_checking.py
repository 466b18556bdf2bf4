from datetime import UTC, date, datetime

import pytest

from domain.attributes import attribute
from domain.condition_checking import ACCOUNT_RULE, MEMBER_RULE, faults
from domain.conditions import (
    ALWAYS,
    AllOf,
    AnyOf,
    AttributeTest,
    Condition,
    ConditionFault,
    Not,
    Operand,
    Range,
)
from domain.operators import Operator
from tests.condition_builders import DECLARED, asks

SOUND = asks("account.industry", Operator.IS, "banking")
BAD = asks("account.industry", Operator.IS, "")
NO_NUMBER = "The value is a finite number; a whole one has at most 64 bits."
UNSTORABLE = "The value contains a character that cannot be stored."


def nested(levels: int) -> Condition:
    """A condition of so many levels."""
    condition: Condition = SOUND
    for _ in range(levels - 1):
        condition = AllOf((condition,))
    return condition


@pytest.mark.parametrize(
    "condition",
    [
        pytest.param(ALWAYS, id="nothing asked"),
        pytest.param(asks("person.job_title", Operator.CONTAINS, "CIO"), id="a part of a text"),
        pytest.param(asks("account.annual_revenue", Operator.BETWEEN, Range(5, 5.0)), id="a point"),
        pytest.param(asks("account.employees", Operator.IS, 2**63 - 1), id="a large number"),
        pytest.param(asks("relation", Operator.IS_ANY_OF, ("employee", "other")), id="relations"),
        pytest.param(
            asks("account.custom", Operator.AT_LEAST, date(2024, 1, 1), field="renewal"),
            id="a declared date",
        ),
        pytest.param(
            asks("account.custom", Operator.AT_LEAST, 5, field="budgets"), id="a list of numbers"
        ),
        pytest.param(asks("account.derived", Operator.IS_EMPTY, field="hot"), id="emptiness"),
        pytest.param(asks("account.name", Operator.IS, "x" * 1_000), id="the longest text"),
        pytest.param(AllOf((SOUND,) * 200), id="the most tests"),
        pytest.param(nested(8), id="the deepest"),
    ],
)
def test_a_sound_condition_has_no_fault(condition: Condition) -> None:
    assert faults(condition, MEMBER_RULE, DECLARED) == ()


@pytest.mark.parametrize(
    ("condition", "path", "reason"),
    [
        pytest.param(
            asks("account.annual_revenue", Operator.BETWEEN, Range(5, 4)),
            "account.annualRevenue.between",
            "The low value is above the high one.",
            id="numbers upside down",
        ),
        pytest.param(
            asks(
                "person.custom",
                Operator.BETWEEN,
                Range(date(2024, 1, 2), date(2024, 1, 1)),
                field="joined",
            ),
            "person.custom.test.date.between",
            "The low value is after the high one.",
            id="days upside down",
        ),
        pytest.param(
            asks("account.annual_revenue", Operator.BETWEEN, 5),
            "account.annualRevenue.between",
            "This operator takes a low and a high value.",
            id="a range of one value",
        ),
        pytest.param(
            asks("person.job_title", Operator.IS_ANY_OF, ()),
            "person.jobTitle.isAnyOf",
            "A list holds 1 to 1,000 values.",
            id="an empty list",
        ),
        pytest.param(
            asks("person.job_title", Operator.IS_ANY_OF, ("x",) * 1_001),
            "person.jobTitle.isAnyOf",
            "A list holds 1 to 1,000 values.",
            id="a long list",
        ),
        pytest.param(
            asks("person.job_title", Operator.IS_NONE_OF, "CIO"),
            "person.jobTitle.isNoneOf",
            "This operator takes a list of values.",
            id="a list of one value",
        ),
        pytest.param(
            asks("person.job_title", Operator.IS, ("CIO",)),
            "person.jobTitle.is",
            "This operator takes one value.",
            id="a value that is a list",
        ),
        pytest.param(
            asks("person.job_title", Operator.IS),
            "person.jobTitle.is",
            "This operator takes one value.",
            id="no value",
        ),
        pytest.param(
            asks("person.job_title", Operator.IS_EMPTY, "x"),
            "person.jobTitle.isEmpty",
            "This operator takes no value.",
            id="a value too many",
        ),
        pytest.param(
            asks("person.job_title", Operator.AT_LEAST, "x"),
            "person.jobTitle.atLeast",
            "This operator does not fit a text value.",
            id="an order of texts",
        ),
        pytest.param(
            asks("account.is_top_level", Operator.IS_EMPTY),
            "account.isTopLevel.isEmpty",
            "This operator does not fit a boolean value.",
            id="emptiness of what always has a value",
        ),
        pytest.param(
            asks("account.custom", Operator.CONTAINS, "x", field="seats"),
            "account.custom.test.text",
            "The field is of type number; its test is `number`.",
            id="a part of a declared number",
        ),
        pytest.param(
            asks("account.custom", Operator.IS, "x", field="colour"),
            "account.custom.field",
            "account.custom has no field 'colour'.",
            id="an undeclared field",
        ),
        pytest.param(
            asks("account.derived", Operator.IS, "x", field="tier"),
            "account.derived.field",
            "account.derived has no field 'tier'.",
            id="a field of another family",
        ),
        pytest.param(
            asks("account.custom", Operator.IS, "x", field="a.$b\0"),
            "account.custom.field",
            "account.custom has no field 'a.$b\\x00'.",
            id="a field that could not be declared",
        ),
        pytest.param(
            asks("account.custom", Operator.IS, "x"),
            "account.custom.field",
            "account.custom has no field None.",
            id="a family without a field",
        ),
        pytest.param(
            asks("relation", Operator.IS, "friend"),
            "relation.kind.is",
            "The value is one of: employee, contractor, other.",
            id="an unknown relation",
        ),
        pytest.param(
            asks("relation_role", Operator.STARTS_WITH, " "),
            "relation.role.startsWith",
            "The value is empty; to find empty values there is an operator.",
            id="a text of blanks",
        ),
    ],
)
def test_a_fault_names_its_node(condition: Condition, path: str, reason: str) -> None:
    assert faults(condition, MEMBER_RULE, DECLARED) == (ConditionFault(path, reason),)


@pytest.mark.parametrize(
    ("key", "operand", "reason"),
    [
        pytest.param("account.name", 5, "The value is not of type text.", id="number for text"),
        pytest.param("account.name", "a\0b", UNSTORABLE, id="NUL"),
        pytest.param("account.name", "a\ud800", UNSTORABLE, id="a lone surrogate"),
        pytest.param("account.parent", "a\0b", UNSTORABLE, id="NUL in an id"),
        pytest.param(
            "account.name", "x" * 1_001, "The value has more than 1,000 characters.", id="long"
        ),
        pytest.param(
            "account.name", "ﷺ" * 60, "The value has more than 1,000 characters.", id="long folded"
        ),
        pytest.param("account.employees", "5", "The value is not of type number.", id="text"),
        pytest.param("account.employees", True, NO_NUMBER, id="a truth value for a number"),
        pytest.param("account.employees", float("nan"), NO_NUMBER, id="NaN"),
        pytest.param("account.employees", float("inf"), NO_NUMBER, id="infinity"),
        pytest.param("account.employees", 2**63, NO_NUMBER, id="beyond 64 bits"),
        pytest.param("account.employees", -(2**63) - 1, NO_NUMBER, id="below 64 bits"),
        pytest.param(
            "person.unsubscribed", 1, "The value is not of type boolean.", id="1 for true"
        ),
        pytest.param("account.parent", 5, "The value is not of type id.", id="number for an id"),
    ],
)
def test_a_value_of_another_type_is_refused(key: str, operand: Operand, reason: str) -> None:
    (fault,) = faults(asks(key, Operator.IS, operand), MEMBER_RULE, DECLARED)

    assert fault.reason == reason


@pytest.mark.parametrize(
    ("operand", "path", "reason"),
    [
        pytest.param(
            "2024-01-01", "text", "The field is of type date; its test is `date`.", id="a text"
        ),
        pytest.param(
            datetime(2024, 1, 1, tzinfo=UTC),
            "date.is",
            "The value is a date without a time.",
            id="a moment",
        ),
    ],
)
def test_a_day_is_a_date(operand: Operand, path: str, reason: str) -> None:
    condition = asks("account.custom", Operator.IS, operand, field="renewal")

    assert faults(condition, MEMBER_RULE, DECLARED) == (
        ConditionFault(f"account.custom.test.{path}", reason),
    )


def test_one_bad_value_of_a_list_is_found() -> None:
    condition = asks("account.employees", Operator.IS_ANY_OF, (1, 2, "x"))

    assert faults(condition, MEMBER_RULE, DECLARED) == (
        ConditionFault("account.employees.isAnyOf", "The value is not of type number."),
    )


def test_every_bad_node_is_named_with_its_place_in_the_tree() -> None:
    condition = AllOf((SOUND, AnyOf((BAD, Not(AllOf((BAD,)))))))

    assert [fault.path for fault in faults(condition, MEMBER_RULE, DECLARED)] == [
        "all[1].any[0].account.industry.is",
        "all[1].any[1].not.all[0].account.industry.is",
    ]


@pytest.mark.parametrize(
    ("key", "name"),
    [
        pytest.param("person.job_title", "person.jobTitle", id="a person's title"),
        pytest.param("relation_role", "relation.role", id="a role in the account"),
    ],
)
def test_a_rule_over_accounts_asks_about_accounts_only(key: str, name: str) -> None:
    condition = asks(key, Operator.IS, "x")

    assert [fault.reason for fault in faults(condition, ACCOUNT_RULE, DECLARED)] == [
        f"This condition cannot ask about {name}."
    ]


@pytest.mark.parametrize(
    ("condition", "path", "reason"),
    [
        pytest.param(
            nested(9),
            ".".join(["all[0]"] * 8),
            "A condition is at most 8 levels deep.",
            id="a level too deep",
        ),
        pytest.param(
            nested(5_000),
            ".".join(["all[0]"] * 8),
            "A condition is at most 8 levels deep.",
            id="far too deep",
        ),
        pytest.param(
            AllOf((SOUND,) * 201),
            "",
            "A condition has at most 200 tests, not 201.",
            id="a test more",
        ),
        pytest.param(
            AnyOf((ALWAYS,) * 201),
            "",
            "A condition has at most 200 tests, not 201.",
            id="empty parts count",
        ),
        pytest.param(
            AllOf((asks("account.name", Operator.IS_ANY_OF, ("x" * 1_000,) * 201),)),
            "",
            "The values of a condition have at most 200,000 characters together.",
            id="too much text",
        ),
    ],
)
def test_a_condition_beyond_a_limit_has_that_fault_only(
    condition: Condition, path: str, reason: str
) -> None:
    assert faults(condition, MEMBER_RULE, DECLARED) == (ConditionFault(path, reason),)


def test_a_family_is_of_no_type_until_a_field_is_named() -> None:
    family = attribute("account.custom")
    assert family is not None

    (fault,) = faults(AttributeTest(family, Operator.IS_EMPTY), ACCOUNT_RULE, DECLARED)

    assert fault.path == "account.custom.field"
