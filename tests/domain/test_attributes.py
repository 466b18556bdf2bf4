from datetime import UTC, datetime

import pytest

from domain.attributes import (
    CATALOGUE,
    Scope,
    attribute,
    folded_of_account,
    folded_of_person,
    value_at,
)
from domain.operators import Operator, ValueType


def test_every_attribute_has_a_key_a_description_and_operators_of_its_own() -> None:
    assert len({each.key for each in CATALOGUE}) == len(CATALOGUE)
    assert [each.key for each in CATALOGUE if not each.description.endswith(".")] == []
    assert [each.key for each in CATALOGUE if each.is_family] == [
        "account.custom",
        "account.derived",
        "person.custom",
    ]
    assert [each.key for each in CATALOGUE if not each.is_family and not each.operators] == []


def test_an_attribute_that_always_has_a_value_cannot_be_asked_for_emptiness() -> None:
    never_empty = [
        each.key
        for each in CATALOGUE
        if not each.is_family and Operator.IS_EMPTY not in each.operators
    ]

    assert never_empty == ["account.is_top_level", "person.engagement_score", "relation"]


def test_an_unknown_key_is_no_attribute() -> None:
    assert attribute("person.shoe_size") is None


def test_a_declared_field_is_an_attribute_of_its_family() -> None:
    family = attribute("person.custom")
    assert family is not None

    field = family.of_field("seniority")

    assert (field.key, field.field, field.path) == (
        "person.custom",
        "seniority",
        ("custom", "seniority"),
    )
    assert field.scope is Scope.PERSON
    assert Operator.CONTAINS in field.operators_as(ValueType.TEXT)


def test_only_a_family_has_fields() -> None:
    name = attribute("account.name")
    assert name is not None

    with pytest.raises(ValueError, match=r"account\.name has no fields"):
        name.of_field("short")


def test_the_folded_copy_of_an_account_has_its_texts_and_nothing_else() -> None:
    account = {
        "_id": "acc_1",
        "name": " ACME  Straße ",
        "industry": "",
        "website": "https://acme.example",
        "annual_revenue": 5.0,
        "sic_code": 7372,
        "address": {"city": "Zürich", "street": "Gasse 1", "country": None},
        "products": ["GTX Pro", None, " ", "MG"],
        "parent_id": "acc_9",
        "custom": {"tier": "Gold", "seats": 5, "Bad key": "x", "notes": [1, 2]},
        "derived": {"themes": ["Cloud", "KI"], "since": datetime(2024, 1, 1, tzinfo=UTC)},
    }

    assert folded_of_account(account) == {
        "name": "acme strasse",
        "address": {"city": "zürich"},
        "products": ["gtx pro", "mg"],
        "custom": {"tier": "gold"},
        "derived": {"themes": ["cloud", "ki"]},
    }


def test_the_folded_copy_of_a_person_has_the_roles_of_each_relation() -> None:
    person = {
        "first_name": "Ada",
        "email": "Ada@Example.COM",
        "unsubscribed": True,
        "relations": [
            {"account_id": "acc_1", "relation": "employee", "roles": ["Owner", "CTO"]},
            {"account_id": "acc_2", "relation": "contractor", "roles": []},
        ],
        "custom": {},
    }

    assert folded_of_person(person) == {
        "first_name": "ada",
        "email": "ada@example.com",
        "relations": [{"account_id": "acc_1", "roles": ["owner", "cto"]}],
    }


@pytest.mark.parametrize(
    "spoilt",
    [
        pytest.param({}, id="empty"),
        pytest.param({"name": None, "address": None, "custom": None, "products": None}, id="null"),
        pytest.param(
            {"name": 5, "address": "x", "custom": ["x"], "products": {}}, id="other types"
        ),
        pytest.param(
            {"products": [], "custom": {"a": []}, "derived": {"b": [[]]}}, id="no elements"
        ),
    ],
)
def test_what_is_no_text_leaves_no_folded_copy(spoilt: dict[str, object]) -> None:
    assert folded_of_account(spoilt) == {}


@pytest.mark.parametrize(
    ("document", "value"),
    [
        pytest.param({"address": {"city": "Rome"}}, "Rome", id="there"),
        pytest.param({"address": {}}, None, id="missing"),
        pytest.param({}, None, id="missing further up"),
        pytest.param({"address": [{"city": "Rome"}]}, None, id="inside a list"),
    ],
)
def test_the_value_at_a_path(document: dict[str, object], value: object) -> None:
    assert value_at(document, ("address", "city")) == value
