from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import count
from typing import Any

import pytest

from domain.accounts import AccountItem, AccountRules
from domain.batches import Batch, Loaded
from domain.hierarchy import HierarchyCircle
from domain.identities import Identity, OutsideKey, Reference
from domain.people import PersonItem, PersonRules
from domain.upserting import (
    Applied,
    Claim,
    OwnedByAnother,
    Refusal,
    Status,
    UnknownRecord,
    Wanted,
)

CREATED, UPDATED, UNCHANGED = Status.CREATED, Status.UPDATED, Status.UNCHANGED
A1, B1 = OutsideKey("crm", "A1"), OutsideKey("erp", "B1")
KEY_A1 = Identity("person.key.crm", "A1")
KEY_B1 = Identity("person.key.erp", "B1")
ADA_S, BO_S, CY_S = (Identity("person.email", f"{who}@x.example") for who in ("ada", "bo", "cy"))


def a_person(id: str, email: str, keys: Mapping[str, str] | None = None) -> dict[str, Any]:
    return {
        **PersonRules({}).blank(id),
        "email": email,
        "keys": dict(keys or {}),
        "version": 3,
    }


def ada() -> dict[str, Any]:
    return a_person("per_ada", "ada@x.example", {"crm": "A1"})


def bo() -> dict[str, Any]:
    return a_person("per_bo", "bo@x.example", {"erp": "B1"})


def a_claim(owner: str, *, is_stale: bool = False) -> Claim:
    return Claim(owner, f"token of {owner}", is_stale)


THEIRS = {
    KEY_A1: a_claim("per_ada"),
    ADA_S: a_claim("per_ada"),
    KEY_B1: a_claim("per_bo"),
    BO_S: a_claim("per_bo"),
}


def a_batch(
    items: Sequence[PersonItem],
    claims: Mapping[Identity, Claim] = THEIRS,
    *,
    is_patient: bool = True,
) -> Batch[PersonItem]:
    numbers = count(1)
    records = {"per_ada": ada(), "per_bo": bo()}
    loaded = Loaded(records, claims, lambda: f"per_new{next(numbers)}", is_patient)
    batch = Batch(PersonRules({}), loaded, lambda _: None)
    batch.run(list(enumerate(items)))
    return batch


def by_email(email: str, *keys: OutsideKey, **fields: object) -> PersonItem:
    return PersonItem(fields={"email": email, **fields}, keys=keys)


@pytest.mark.parametrize(
    ("item", "outcome"),
    [
        pytest.param(PersonItem(id="per_ada"), Applied(UNCHANGED, "per_ada"), id="by id"),
        pytest.param(PersonItem(keys=[A1]), Applied(UNCHANGED, "per_ada"), id="by outside key"),
        pytest.param(
            by_email("ADA@x.example", A1), Applied(UPDATED, "per_ada"), id="by key, then e-mail"
        ),
        pytest.param(
            by_email("ada@x.example"), Applied(UNCHANGED, "per_ada"), id="by e-mail address"
        ),
        pytest.param(by_email("cy@x.example"), Applied(CREATED, "per_new1"), id="by nothing"),
        pytest.param(
            PersonItem(id="per_cy", fields={"email": "cy@x.example"}),
            UnknownRecord("id", "person", "per_cy"),
            id="an unknown id makes nothing",
        ),
        pytest.param(
            PersonItem(id="per_ada", keys=[B1]),
            OwnedByAnother("keys[0]", "per_bo"),
            id="id and key of two",
        ),
        pytest.param(
            PersonItem(keys=[A1, B1]), OwnedByAnother("keys[1]", "per_bo"), id="keys of two"
        ),
        pytest.param(
            by_email("bo@x.example", A1),
            OwnedByAnother("email", "per_bo"),
            id="key and e-mail address of two",
        ),
        pytest.param(
            PersonItem(id="per_ada", fields={"email": "Bo@X.example"}),
            OwnedByAnother("email", "per_bo"),
            id="an address that belongs to another",
        ),
    ],
)
def test_an_item_finds_its_record(item: PersonItem, outcome: Applied | Refusal) -> None:
    assert a_batch([item]).outcomes == {0: outcome}


def test_an_item_that_changes_nothing_leaves_nothing_to_store() -> None:
    batch = a_batch([PersonItem(id="per_ada", fields={"email": "ada@x.example"}, keys=[A1])])

    assert batch.changed() == []
    assert batch.wanted() == {}
    assert batch.released() == {}


def test_two_items_about_one_record_apply_in_order() -> None:
    batch = a_batch(
        [
            by_email("cy@x.example", job_title="CIO"),
            by_email("cy@x.example", job_title="CFO"),
            by_email("cy@x.example", job_title="CFO"),
        ]
    )

    assert list(batch.outcomes.values()) == [
        Applied(CREATED, "per_new1"),
        Applied(UPDATED, "per_new1"),
        Applied(UNCHANGED, "per_new1"),
    ]
    [draft] = batch.changed()
    assert draft.record["job_title"] == "CFO"
    assert draft.places == [0, 1, 2]
    assert [(step.place, step.is_creation) for step in draft.steps] == [(0, True), (1, False)]
    assert draft.steps[1].before == {"job_title": "CIO"}
    assert draft.steps[1].after == {"job_title": "CFO"}


def test_a_new_address_is_claimed_and_the_old_one_released() -> None:
    batch = a_batch([PersonItem(id="per_ada", fields={"email": "cy@x.example"})])

    assert batch.wanted() == {CY_S: Wanted("per_ada", None)}
    assert batch.released() == {ADA_S: "per_ada"}


def test_an_address_that_changes_only_in_case_stays_claimed() -> None:
    batch = a_batch([PersonItem(id="per_ada", fields={"email": "ADA@x.example"})])

    assert batch.outcomes == {0: Applied(UPDATED, "per_ada")}
    assert batch.wanted() == {}
    assert batch.released() == {}


def test_who_takes_what_another_lets_go_of_waits_until_that_is_stored() -> None:
    items = [
        PersonItem(id="per_ada", fields={"email": "cy@x.example"}),
        by_email("ada@x.example"),
        PersonItem(id="per_bo", fields={"job_title": "CIO"}),
    ]

    batch = a_batch(items)

    assert batch.outcomes == {0: Applied(UPDATED, "per_ada")}
    assert batch.rest == [(1, items[1]), (2, items[2])]


def test_an_address_that_was_only_passed_through_is_free_for_the_next_item() -> None:
    batch = a_batch(
        [
            by_email("cy@x.example", OutsideKey("crm", "C1")),
            by_email("dee@x.example", OutsideKey("crm", "C1")),
            by_email("cy@x.example", OutsideKey("crm", "C2")),
        ]
    )

    assert list(batch.outcomes.values()) == [
        Applied(CREATED, "per_new1"),
        Applied(UPDATED, "per_new1"),
        Applied(CREATED, "per_new2"),
    ]
    assert batch.wanted()[CY_S] == Wanted("per_new2", None)


@pytest.mark.parametrize(
    ("claim", "outcome", "wanted"),
    [
        pytest.param(
            a_claim("per_gone"),
            Applied(CREATED, "per_gone"),
            {CY_S: Wanted("per_gone", a_claim("per_gone"))},
            id="a claim without an owner gives the new record its id",
        ),
        pytest.param(
            a_claim("per_bo"),
            OwnedByAnother("email", "per_bo"),
            {},
            id="a fresh claim of one who does not carry it counts as owned",
        ),
        pytest.param(
            a_claim("per_bo", is_stale=True),
            Applied(CREATED, "per_new1"),
            {CY_S: Wanted("per_new1", a_claim("per_bo", is_stale=True))},
            id="a stale one is taken over",
        ),
    ],
)
def test_a_claim_that_nobody_carries(
    claim: Claim, outcome: Applied | Refusal, wanted: dict[Identity, Wanted]
) -> None:
    batch = a_batch([by_email("cy@x.example")], {**THEIRS, CY_S: claim})

    assert batch.outcomes == {0: outcome}
    assert batch.wanted() == wanted


SPLIT = {KEY_A1: a_claim("per_x"), CY_S: a_claim("per_y")}
"""Two writers of one person have each won one claim."""


def test_what_two_others_have_claimed_for_one_new_person_is_waited_for() -> None:
    items = [by_email("cy@x.example", A1), by_email("dee@x.example")]

    batch = a_batch(items, SPLIT)

    assert batch.outcomes == {}
    assert batch.wanted() == {}
    assert batch.rest == list(enumerate(items))


def test_so_is_what_another_has_claimed_for_a_record_that_is_not_stored() -> None:
    item = PersonItem(id="per_ada", fields={"email": "cy@x.example"})

    batch = a_batch([item], {**THEIRS, CY_S: a_claim("per_y")})

    assert (batch.outcomes, batch.rest) == ({}, [(0, item)])


def test_once_patience_is_over_what_waits_is_contended_and_stops_no_other() -> None:
    items = [by_email("cy@x.example", A1), by_email("dee@x.example")]
    batch = a_batch(items, SPLIT, is_patient=False)

    assert batch.contended == {0}
    assert batch.outcomes == {1: Applied(CREATED, "per_new1")}
    assert batch.rest == ()


def test_split_claims_that_are_stale_go_to_one_person() -> None:
    stale = {identity: replace(claim, is_stale=True) for identity, claim in SPLIT.items()}

    batch = a_batch([by_email("cy@x.example", A1)], stale)

    assert batch.outcomes == {0: Applied(CREATED, "per_x")}
    assert batch.wanted() == {
        KEY_A1: Wanted("per_x", stale[KEY_A1]),
        CY_S: Wanted("per_x", stale[CY_S]),
    }


def test_ones_own_claim_that_was_left_behind_is_made_anew() -> None:
    left = a_claim("per_ada")

    batch = a_batch(
        [PersonItem(id="per_ada", fields={"email": "cy@x.example"})], {**THEIRS, CY_S: left}
    )

    assert batch.wanted() == {CY_S: Wanted("per_ada", left)}


def test_all_items_about_a_record_that_could_not_be_stored_are_unsettled() -> None:
    batch = a_batch(
        [
            PersonItem(id="per_ada", fields={"job_title": "CIO"}),
            PersonItem(id="per_bo", fields={"job_title": "CFO"}),
            PersonItem(id="per_ada", fields={"job_title": "CIO"}),
            PersonItem(id="per_bo", keys=[A1]),
        ]
    )

    assert batch.unsettled({"per_bo"}) == {0, 2, 3}
    assert batch.unsettled({"per_ada", "per_bo"}) == set()


def an_account(id: str, *ancestors: str) -> dict[str, Any]:
    return {
        **AccountRules({}).blank(id),
        "name": id,
        "keys": {"crm": id},
        "parent_id": ancestors[-1] if ancestors else None,
        "ancestor_ids": list(ancestors),
        "version": 1,
    }


def a_batch_of_accounts(*items: AccountItem) -> Batch[AccountItem]:
    records = {
        each["_id"]: each
        for each in (an_account("top"), an_account("low", "top"), an_account("other"))
    }
    claims = {Identity("account.key.crm", id): a_claim(id) for id in records}
    numbers = count(1)
    loaded = Loaded(records, claims, lambda: f"new{next(numbers)}")
    batch = Batch(AccountRules({}), loaded)
    batch.run(list(enumerate(items)))
    return batch


def below(id: str, parent: str | None) -> AccountItem:
    return AccountItem(id=id, parent=Reference(id=parent) if parent else None)


@pytest.mark.parametrize(
    ("items", "last"),
    [
        pytest.param([below("other", "low")], Applied(UPDATED, "other"), id="another parent"),
        pytest.param([below("low", "top")], Applied(UNCHANGED, "low"), id="the same parent"),
        pytest.param([below("low", None)], Applied(UPDATED, "low"), id="no parent any more"),
        pytest.param([below("top", "top")], HierarchyCircle("parent", "top"), id="itself"),
        pytest.param([below("top", "low")], HierarchyCircle("parent", "low"), id="its child"),
        pytest.param(
            [below("other", "low"), below("top", "other")],
            HierarchyCircle("parent", "other"),
            id="one put below it by an item before",
        ),
        pytest.param(
            [below("low", None), below("top", "low")],
            Applied(UPDATED, "top"),
            id="a former child that an item before has freed",
        ),
        pytest.param(
            [AccountItem(parent=Reference(key=OutsideKey("crm", "low")), fields={"name": "x"})],
            Applied(CREATED, "new1"),
            id="one named by its key",
        ),
        pytest.param(
            [
                AccountItem(fields={"name": "x"}, keys=[OutsideKey("crm", "x")]),
                AccountItem(fields={"name": "y"}, parent=Reference(key=OutsideKey("crm", "x"))),
            ],
            Applied(CREATED, "new2"),
            id="one made by an item before",
        ),
        pytest.param(
            [AccountItem(fields={"name": "y"}, parent=Reference(key=OutsideKey("crm", "x")))],
            UnknownRecord("parent", "account", "crm:x"),
            id="one that nobody knows",
        ),
    ],
)
def test_an_account_is_given_a_parent(items: list[AccountItem], last: Applied | Refusal) -> None:
    batch = a_batch_of_accounts(*items)

    assert list(batch.outcomes.values())[-1] == last


def test_a_refused_item_leaves_its_record_as_it_was() -> None:
    batch = a_batch_of_accounts(
        AccountItem(id="top", fields={"industry": "Mining"}, parent=Reference(id="low"))
    )

    assert batch.changed() == []
