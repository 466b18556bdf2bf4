from datetime import UTC, date, datetime

import pytest

from domain import fields
from domain.fields import Field, Reader, Refused, Unfit, Value

NAME = Field("name", fields.text(10), is_required=True)
TAGS = Field("tags", fields.texts(3), shown="labels", empty=[])
CITY = Field("address.postal_code", fields.text())
TABLE = fields.table(NAME, TAGS, CITY)


@pytest.mark.parametrize(
    ("read", "given", "stored"),
    [
        pytest.param(fields.text(), "Acme", "Acme", id="a text stays as it is given"),
        pytest.param(fields.text(), " \t", None, id="a text of blanks is nothing"),
        pytest.param(fields.text(4), "abcd", "abcd", id="a text may be as long as the limit"),
        pytest.param(fields.text(4), "abcde", "is longer than 4 characters", id="but no longer"),
        pytest.param(fields.text(), "a\0b", "contains the character NUL", id="NUL is refused"),
        pytest.param(
            fields.text(), "a\ud800", "contains half a surrogate pair", id="so is half a pair"
        ),
        pytest.param(fields.text(), "😀", "😀", id="a whole pair is a character"),
        pytest.param(fields.text(), 5, "must be a text", id="a number is no text"),
        pytest.param(fields.number(), 5, 5.0, id="a whole number is a number"),
        pytest.param(fields.number(), float("nan"), "must be a finite number", id="NaN is refused"),
        pytest.param(fields.number(), float("inf"), "must be a finite number", id="so is infinity"),
        pytest.param(fields.number(), 10**400, "is too large", id="so is what no float holds"),
        pytest.param(fields.number(), True, "must be a number", id="true is no number"),
        pytest.param(fields.number(minimum=0), 0, 0.0, id="the minimum is allowed"),
        pytest.param(fields.number(minimum=0), -1, "must be at least 0", id="less is refused"),
        pytest.param(fields.whole, 2**31 - 1, 2**31 - 1, id="the largest whole number"),
        pytest.param(fields.whole, 2**31, "must be from 0 to 2147483647", id="one too large"),
        pytest.param(fields.whole, -1, "must be from 0 to 2147483647", id="one below nothing"),
        pytest.param(fields.whole, 5.0, 5, id="a float without a fraction is whole"),
        pytest.param(fields.whole, 5.5, "must be a whole number", id="one with a fraction is not"),
        pytest.param(fields.boolean, False, False, id="false is false"),
        pytest.param(fields.boolean, 0, "must be true or false", id="zero is not false"),
        pytest.param(
            fields.day, date(2026, 5, 4), datetime(2026, 5, 4, tzinfo=UTC), id="a day is a midnight"
        ),
        pytest.param(
            fields.day, "2026-05-04", datetime(2026, 5, 4, tzinfo=UTC), id="so is one in writing"
        ),
        pytest.param(
            fields.day,
            datetime(2026, 5, 4, tzinfo=UTC),
            "must be a date such as 2026-05-04",
            id="a moment is no day",
        ),
        pytest.param(fields.day, "2026-02-30", "is no day of the calendar", id="February 30"),
        pytest.param(
            fields.day, "4.5.2026", "must be a date such as 2026-05-04", id="a date in other words"
        ),
        pytest.param(
            fields.texts(3), ["b", "a", "b"], ["b", "a"], id="a repeated text counts once"
        ),
        pytest.param(fields.texts(1), ["a", "b"], "has more than 1 entries", id="too many texts"),
        pytest.param(fields.texts(3), ["a", " "], "has a blank entry", id="a blank among texts"),
        pytest.param(
            fields.texts(3),
            ["a\0"],
            "has an entry that contains the character NUL",
            id="a bad text",
        ),
        pytest.param(fields.texts(3), "a", "must be a list of texts", id="a text is no list"),
        pytest.param(fields.numbers(3), [1, 2.5], [1.0, 2.5], id="numbers"),
        pytest.param(
            fields.numbers(3),
            [1, float("nan")],
            "has an entry that is no finite number",
            id="NaN among numbers",
        ),
    ],
)
def test_what_a_reader_stores(read: Reader, given: object, stored: object) -> None:
    outcome = read(given)

    assert (outcome.reason if isinstance(outcome, Unfit) else outcome) == stored
    assert type(stored) is str or type(outcome) is type(stored)


@pytest.mark.parametrize(
    "address",
    [
        "ada@example.com",
        "Ada.Lovelace+list@mail.example.co.uk",
        "o'neil@example.com",
        "jürgen@bücher.example",
        "a@1.example",
        "x" * 64 + "@example.com",
    ],
)
def test_an_address_is_accepted(address: str) -> None:
    assert fields.email(f" {address} ") == address


@pytest.mark.parametrize(
    "address",
    [
        "ada",
        "ada@",
        "@example.com",
        "ada@example",
        "ada@@example.com",
        "ada lovelace@example.com",
        "ada@exam ple.com",
        "ada@-example.com",
        "ada@example-.com",
        "ada@example..com",
        "<ada@example.com>",
        "ada@example.com,bo@example.com",
        "x" * 65 + "@example.com",
        "ada@" + "x" * 64 + ".com",
        "ada@example.com\0",
    ],
)
def test_what_is_no_address_is_refused(address: str) -> None:
    assert isinstance(fields.email(address), Unfit)


def test_an_address_of_many_dots_is_refused_at_once() -> None:
    assert isinstance(fields.email("a@" + "a." * 120 + "!"), Unfit)


@pytest.mark.parametrize(
    ("given", "checked"),
    [
        pytest.param({"name": "Acme"}, {"name": "Acme"}, id="what is given is kept"),
        pytest.param({"tags": None}, {"tags": []}, id="null clears a field"),
        pytest.param({"address.postal_code": ""}, {"address.postal_code": None}, id="so do blanks"),
        pytest.param(
            {"name": None},
            Refused("name", "is required and cannot be empty"),
            id="a required field cannot be cleared",
        ),
        pytest.param(
            {"name": " "},
            Refused("name", "is required and cannot be empty"),
            id="nor made blank",
        ),
        pytest.param(
            {"address.postal_code": 7},
            Refused("address.postalCode", "must be a text"),
            id="a field is named as clients write it",
        ),
        pytest.param(
            {"tags": "x"}, Refused("labels", "must be a list of texts"), id="or as it is shown"
        ),
        pytest.param(
            {"custom.tier": 1},
            Refused("customFields.tier", "is no field that is known here"),
            id="an unknown field is refused",
        ),
    ],
)
def test_given_fields_are_checked(
    given: dict[str, object], checked: dict[str, Value] | Refused
) -> None:
    assert fields.checked(TABLE, given) == checked


def test_a_null_for_a_group_of_fields_clears_each_that_is_not_given() -> None:
    given = {"address": None, "address.city": "Bonn", "name": "Acme"}

    spread = fields.spread(given, "address", ["address.city", "address.street"])

    assert spread == {"address.city": "Bonn", "address.street": None, "name": "Acme"}


def test_a_group_of_fields_can_be_given_as_a_whole() -> None:
    assert fields.spread({"custom": {"tier": 1}}, "custom", []) == {"custom.tier": 1}
    assert fields.spread({"custom": [1]}, "custom", []) == Refused(
        "customFields", "must be an object of values by key"
    )


def test_only_what_differs_is_a_change() -> None:
    record = {"name": "Acme", "address": {"city": "Bonn"}, "tags": ["a"]}

    differing = fields.differing(
        record, {"name": "Acme", "address.city": "Köln", "tags": ["a"], "custom.tier": None}
    )

    assert differing == {"address.city": "Köln"}


def test_what_is_cleared_where_names_are_free_is_gone() -> None:
    record = {"address": {"city": "Bonn"}, "keys": {"crm": "1", "erp": "2"}}

    fields.put(record, "address.city", None)
    fields.put(record, "keys.crm", None)

    assert record == {"address": {"city": None}, "keys": {"erp": "2"}}
