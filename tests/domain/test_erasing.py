from typing import Any

import pytest

from domain.erasing import Traces, of_history, of_record, redacted
from domain.identities import Identity

EMAIL = Identity("person.email", "ada@x.example")
KEY = Identity("person.key.crm", "77")


def test_a_person_is_known_by_addresses_keys_and_the_full_name() -> None:
    record = {
        "email": "Ada@X.example",
        "keys": {"crm": "77"},
        "first_name": "Ada",
        "last_name": "Lovelace",
        "former_emails": ["countess@x.example"],
    }

    assert of_record(record) == Traces(
        frozenset({EMAIL, KEY, Identity("person.email", "countess@x.example")}),
        frozenset({"ada@x.example", "countess@x.example", "crm:77", "ada lovelace"}),
    )


def test_half_a_name_is_that_of_many() -> None:
    record: dict[str, Any] = {
        "email": "ada@x.example",
        "keys": {},
        "first_name": "Ada",
        "last_name": None,
    }

    assert of_record(record).texts == {"ada@x.example"}


def test_history_tells_what_a_person_was_known_by_one_part_here_and_one_there() -> None:
    told: list[dict[str, Any]] = [
        {"before": {}, "after": {"first_name": "Ada", "email": "ada@x.example"}},
        {"before": {"last_name": None}, "after": {"last_name": "Lovelace", "keys": {"crm": "77"}}},
        {"reason": "she asked"},
    ]

    found = of_history(told)

    assert found.identities == {EMAIL, KEY}
    assert found.texts == {"ada@x.example", "crm:77", "ada lovelace"}


@pytest.mark.parametrize(
    ("value", "left"),
    [
        pytest.param("mail to ADA@x.example", "[erased]", id="a text that names them goes whole"),
        pytest.param("Canada", "Canada", id="a text that names nobody stays"),
        pytest.param(
            {"a": [1, None, "ada  LOVELACE"], "b": "77"},
            {"a": [1, None, "[erased]"], "b": "77"},
            id="inside of lists and mappings, whatever else is there",
        ),
    ],
)
def test_what_names_them_is_redacted(value: object, left: object) -> None:
    assert redacted(value, frozenset({"ada@x.example", "ada lovelace"})) == left


def test_with_nothing_to_look_for_nothing_is_redacted() -> None:
    assert redacted({"a": "b"}, frozenset()) == {"a": "b"}
