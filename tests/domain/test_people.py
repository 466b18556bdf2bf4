from typing import Any

import pytest

from domain import people
from domain.fields import Refused, Value
from domain.identities import OutsideKey, Reference
from domain.people import GivenRelation, PersonItem, PersonRules, RelationKind
from domain.upserting import Refusal, UnknownRecord

RULES = PersonRules({})
ACME, BETA = Reference(id="acc_acme"), Reference(key=OutsideKey("crm", "beta"))
ACCOUNTS: dict[Reference, dict[str, Any]] = {ACME: {"_id": "acc_acme"}, BETA: {"_id": "acc_beta"}}


def at(account: str, relation: str = "employee", *roles: str) -> dict[str, object]:
    return {"account_id": account, "relation": relation, "roles": list(roles)}


@pytest.mark.parametrize(
    ("first", "last", "name"),
    [
        pytest.param("Ada", "Lovelace", "Ada Lovelace", id="first and last name"),
        pytest.param(None, "Lovelace", "Lovelace", id="only one of them"),
        pytest.param(None, None, "ada@x.example", id="the e-mail address without either"),
    ],
)
def test_a_person_is_shown_by(first: str | None, last: str | None, name: str) -> None:
    assert people.name_of(first, last, "ada@x.example") == name


@pytest.mark.parametrize(
    ("item", "relations"),
    [
        pytest.param(
            PersonItem(relations=[GivenRelation(BETA)]),
            [at("acc_acme", "contractor", "owner"), at("acc_beta")],
            id="a new one is added, as an employee",
        ),
        pytest.param(
            PersonItem(relations=[GivenRelation(ACME, RelationKind.OTHER, ["designer"])]),
            [at("acc_acme", "other", "designer")],
            id="a known one is replaced in its place",
        ),
        pytest.param(
            PersonItem(relations=[GivenRelation(ACME, roles=[])]),
            [at("acc_acme", "contractor")],
            id="what is not given of it stays",
        ),
        pytest.param(PersonItem(removed_relations=[ACME]), [], id="one is removed"),
        pytest.param(
            PersonItem(removed_relations=[BETA]),
            [at("acc_acme", "contractor", "owner")],
            id="one that is not there cannot be removed, and need not be",
        ),
        pytest.param(
            PersonItem(relations=[GivenRelation(ACME)], removed_relations=[ACME]),
            [at("acc_acme")],
            id="one that is removed and given begins anew",
        ),
        pytest.param(PersonItem(relations=None), [], id="null removes all"),
        pytest.param(
            PersonItem(relations=[GivenRelation(BETA), GivenRelation(Reference(id="acc_gone"))]),
            UnknownRecord("relations[1].account", "account", "acc_gone"),
            id="an unknown account",
        ),
        pytest.param(
            PersonItem(removed_relations=[Reference(id="acc_gone")]),
            UnknownRecord("removeRelations[0]", "account", "acc_gone"),
            id="an unknown account to remove",
        ),
    ],
)
def test_relations_are_merged_account_by_account(
    item: PersonItem, relations: list[dict[str, object]] | Refusal
) -> None:
    person = {**RULES.blank("per_1"), "relations": [at("acc_acme", "contractor", "owner")]}

    values = RULES.values(person, item, ACCOUNTS.get)

    assert (values["relations"] if isinstance(values, dict) else values) == relations
    assert person["relations"] == [at("acc_acme", "contractor", "owner")]


def test_a_person_belongs_to_at_most_100_accounts() -> None:
    references = [Reference(id=f"acc_{n}") for n in range(101)]
    item = PersonItem(relations=[GivenRelation(reference) for reference in references])

    values = RULES.values(RULES.blank("per_1"), item, lambda r: {"_id": r.id})

    assert values == Refused("relations", "would be more than 100")


@pytest.mark.parametrize(
    ("item", "refused"),
    [
        pytest.param(
            PersonItem(id="per_\ud800"),
            Refused("id", "contains half a surrogate pair"),
            id="an id that cannot be",
        ),
        pytest.param(
            PersonItem(fields={"email": "ada"}),
            Refused("email", "is not an e-mail address"),
            id="a bad address",
        ),
        pytest.param(
            PersonItem(fields={"email": None}),
            Refused("email", "is required and cannot be empty"),
            id="an address cannot be cleared",
        ),
        pytest.param(
            PersonItem(fields={"unsubscribed": "yes"}),
            Refused("unsubscribed", "must be true or false"),
            id="a word for a flag",
        ),
        pytest.param(
            PersonItem(relations=[GivenRelation(ACME, roles=["x"] * 21)]),
            Refused("relations[0].roles", "has more than 20 entries"),
            id="too many roles",
        ),
        pytest.param(
            PersonItem(removed_relations=[Reference(id="\0")]),
            Refused("removeRelations[0].id", "contains the character NUL"),
            id="an account that cannot be",
        ),
    ],
)
def test_an_item_is_refused_by_its_first_bad_field(item: PersonItem, refused: Refused) -> None:
    assert RULES.checked(item) == refused


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        pytest.param({"email": " ada@x.example "}, {"email": "ada@x.example"}, id="an address"),
        pytest.param({"unsubscribed": None}, {"unsubscribed": False}, id="a cleared flag is false"),
        pytest.param({"job_title": ""}, {"job_title": None}, id="an empty title is none"),
    ],
)
def test_fields_are_kept_as(given: dict[str, object], kept: dict[str, Value]) -> None:
    checked = RULES.checked(PersonItem(fields=given))

    assert isinstance(checked, PersonItem)
    assert checked.fields == kept


def test_a_new_person_needs_an_address() -> None:
    missing = Refused("email", "is required of a new person")

    assert RULES.missing(PersonItem(fields={"first_name": "Ada"})) == missing
    assert RULES.missing(PersonItem(fields={"email": "ada@x.example"})) is None


def test_name_folded_texts_and_search_words_follow_from_the_person() -> None:
    person = RULES.blank("per_1") | {
        "first_name": "Ada",
        "last_name": "LOVELACE",
        "email": "Ada@X.example",
        "job_title": "VP Engineering",
        "relations": [at("acc_acme", "employee", "Owner")],
    }

    assert RULES.derived(person) == {
        "name": "Ada LOVELACE",
        "folded": {
            "name": "ada lovelace",
            "first_name": "ada",
            "last_name": "lovelace",
            "email": "ada@x.example",
            "job_title": "vp engineering",
            "relations": [{"account_id": "acc_acme", "roles": ["owner"]}],
        },
        "search": ["ada", "lovelace", "x", "example", "vp", "engineering"],
    }
