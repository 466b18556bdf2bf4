"""What the demo sells: sound conditions, every default role, and what was asked of it."""

import pytest

from demo.crm_accounts import crm_accounts
from demo.decisions import DECISIONS
from demo.people import people
from demo.records import DEPARTMENT, SEED
from demo.selling import AUDIENCES, CAMPAIGNS, OFFERS, Audience, Offer
from domain.condition_checking import ACCOUNT_RULE, MEMBER_RULE, faults
from domain.roles import DEFAULT_ROLES

DECLARED = {"person.custom": {DEPARTMENT.key: DEPARTMENT.type}}


@pytest.mark.parametrize("offer", OFFERS, ids=lambda offer: offer.name)
def test_the_rules_of_a_template_are_sound(offer: Offer) -> None:
    conditions = [entry.condition for entry in offer.roles if entry.condition is not None]

    assert conditions
    assert [faults(each, MEMBER_RULE, DECLARED) for each in conditions] == [()] * len(conditions)


@pytest.mark.parametrize("audience", AUDIENCES, ids=lambda audience: audience.name)
def test_the_rule_of_an_audience_is_sound(audience: Audience) -> None:
    assert faults(audience.condition, ACCOUNT_RULE, DECLARED) == ()


def test_every_default_role_is_used() -> None:
    assert {entry.role for offer in OFFERS for entry in offer.roles} == set(DEFAULT_ROLES)


def test_everything_is_sold_to_somebody() -> None:
    assert {interest for interest, _ in CAMPAIGNS} == {offer.name for offer in OFFERS}
    assert {audience for _, audience in CAMPAIGNS} == {each.name for each in AUDIENCES}


def test_decisions_are_about_people_of_the_account_and_roles_of_the_template() -> None:
    accounts = {
        person.email: {relation.account for relation in person.relations}
        for person in people(crm_accounts(), SEED)
    }
    roles = {offer.name: {entry.role for entry in offer.roles} for offer in OFFERS}

    assert all(each.account in accounts[each.email] for each in DECISIONS)
    assert all(each.role is None or each.role in roles[each.interest] for each in DECISIONS)


def test_each_method_speaks_once_about_a_person_in_a_group() -> None:
    said = {(each.interest, each.account, each.email, each.method) for each in DECISIONS}

    assert len(said) == len(DECISIONS) == 15
