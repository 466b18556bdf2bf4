"""Items: what a row's values say about one record, and refusals in the words of the mapping."""

from datetime import UTC, date, datetime

import pytest

from connectors.conversions import Value
from connectors.items import (
    Fault,
    account_item,
    mapped_name,
    opportunity_item,
    parent_item,
    person_item,
    report,
)
from domain.accounts import AccountItem
from domain.activities import PersonByEmail, PersonById, PersonByKey, PersonReference, Report
from domain.activity_types import Exclusion
from domain.identifiers import PersonId
from domain.identities import OutsideKey, Reference
from domain.opportunities import OpportunityItem
from domain.people import GivenRelation, PersonItem, RelationKind
from domain.upserting import UNSTATED

Values = dict[str, Value | None]
REQUIRED = "is required and cannot be empty"
ACME = OutsideKey("crm", "Acme")
NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
AN_ACT: Values = {
    "source": "web",
    "source_id": "7",
    "type": "Click Link",
    "at": NOON,
    "person.email": "ada@acme.example",
}


@pytest.mark.parametrize(
    ("values", "item"),
    [
        pytest.param(
            {"keys.crm": "Acme", "name": "Acme", "address.city": None, "products": ["MG"]},
            AccountItem(
                keys=(ACME,),
                fields={"name": "Acme", "address.city": None, "products_stated": ["MG"]},
            ),
            id="fields under their stored paths, empty ones to be cleared",
        ),
        pytest.param(
            {"id": "acc_1", "keys.crm": None},
            AccountItem(id="acc_1", keys=()),
            id="an empty outside key leaves the one there is",
        ),
        pytest.param(
            {"keys.crm": "Acme", "parent.keys.crm": "Holding"},
            AccountItem(keys=(ACME,), parent=UNSTATED),
            id="a parent is left to the second pass",
        ),
        pytest.param(
            {"keys.crm": "Acme", "parent.keys.crm": None},
            AccountItem(keys=(ACME,), parent=None),
            id="an empty parent puts the account at the top",
        ),
        pytest.param(
            {"keys.crm": None, "name": "Acme"},
            Fault("keys.crm", REQUIRED),
            id="what could not be found again is refused",
        ),
    ],
)
def test_an_account(values: Values, item: AccountItem | Fault) -> None:
    assert account_item(values) == item


def test_the_second_pass_gives_nothing_but_the_parent() -> None:
    values: Values = {"keys.crm": "Acme", "name": "Acme", "parent.keys.erp": "H1"}

    holding = Reference(key=OutsideKey("erp", "H1"))
    assert parent_item(values) == AccountItem(keys=(ACME,), parent=holding)


@pytest.mark.parametrize(
    ("values", "relations"),
    [
        pytest.param({}, (), id="no account"),
        pytest.param({"account.keys.crm": None}, (), id="an empty account"),
        pytest.param(
            {"account.id": "acc_1"},
            (GivenRelation(Reference(id="acc_1")),),
            id="an account leaves the relation as it is",
        ),
        pytest.param(
            {
                "account.keys.crm": "Acme",
                "account.relation": "Contractor",
                "account.roles": ["owner"],
            },
            (GivenRelation(Reference(key=ACME), RelationKind.CONTRACTOR, ["owner"]),),
            id="a relation with roles",
        ),
        pytest.param(
            {"account.keys.crm": "Acme", "account.relation": None, "account.roles": None},
            (GivenRelation(Reference(key=ACME), None, []),),
            id="empty roles take away those there are",
        ),
    ],
)
def test_a_person_with_an_account(values: Values, relations: tuple[GivenRelation, ...]) -> None:
    item = person_item({"email": "ada@acme.example", **values})

    assert item == PersonItem(fields={"email": "ada@acme.example"}, relations=relations)


def test_an_unknown_relation_is_refused() -> None:
    fault = person_item({"account.id": "acc_1", "account.relation": "friend"})

    assert fault == Fault("account.relation", "'friend' is none of employee, contractor, other")


@pytest.mark.parametrize(
    ("values", "item"),
    [
        pytest.param(
            {"keys.crm": "Acme", "account.id": "acc_1", "close_date": date(2017, 3, 1)},
            OpportunityItem(
                keys=(ACME,),
                fields={"close_date": date(2017, 3, 1)},
                account=Reference(id="acc_1"),
            ),
            id="an opportunity of an account",
        ),
        pytest.param(
            {"keys.crm": "Acme", "account.keys.crm": None},
            OpportunityItem(keys=(ACME,), account=None),
            id="an empty account is there to be refused",
        ),
        pytest.param(
            {"keys.crm": None, "account.id": "acc_1"},
            Fault("keys.crm", REQUIRED),
            id="what could not be found again is refused",
        ),
    ],
)
def test_an_opportunity(values: Values, item: OpportunityItem | Fault) -> None:
    assert opportunity_item(values) == item


@pytest.mark.parametrize(
    ("values", "person"),
    [
        pytest.param({"person.id": "per_1"}, PersonById(PersonId("per_1")), id="by id"),
        pytest.param({"person.email": "a@b.example"}, PersonByEmail("a@b.example"), id="by e-mail"),
        pytest.param(
            {"person.keys.crm": "7"}, PersonByKey(OutsideKey("crm", "7")), id="by outside key"
        ),
    ],
)
def test_an_act_names_its_person(values: Values, person: PersonReference) -> None:
    act = {key: value for key, value in AN_ACT.items() if key != "person.email"}

    assert report(act | values) == Report("web", "7", "Click Link", person, NOON, {})


def test_attributes_come_from_an_object_and_from_columns() -> None:
    act = report(
        AN_ACT
        | {
            "attributes": {"page": "/", "score": 1.5},
            "attributes.page": "/pricing",
            "attributes.day": date(2026, 5, 4),
            "attributes.none": None,
            "source_updated_at": NOON,
        }
    )

    assert isinstance(act, Report)
    assert act.attributes == {"page": "/pricing", "score": 1.5, "day": "2026-05-04"}
    assert act.source_updated_at == NOON


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        pytest.param(None, None, id="an empty cell says nothing"),
        pytest.param("Bot", Exclusion.BOT, id="case does not matter"),
        pytest.param(
            "robot", Fault("excluded_as", "'robot' is none of bot, self"), id="another word"
        ),
    ],
)
def test_an_act_says_whose_it_is(cell: str | None, found: Exclusion | Fault | None) -> None:
    act = report({**AN_ACT, "excluded_as": cell})

    assert (act if isinstance(act, Fault) else act.excluded_as) == found


@pytest.mark.parametrize("path", ["source", "source_id", "type", "at", "person.email"])
def test_an_act_needs_its_essentials(path: str) -> None:
    fault = report({**AN_ACT, path: None})

    assert fault == Fault(path, REQUIRED)


@pytest.mark.parametrize(
    ("field", "name"),
    [
        pytest.param("annualRevenue", "annual_revenue", id="a field"),
        pytest.param("address.postalCode", "address.postal_code", id="a field of a group"),
        pytest.param("customFields.tier", "custom.tier", id="a custom field"),
        pytest.param("keys[1].id", "keys.erp", id="an outside key, by its system"),
        pytest.param("parent", "parent.keys.erp", id="a parent"),
        pytest.param("parent.key.id", "parent.keys.erp", id="a parent's key"),
        pytest.param("relations[0].account", "account.id", id="the account of a person"),
        pytest.param("relations[0].account.key", "account.id", id="that account's key"),
        pytest.param("relations[0].roles", "account.roles", id="the roles of a person"),
        pytest.param("person.key.system", "person.email", id="the person of an activity"),
        pytest.param("sourceId", "source_id", id="a field of an activity"),
    ],
)
def test_refusals_name_fields_as_the_mapping_does(field: str, name: str) -> None:
    values: Values = {
        "keys.crm": "Acme",
        "parent.keys.erp": "H1",
        "account.id": "acc_1",
        "account.roles": [],
        "person.email": None,
    }

    assert mapped_name(field, values, (ACME, OutsideKey("erp", "1"))) == name
