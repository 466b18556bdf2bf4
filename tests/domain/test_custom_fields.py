from datetime import UTC, date, datetime

import pytest

from domain import custom_fields
from domain.attributes import FieldType
from domain.custom_fields import CustomField
from domain.fields import Refused, Value, checked

TIER = CustomField("tier", FieldType.TEXT, "Tier")
SEATS = CustomField("seats", FieldType.NUMBER, "Seats")


def test_what_is_declared_before_stays_beside_what_is_new() -> None:
    assert custom_fields.define({"tier": TIER}, [SEATS]) == {"tier": TIER, "seats": SEATS}


def test_a_declared_field_can_be_given_another_label() -> None:
    renamed = CustomField("tier", FieldType.TEXT, "Service tier")

    assert custom_fields.define({"tier": TIER}, [renamed]) == {"tier": renamed}


@pytest.mark.parametrize(
    ("wanted", "refused"),
    [
        pytest.param(
            [SEATS, CustomField("tier", FieldType.NUMBER, "Tier")],
            Refused("fields[1].type", "cannot change: tier is declared TEXT"),
            id="the type of a declared field cannot change",
        ),
        pytest.param(
            [CustomField("Tier.1", FieldType.TEXT, "Tier")],
            Refused(
                "fields[0].key",
                "must start with a small letter and hold only small letters, digits and"
                " underscores, at most 64",
            ),
            id="a key is a plain word",
        ),
        pytest.param(
            [CustomField("tier", FieldType.TEXT, " ")],
            Refused("fields[0].label", "is required and cannot be empty"),
            id="a label says something",
        ),
        pytest.param(
            [CustomField("tier", FieldType.TEXT, "x" * 256)],
            Refused("fields[0].label", "is longer than 255 characters"),
            id="a label is short",
        ),
        pytest.param(
            [CustomField(f"f{n}", FieldType.TEXT, "F") for n in range(200)],
            Refused("fields", "would make more than 200 custom fields"),
            id="there are at most 200",
        ),
    ],
)
def test_a_definition_is_refused(wanted: list[CustomField], refused: Refused) -> None:
    assert custom_fields.define({"tier": TIER}, wanted) == refused


@pytest.mark.parametrize(
    ("type", "given", "value"),
    [
        pytest.param(FieldType.TEXT, "gold", "gold", id="text"),
        pytest.param(FieldType.NUMBER, 3, 3.0, id="number"),
        pytest.param(FieldType.BOOLEAN, True, True, id="boolean"),
        pytest.param(FieldType.DATE, date(2026, 5, 4), datetime(2026, 5, 4, tzinfo=UTC), id="date"),
        pytest.param(FieldType.TEXT_LIST, ["a"], ["a"], id="texts"),
        pytest.param(FieldType.NUMBER_LIST, [1], [1.0], id="numbers"),
    ],
)
def test_a_value_has_the_declared_type(type: FieldType, given: object, value: Value) -> None:
    fields = custom_fields.fields({"it": CustomField("it", type, "It")})

    assert checked(fields, {"custom.it": given}) == {"custom.it": value}
    assert checked(fields, {"custom.it": object()}) == Refused(
        "customFields.it",
        {
            FieldType.TEXT: "must be a text",
            FieldType.NUMBER: "must be a number",
            FieldType.BOOLEAN: "must be true or false",
            FieldType.DATE: "must be a date such as 2026-05-04",
            FieldType.TEXT_LIST: "must be a list of texts",
            FieldType.NUMBER_LIST: "must be a list of numbers",
        }[type],
    )
