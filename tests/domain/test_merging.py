from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import merging
from domain.fields import Refused, put
from domain.identities import Identity, OutsideKey, carried
from domain.merging import Merged
from domain.people import PersonItem, PersonRules
from domain.upserting import Item, key_values

ADDRESS = ("street", "city", "state", "region", "postal_code", "country")


def a_person(id: str = "per_s", **fields: Any) -> dict[str, Any]:
    blank = PersonRules({}).blank(id)
    return {**blank, "email": f"{id}@x.example", **fields}


def an_account(id: str = "acc_s", **fields: Any) -> dict[str, Any]:
    return {
        "_id": id,
        "name": id,
        "industry": None,
        "annual_revenue": None,
        "employees": None,
        "sic_code": None,
        "website": None,
        "phone": None,
        "products_stated": [],
        "address": dict.fromkeys(ADDRESS),
        "keys": {},
        "custom": {},
        "parent_id": None,
        "ancestor_ids": [],
        **fields,
    }


def of(account: str, kind: str = "employee", *roles: str) -> dict[str, Any]:
    return {"account_id": account, "relation": kind, "roles": list(roles)}


def merged(result: Merged | Refused) -> Merged:
    assert isinstance(result, Merged), result
    return result


@pytest.mark.parametrize(
    ("survivor", "other", "values"),
    [
        pytest.param(
            {"job_title": "Chief", "phone": None},
            {"job_title": "Boss", "phone": "1"},
            {"phone": "1"},
            id="what the survivor says stands, what it does not say is taken",
        ),
        pytest.param(
            {"unsubscribed": False},
            {"unsubscribed": True, "marketing_suspended": True, "email_suspended": True},
            {"unsubscribed": True, "marketing_suspended": True, "email_suspended": True},
            id="who wants no mail under one record wants none under the other",
        ),
        pytest.param(
            {"unsubscribed": True}, {"unsubscribed": False}, {}, id="nor is it taken back"
        ),
        pytest.param(
            {}, {"email_invalid": True}, {}, id="another address being invalid is no harm"
        ),
        pytest.param(
            {"address": {**dict.fromkeys(ADDRESS), "city": "Bonn"}},
            {"address": {**dict.fromkeys(ADDRESS), "city": "Ulm", "street": "Road 1"}},
            {},
            id="two addresses are not mixed",
        ),
        pytest.param(
            {},
            {"address": {**dict.fromkeys(ADDRESS), "city": "Ulm", "street": "Road 1"}},
            {"address.city": "Ulm", "address.street": "Road 1"},
            id="a whole address is taken where there is none",
        ),
        pytest.param(
            {"custom": {"size": 4}},
            {"custom": {"size": 5, "colour": "red"}},
            {"custom.colour": "red"},
            id="custom fields are taken one by one",
        ),
        pytest.param(
            {"relations": [of("acc_1", "contractor", "owner")]},
            {"relations": [of("acc_2"), of("acc_1", "employee", "owner", "buyer")]},
            {"relations": [of("acc_1", "contractor", "owner", "buyer"), of("acc_2")]},
            id="relations are those of both, of the survivor's kind",
        ),
        pytest.param(
            {"keys": {"crm": "1"}},
            {"keys": {"crm": "2", "map": "3"}},
            {"keys.map": "3"},
            id="a key is taken for a system without one",
        ),
    ],
)
def test_what_a_merged_person_gains(
    survivor: dict[str, Any], other: dict[str, Any], values: dict[str, Any]
) -> None:
    result = merging.of_people(a_person("per_s", **survivor), a_person("per_m", **other))

    assert merged(result).values == values


def test_keys_and_addresses_that_have_no_place_become_former_ones() -> None:
    survivor = a_person(
        "per_s",
        keys={"crm": "1"},
        former_keys=[{"system": "crm", "id": "0"}],
        former_emails=["O@x"],
    )
    other = a_person(
        "per_m",
        keys={"crm": "2"},
        former_keys=[{"system": "crm", "id": "1"}, {"system": "crm", "id": "0"}],
        former_emails=["o@X", "PER_S@x.example"],
    )

    result = merged(merging.of_people(survivor, other))

    assert result.former_keys == [{"system": "crm", "id": "0"}, {"system": "crm", "id": "2"}]
    assert result.former_emails == ["o@X", "per_m@x.example"]


def test_the_survivor_carries_every_identity_of_both() -> None:
    survivor = a_person("per_s", keys={"crm": "1"})
    other = a_person("per_m", keys={"crm": "2", "map": "3"})
    result = merged(merging.of_people(survivor, other))

    for path, value in result.values.items():
        put(survivor, path, value)
    survivor |= {"former_keys": result.former_keys, "former_emails": result.former_emails}

    assert carried("person", survivor) == {
        Identity("person.email", "per_s@x.example"),
        Identity("person.email", "per_m@x.example"),
        Identity("person.key.crm", "1"),
        Identity("person.key.crm", "2"),
        Identity("person.key.map", "3"),
    }


@pytest.mark.parametrize(
    ("item", "values"),
    [
        pytest.param(
            Item(keys=[OutsideKey("crm", "2")], fields={"email": "OLD@x.example", "phone": "1"}),
            {"phone": "1"},
            id="a former key and address find the record and change neither",
        ),
        pytest.param(
            Item(id="per_s", keys=[OutsideKey("crm", "2")], fields={"email": "old@x.example"}),
            {"email": "old@x.example"},
            id="with an id a former address is what the record shall have",
        ),
        pytest.param(
            Item(keys=[OutsideKey("crm", "3")], fields={"email": "new@x.example"}),
            {"keys.crm": "3", "email": "new@x.example"},
            id="others are set as ever",
        ),
        pytest.param(
            Item(keys=[OutsideKey("map", "9")]),
            {"keys.map": "9"},
            id="a former key of a system without another is set",
        ),
    ],
)
def test_what_an_item_with_former_identities_says(item: Item, values: dict[str, Any]) -> None:
    record = a_person(
        "per_s",
        keys={"crm": "1"},
        former_keys=[{"system": "crm", "id": "2"}, {"system": "map", "id": "9"}],
        former_emails=["old@x.example"],
    )

    assert key_values(record, item) == values
    rules = PersonRules({})
    given_item = PersonItem(id=item.id, keys=item.keys, fields=item.fields)
    assert rules.values(record, given_item, lambda _: None) == values


@pytest.mark.parametrize(
    ("survivor", "other", "reason"),
    [
        pytest.param(
            {"relations": [of(f"acc_{n}") for n in range(60)]},
            {"relations": [of(f"acc_{n}") for n in range(50, 101)]},
            "would make more than 100 relations",
            id="relations",
        ),
        pytest.param(
            {"relations": [of("acc_1", "other", *(f"a{n}" for n in range(12)))]},
            {"relations": [of("acc_1", "other", *(f"b{n}" for n in range(9)))]},
            "would make more than 20 role names for one account",
            id="role names",
        ),
        pytest.param(
            {"former_emails": [f"{n}@x" for n in range(60)]},
            {"former_keys": [{"system": "crm", "id": str(n)} for n in range(40)]},
            "would make more than 100 former keys and addresses",
            id="former identities",
        ),
    ],
)
def test_what_would_be_too_much_is_refused(
    survivor: dict[str, Any], other: dict[str, Any], reason: str
) -> None:
    result = merging.of_people(a_person("per_s", **survivor), a_person("per_m", **other))

    assert result == Refused("mergedId", reason)


def test_products_stated_for_two_accounts_are_those_of_both() -> None:
    survivor = an_account(products_stated=["Firewall"], industry="Steel", employees=5)
    other = an_account(
        "acc_m", products_stated=["FIREWALL", "Cloud"], industry="Iron", website="m.example"
    )

    assert merged(merging.of_accounts(survivor, other)).values == {
        "products_stated": ["Cloud", "Firewall"],
        "website": "m.example",
    }
    assert merged(merging.of_accounts(an_account(), an_account("acc_m"))).values == {}


@pytest.mark.parametrize(
    ("survivor", "other", "parent"),
    [
        pytest.param([], [], None, id="two top accounts"),
        pytest.param(["acc_h"], ["acc_o"], "acc_h", id="the survivor stays where it is"),
        pytest.param([], ["acc_o"], "acc_o", id="one at the top goes where the other stood"),
        pytest.param([], ["acc_s"], None, id="the other stood below the survivor"),
        pytest.param([], ["acc_s", "acc_x"], None, id="far below it"),
        pytest.param(["acc_h", "acc_m"], ["acc_h"], "acc_h", id="it stood right below the other"),
        pytest.param(["acc_m", "acc_x"], [], None, id="far below the other, which was at the top"),
    ],
)
def test_where_the_surviving_account_stands(
    survivor: list[str], other: list[str], parent: str | None
) -> None:
    def placed(id: str, above: list[str]) -> dict[str, Any]:
        return an_account(id, ancestor_ids=above, parent_id=above[-1] if above else None)

    assert merging.parent(placed("acc_s", survivor), placed("acc_m", other)) == parent


def test_a_person_of_both_accounts_is_of_the_survivor_once() -> None:
    relations = [of("acc_m", "other", "buyer"), of("acc_x"), of("acc_s", "employee", "owner")]

    moved = merging.relations_moved(relations, "acc_m", "acc_s")

    assert moved == [of("acc_x"), of("acc_s", "employee", "owner", "buyer")]
    assert merging.relations_moved(moved, "acc_m", "acc_s") == moved
    assert merging.relations_moved([of("acc_m", "other")], "acc_m", "acc_s") == [
        of("acc_s", "other")
    ]


TEXTS = st.none() | st.sampled_from(["a", "b"])
KEYS = st.dictionaries(st.sampled_from(["crm", "map", "erp"]), st.sampled_from("123"))
PEOPLE = st.fixed_dictionaries(
    {
        "job_title": TEXTS,
        "phone": TEXTS,
        "unsubscribed": st.booleans(),
        "marketing_suspended": st.booleans(),
        "keys": KEYS,
        "custom": st.dictionaries(st.sampled_from(["x", "y"]), st.integers(0, 3)),
    }
)


@given(PEOPLE, PEOPLE)
def test_a_merge_loses_no_identity_and_no_wish_and_once_is_enough(
    one: dict[str, Any], two: dict[str, Any]
) -> None:
    survivor = a_person(
        "per_s", **{**one, "keys": dict(one["keys"]), "custom": dict(one["custom"])}
    )
    other = a_person("per_m", **two)
    both = carried("person", survivor) | carried("person", other)

    for _ in range(2):
        result = merged(merging.of_people(survivor, other))
        for path, value in result.values.items():
            put(survivor, path, value)
        survivor |= {"former_keys": result.former_keys, "former_emails": result.former_emails}

    assert carried("person", survivor) == both
    assert merged(merging.of_people(survivor, other)).values == {}
    assert survivor["unsubscribed"] == (one["unsubscribed"] or two["unsubscribed"])
    assert survivor["phone"] == (one["phone"] or two["phone"])
