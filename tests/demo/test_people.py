"""Invented people: the same for the same seed, and as people in real accounts are."""

from collections import Counter

import pytest

from demo.crm_accounts import CrmAccount, crm_accounts
from demo.people import DemoPerson, people
from demo.records import SEED
from domain.people import RelationKind


@pytest.fixture(scope="module")
def everyone() -> list[DemoPerson]:
    return people(crm_accounts(), SEED)


def test_the_crm_data_has_its_accounts_and_parents() -> None:
    accounts = crm_accounts()

    assert len(accounts) == 85
    assert sum(account.parent is not None for account in accounts) == 15
    assert CrmAccount("Bluth Company", "United States", 3027, "Acme Corporation") in accounts


def test_an_account_has_a_domain_that_belongs_to_nobody() -> None:
    assert CrmAccount("Gekko & Co", "United States", 1, None).domain == "gekko-co.example"


def test_the_same_seed_gives_the_same_people(everyone: list[DemoPerson]) -> None:
    assert people(crm_accounts(), SEED) == everyone
    assert people(crm_accounts(), "another seed") != everyone


def test_there_are_some_1500_of_every_account(everyone: list[DemoPerson]) -> None:
    sizes = Counter(relation.account for person in everyone for relation in person.relations)

    assert len(everyone) == 1524
    assert set(sizes) == {account.name for account in crm_accounts()}
    assert (min(sizes.values()), max(sizes.values())) == (7, 42)


def test_nobody_shares_an_address_or_a_key(everyone: list[DemoPerson]) -> None:
    assert len({person.email for person in everyone}) == len(everyone)
    assert len({person.key for person in everyone}) == len(everyone)
    assert all(person.email.endswith(".example") for person in everyone)
    assert all(person.email.isascii() for person in everyone)


def test_some_people_belong_to_several_accounts(everyone: list[DemoPerson]) -> None:
    several = [person for person in everyone if len(person.relations) > 1]
    kinds = Counter(relation.kind for person in everyone for relation in person.relations)

    assert len(several) == 41
    assert all(len({r.account for r in p.relations}) == len(p.relations) for p in several)
    assert kinds[RelationKind.CONTRACTOR] == 125
    assert kinds[RelationKind.OTHER] == 12


@pytest.mark.parametrize(
    ("title", "at_least", "at_most"),
    [
        pytest.param("VP Engineering", 40, 70, id="most accounts have a VP Engineering"),
        pytest.param("IT Director", 40, 70, id="and an IT Director"),
        pytest.param("General Counsel", 15, 40, id="some a General Counsel"),
        pytest.param("Recruiter", 10, 60, id="and people who decide about no purchase"),
    ],
)
def test_titles_are_as_common_as_in_life(
    everyone: list[DemoPerson], title: str, at_least: int, at_most: int
) -> None:
    assert at_least <= sum(person.job_title == title for person in everyone) <= at_most


def test_a_few_people_cannot_be_written_to(everyone: list[DemoPerson]) -> None:
    assert 40 <= sum(person.unsubscribed for person in everyone) <= 110
    assert 15 <= sum(person.email_invalid for person in everyone) <= 50
