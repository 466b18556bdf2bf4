"""MongoDB and memory give one answer: shown on real documents, clean and spoilt."""

import os
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pymongo import MongoClient
from pymongo.collection import Collection

from domain.attributes import Scope
from domain.condition_checking import ACCOUNT_RULE, MEMBER_RULE, faults
from domain.condition_evaluation import Subject, evaluate
from domain.conditions import Condition
from store.condition_queries import account_filter, person_filter
from store.driver import Document
from tests.condition_builders import (
    DECLARED,
    SCORE_REFERENCE,
    a_person_for,
    an_account_for,
    conditions,
)

CASES = int(os.environ.get("QUORUM_CONDITION_CASES", "250"))
"""How many conditions each property is shown on; name more of them for a long run."""

DOCUMENTS = 8

many = settings(
    max_examples=CASES,
    deadline=None,
    derandomize="QUORUM_CONDITION_CASES" not in os.environ,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


@pytest.fixture(scope="module")
def collection(mongodb_uri: str) -> Iterator[Collection[Document]]:
    with MongoClient[Document](mongodb_uri, tz_aware=True, w=1) as client:
        yield client["quorum_condition_tests"]["documents"]
        client.drop_database("quorum_condition_tests")


def found(
    collection: Collection[Document], stored: list[Document], filter: Document
) -> list[Document]:
    """Those of the documents, stored just now, that MongoDB finds."""
    collection.delete_many({})
    collection.insert_many([{**each, "_id": place} for place, each in enumerate(stored)])
    places = sorted(each["_id"] for each in collection.find(filter, {"_id": 1}))
    return [stored[place] for place in places]


@many
@given(condition=conditions(Scope.ACCOUNT), seed=st.integers(0, 2**32))
def test_a_condition_finds_the_accounts_it_holds_for(
    collection: Collection[Document], condition: Condition, seed: int
) -> None:
    random = Random(seed)
    accounts = [an_account_for(condition, random) for _ in range(DOCUMENTS)]
    assert faults(condition, ACCOUNT_RULE, DECLARED) == ()

    expected = [each for each in accounts if evaluate(condition, Subject(each, None, 0))]
    assert found(collection, accounts, account_filter(condition)) == expected


@many
@given(condition=conditions(*Scope), seed=st.integers(0, 2**32), is_in_an_account=st.booleans())
def test_a_condition_finds_the_people_it_holds_for_in_an_account(
    collection: Collection[Document], condition: Condition, seed: int, is_in_an_account: bool
) -> None:
    random = Random(seed)
    account = an_account_for(condition, random) if is_in_an_account else None
    people = [a_person_for(condition, random) for _ in range(DOCUMENTS)]
    assert faults(condition, MEMBER_RULE, DECLARED) == ()

    filter = person_filter(condition, account, SCORE_REFERENCE)
    subjects = [Subject(account, person, SCORE_REFERENCE) for person in people]
    expected = [each.person for each in subjects if evaluate(condition, each)]
    assert found(collection, people, filter) == expected
