from datetime import UTC, datetime
from typing import Any

import pytest

from domain.attributes import FieldType
from domain.conditions import ALWAYS, AttributeTest, Not
from domain.derived_fields import DerivedField, DerivedRule, define, deriving
from domain.fields import Refused
from domain.operators import Operator
from domain.related_tests import GroupTest, RelatedTest
from tests.condition_builders import asks
from tests.worlds import titled

DECLARED = {"account.custom": {"tier": FieldType.TEXT}}
LARGE = asks("account.employees", Operator.AT_LEAST, 1_000)


def is_derived(key: str, value: str) -> AttributeTest:
    return asks("account.derived", Operator.IS, value, field=key)


def a_field(key: str, *rules: DerivedRule, default: Any = None, **given: Any) -> DerivedField:
    kind = given.get("type", FieldType.TEXT)
    return DerivedField(key, kind, given.get("label", key), rules, default)


SEGMENT = a_field("segment", DerivedRule(LARGE, "Large"), DerivedRule(ALWAYS, "Small"))
NAMED = a_field("named", DerivedRule(is_derived("segment", "Large"), "yes"), default="no")


def test_the_first_rule_that_holds_gives_the_value_whatever_the_order_of_the_fields() -> None:
    fields = define([NAMED, SEGMENT], DECLARED)
    assert isinstance(fields, list)

    values_of = deriving(fields)

    assert values_of({"_id": "a", "employees": 1_000}) == {"named": "yes", "segment": "Large"}
    assert values_of({"_id": "b", "employees": 999}) == {"named": "no", "segment": "Small"}


def test_a_rule_sees_fresh_values_and_not_stored_ones() -> None:
    values_of = deriving([NAMED, SEGMENT])

    assert values_of({"_id": "a", "derived": {"segment": "Large"}})["named"] == "no"


def test_without_a_rule_that_holds_and_a_default_there_is_no_value() -> None:
    emptied = a_field("x", DerivedRule(LARGE, None), default="small")

    assert deriving([a_field("y", DerivedRule(LARGE, "z"))])({"_id": "a"}) == {}
    assert deriving([emptied])({"_id": "a", "employees": 5_000}) == {}


def test_values_are_read_by_the_type_of_the_field() -> None:
    given = a_field("since", DerivedRule(ALWAYS, "2024-02-29"), type=FieldType.DATE)

    [field] = define([given], DECLARED)  # type: ignore[misc]  # not refused

    assert field.rules[0].value == datetime(2024, 2, 29, tzinfo=UTC)


@pytest.mark.parametrize(
    ("fields", "path", "reason"),
    [
        pytest.param(
            [a_field("x", DerivedRule(is_derived("x", "1"), "1"))],
            "fields[0].rules",
            "ask in a circle: x, x",
            id="a field that asks about itself",
        ),
        pytest.param(
            [
                a_field("x", DerivedRule(is_derived("y", "1"), "1")),
                a_field("y", DerivedRule(Not(is_derived("x", "1")), "1")),
            ],
            None,
            None,
            id="two that ask about each other",
        ),
        pytest.param(
            [a_field("x", DerivedRule(is_derived("z", "1"), "1"))],
            "fields[0].rules[0].condition.account.derived.field",
            "account.derived has no field 'z'.",
            id="a field that is not there",
        ),
        pytest.param(
            [a_field("x", DerivedRule(titled("chief"), "1"))],
            "fields[0].rules[0].condition.person.jobTitle",
            "This condition cannot ask about person.jobTitle.",
            id="a person",
        ),
        pytest.param(
            [a_field("x", DerivedRule(RelatedTest(GroupTest()), "1"))],
            "fields[0].rules[0].condition",
            "asks about buying groups, which no derived field can",
            id="a buying group",
        ),
        pytest.param(
            [a_field("x", DerivedRule(ALWAYS, 5))],
            "fields[0].rules[0].value",
            "must be a text",
            id="a value of another type",
        ),
        pytest.param(
            [a_field("x", default="five", type=FieldType.NUMBER)],
            "fields[0].default",
            "must be a number",
            id="a default of another type",
        ),
        pytest.param([a_field("X")], "fields[0].key", None, id="a bad key"),
        pytest.param(
            [a_field("x", label=" ")],
            "fields[0].label",
            "is required and cannot be empty",
            id="no label",
        ),
        pytest.param(
            [a_field("x"), a_field("x")],
            "fields[1].key",
            "is that of a field before",
            id="a key given twice",
        ),
        pytest.param(
            [a_field(f"x{number}") for number in range(21)],
            "fields",
            "are more than 20",
            id="too many fields",
        ),
        pytest.param(
            [a_field("x", *[DerivedRule(ALWAYS, "1")] * 21)],
            "fields[0].rules",
            "are more than 20",
            id="too many rules",
        ),
        pytest.param(
            [
                a_field(
                    f"x{number}",
                    *[DerivedRule(asks("account.name", Operator.IS, "x" * 1_000), "1")] * 20,
                )
                for number in range(6)
            ],
            "fields",
            "have rules of more than 100,000 characters",
            id="rules that are too long",
        ),
    ],
)
def test_what_cannot_be_defined_is_refused_with_its_place(
    fields: list[DerivedField], path: str | None, reason: str | None
) -> None:
    refused = define(fields, DECLARED)

    assert isinstance(refused, Refused)
    assert refused.field == (path or refused.field)
    assert refused.reason == (reason or refused.reason)
