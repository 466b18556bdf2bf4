import pytest

from domain import identities
from domain.fields import Refused
from domain.identities import Identity, OutsideKey, Reference


@pytest.mark.parametrize(
    ("keys", "checked"),
    [
        pytest.param([], (), id="there may be none"),
        pytest.param(
            [OutsideKey("crm", " A1 ")], (OutsideKey("crm", "A1"),), id="blanks around an id go"
        ),
        pytest.param(
            [OutsideKey("crm", "A1"), OutsideKey("erp", "A1")],
            (OutsideKey("crm", "A1"), OutsideKey("erp", "A1")),
            id="one a system",
        ),
        pytest.param(
            [OutsideKey("crm", "A1"), OutsideKey("crm", "A2")],
            Refused("keys[1].system", "is named twice with different ids"),
            id="two of one system",
        ),
        pytest.param(
            [OutsideKey("crm", "A1"), OutsideKey("crm", "A1")],
            (OutsideKey("crm", "A1"),),
            id="the same one twice counts once",
        ),
        pytest.param(
            [OutsideKey("c.r.m", "A1")],
            Refused(
                "keys[0].system",
                "must hold only letters, digits, underscores and hyphens, at most 64",
            ),
            id="a system's name is a plain word",
        ),
        pytest.param(
            [OutsideKey("crm", " ")],
            Refused("keys[0].id", "is required and cannot be empty"),
            id="an empty id",
        ),
        pytest.param(
            [OutsideKey("crm", "x" * 256)],
            Refused("keys[0].id", "is longer than 255 characters"),
            id="a long id",
        ),
        pytest.param(
            [OutsideKey(f"s{n}", "x") for n in range(21)],
            Refused("keys", "has more than 20 entries"),
            id="more than 20",
        ),
    ],
)
def test_outside_keys_are_checked(
    keys: list[OutsideKey], checked: tuple[OutsideKey, ...] | Refused
) -> None:
    assert identities.checked_keys(keys) == checked


def test_a_person_carries_its_keys_and_its_address_without_regard_to_case() -> None:
    record = {"keys": {"crm": "A1"}, "email": "Ada@Example.com"}

    assert identities.carried("person", record) == {
        Identity("person.key.crm", "A1"),
        Identity("person.email", "ada@example.com"),
    }
    assert identities.carried("account", record) == {Identity("account.key.crm", "A1")}


@pytest.mark.parametrize(
    ("reference", "named"),
    [
        pytest.param(Reference(id="acc_1"), "acc_1", id="by its id"),
        pytest.param(Reference(key=OutsideKey("crm", "A1")), "crm:A1", id="by an outside key"),
    ],
)
def test_a_reference_is_shown(reference: Reference, named: str) -> None:
    assert reference.named == named


def test_a_reference_names_one_thing() -> None:
    with pytest.raises(ValueError, match="its id or by an outside key"):
        Reference()
    with pytest.raises(ValueError, match="its id or by an outside key"):
        Reference(id="acc_1", key=OutsideKey("crm", "A1"))


def test_a_reference_that_cannot_be_looked_up_is_refused() -> None:
    assert identities.checked_reference(Reference(id="acc_\ud800"), "parent") == Refused(
        "parent.id", "contains half a surrogate pair"
    )
    assert identities.checked_reference(Reference(key=OutsideKey("crm", "")), "parent") == Refused(
        "parent.key.id", "is required and cannot be empty"
    )
