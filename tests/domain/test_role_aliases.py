import pytest

from domain.fields import Refused
from domain.identifiers import RoleId
from domain.role_aliases import (
    RoleNames,
    Spellings,
    UnknownRole,
    check_aliases,
    taken,
    taken_by_alias,
    without_repeats,
)

DECIDERS = RoleNames(RoleId("role_dm"), "Decision Maker", ("Economic Buyer",))
USERS = RoleNames(RoleId("role_pr"), "Practitioner")
OWN = RoleNames(RoleId("role_bl"), "Blocker", ("Detractor",))
ROLES = (DECIDERS, USERS, OWN)


@pytest.mark.parametrize(
    ("named", "role"),
    [
        pytest.param("role_dm", "role_dm", id="an id means its role"),
        pytest.param("  decision   MAKER ", "role_dm", id="case and blanks do not matter"),
        pytest.param("Decision-Maker", "role_dm", id="hyphens are blanks"),
        pytest.param("DECISION_MAKER", "role_dm", id="underscores are blanks"),
        pytest.param("economic_buyer", "role_dm", id="an alias means its role"),
        pytest.param("detractor", "role_bl", id="an own role has aliases too"),
    ],
)
def test_a_role_is_found_by_whatever_it_is_called(named: str, role: str) -> None:
    assert Spellings(ROLES).find(named) == role


@pytest.mark.parametrize(
    ("named", "suggestion"),
    [
        pytest.param("END_USER", "Practitioner", id="what is known of other systems is suggested"),
        pytest.param("Practicioner", "Practitioner", id="so is a name that is spelled alike"),
        pytest.param("Economic Byer", "Decision Maker", id="and the role of an alias like it"),
        pytest.param("Executive Sponsor", None, id="but no role that the tenant does not have"),
        pytest.param("Zebra", None, id="and nothing that is like nothing"),
    ],
)
def test_an_unknown_role_comes_with_a_suggestion(named: str, suggestion: str | None) -> None:
    assert Spellings(ROLES).find(named) == UnknownRole(named, suggestion)


def test_of_names_that_differ_in_a_hyphen_only_the_very_name_means_one() -> None:
    apart = (
        RoleNames(RoleId("role_1"), "Co Owner"),
        RoleNames(RoleId("role_2"), "Co-Owner"),
    )

    spellings = Spellings(apart)

    assert spellings.find("co owner") == "role_1"
    assert spellings.find("CO-OWNER") == "role_2"
    assert isinstance(spellings.find("CO_OWNER"), UnknownRole)


@pytest.mark.parametrize(
    ("aliases", "fault"),
    [
        pytest.param(["Sponsor", ""], Refused("aliases[1]", "is required and cannot be empty")),
        pytest.param(["- _"], Refused("aliases[0]", "is required and cannot be empty")),
        pytest.param(["x"] * 51, Refused("aliases", "must be at most 50, not 51")),
        pytest.param(["Sponsor"], None),
    ],
)
def test_aliases_say_something_and_are_not_too_many(
    aliases: list[str], fault: Refused | None
) -> None:
    assert check_aliases(aliases) == fault


def test_what_says_the_same_again_is_left_out() -> None:
    given = (" Sponsor ", "SPONSOR", "Decision-Maker", "Economic Buyer")

    assert without_repeats("Decision Maker", given) == ("Sponsor", "Economic Buyer")


def test_a_spelling_means_one_role() -> None:
    assert taken(USERS.id, ["Sponsor", "ECONOMIC-BUYER"], ROLES) == DECIDERS
    assert taken(DECIDERS.id, ["Economic Buyer"], ROLES) is None
    assert taken_by_alias("economic_buyer", None, ROLES) == DECIDERS
    assert taken_by_alias("Detractor", OWN.id, ROLES) is None
