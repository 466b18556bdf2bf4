from typing import Any

import pytest

from domain import accounts
from domain.accounts import AccountItem, AccountRules
from domain.attributes import FieldType
from domain.custom_fields import CustomField
from domain.fields import Refused
from domain.identities import OutsideKey, Reference

RULES = AccountRules({"tier": CustomField("tier", FieldType.TEXT, "Tier")})


def an_account(**stated: object) -> dict[str, Any]:
    return {**RULES.blank("acc_1"), "name": "Acme", **stated}


@pytest.mark.parametrize(
    ("stated", "won", "owned"),
    [
        pytest.param([], [], [], id="nothing"),
        pytest.param(["GTX Pro"], ["MG Special"], ["GTX Pro", "MG Special"], id="both"),
        pytest.param(["Zeta", "alpha"], ["Beta"], ["alpha", "Beta", "Zeta"], id="in folded order"),
        pytest.param(["GTX Pro"], ["gtx  pro"], ["GTX Pro"], id="one spelling, the stated one"),
    ],
)
def test_an_account_owns_what_is_stated_and_what_it_has_won(
    stated: list[str], won: list[str], owned: list[str]
) -> None:
    assert accounts.owned(stated, won) == owned


def test_products_won_change_what_is_owned_and_its_folded_copy() -> None:
    account = an_account(products_stated=["GTX Pro"], products=["GTX Pro"])

    assert accounts.with_products_won(account, ["MG Special", "mg special"]) == {
        "products_won": ["MG Special"],
        "products": ["GTX Pro", "MG Special"],
        "folded": {"name": "acme", "products": ["gtx pro", "mg special"]},
    }


def test_the_same_products_won_change_nothing() -> None:
    account = an_account(products_won=["A", "B"], products=["A", "B"])

    assert accounts.with_products_won(account, ["B", "A"]) == {}


@pytest.mark.parametrize(
    ("item", "refused"),
    [
        pytest.param(
            AccountItem(fields={"name": "x" * 256}),
            Refused("name", "is longer than 255 characters"),
            id="a long name",
        ),
        pytest.param(
            AccountItem(fields={"annual_revenue": -1}),
            Refused("annualRevenue", "must be at least 0"),
            id="a negative revenue",
        ),
        pytest.param(
            AccountItem(fields={"employees": -1}),
            Refused("employees", "must be from 0 to 2147483647"),
            id="a negative number of employees",
        ),
        pytest.param(
            AccountItem(fields={"products_stated": ["x"] * 201}),
            Refused("products", "has more than 200 entries"),
            id="too many products",
        ),
        pytest.param(
            AccountItem(fields={"address.postal_code": 1}),
            Refused("address.postalCode", "must be a text"),
            id="a number for a text",
        ),
        pytest.param(
            AccountItem(fields={"custom.size": "big"}),
            Refused("customFields.size", "is no field that is known here"),
            id="a custom field that is not declared",
        ),
        pytest.param(
            AccountItem(fields={"custom.tier": 3}),
            Refused("customFields.tier", "must be a text"),
            id="a custom field of another type",
        ),
        pytest.param(
            AccountItem(keys=[OutsideKey("crm", "")]),
            Refused("keys[0].id", "is required and cannot be empty"),
            id="an empty outside key",
        ),
        pytest.param(
            AccountItem(parent=Reference(key=OutsideKey("c|m", "1"))),
            Refused(
                "parent.key.system",
                "must hold only letters, digits, underscores and hyphens, at most 64",
            ),
            id="a parent in no system",
        ),
    ],
)
def test_an_item_is_refused_by_its_first_bad_field(item: AccountItem, refused: Refused) -> None:
    assert RULES.checked(item) == refused


def test_nulls_for_address_and_custom_fields_clear_all_of_them() -> None:
    checked = RULES.checked(AccountItem(fields={"address": None, "custom": None}))

    assert isinstance(checked, AccountItem)
    assert checked.fields == {
        "address.street": None,
        "address.city": None,
        "address.state": None,
        "address.region": None,
        "address.postal_code": None,
        "address.country": None,
        "custom.tier": None,
    }


@pytest.mark.parametrize(
    ("fields", "missing"),
    [
        pytest.param({"name": "Acme"}, None, id="a name is enough"),
        pytest.param(
            {"industry": "Mining"}, Refused("name", "is required of a new account"), id="no name"
        ),
    ],
)
def test_a_new_account_needs_a_name(fields: dict[str, str], missing: Refused | None) -> None:
    assert RULES.missing(AccountItem(fields=fields)) == missing


def test_folded_texts_and_search_words_follow_from_the_account() -> None:
    derived = RULES.derived(an_account(name="Müller & Söhne", products_stated=["B", "a"]))

    assert derived == {
        "products": ["a", "B"],
        "folded": {"name": "müller & söhne", "products": ["a", "b"]},
        "search": ["müller", "söhne"],
    }
