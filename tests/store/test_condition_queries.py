"""MongoDB and memory give one answer: shown on real documents, clean and spoilt."""

import operator
import os
from collections.abc import Callable, Iterator, Mapping, Set
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pymongo import MongoClient
from pymongo.collection import Collection

from domain.attributes import Scope, folded_of_account, folded_of_person
from domain.condition_checking import ACCOUNT_RULE, MEMBER_RULE, faults
from domain.condition_evaluation import Subject, evaluate
from domain.conditions import AllOf, Condition, Not, operands_of
from domain.engagement import score
from domain.operators import OperandShape, Operator, shape_of_operand
from domain.persona_tests import spelled_out
from store.condition_queries import account_filter, person_filter
from store.driver import Document
from tests.condition_builders import (
    DECLARED,
    PERSONAS,
    SCORE_REFERENCE,
    a_person_for,
    an_account_for,
    asks,
    conditions,
    findings_for,
)
from tests.condition_cases import ACCOUNT_CASES, PERSON_CASES

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
    by_id = {each.get("_id", f"doc_{place}"): each for place, each in enumerate(stored)}
    collection.insert_many([{**each, "_id": id} for id, each in by_id.items()])
    ids = {each["_id"] for each in collection.find(filter, {"_id": 1})}
    return [each for id, each in by_id.items() if id in ids]


@many
@given(condition=conditions(Scope.ACCOUNT), seed=st.integers(0, 2**32))
def test_a_condition_finds_the_accounts_it_holds_for(
    collection: Collection[Document], condition: Condition, seed: int
) -> None:
    random = Random(seed)
    ids = [f"acc_{number}" for number in range(DOCUMENTS)]
    accounts = [an_account_for(condition, random) | {"_id": id} for id in ids]
    findings = findings_for(condition, random, ids)
    assert faults(condition, ACCOUNT_RULE, DECLARED) == ()

    expected = [e for e in accounts if evaluate(condition, Subject(e, None, 0, findings))]
    assert found(collection, accounts, account_filter(condition, findings)) == expected


@many
@given(
    condition=conditions(*Scope),
    seed=st.integers(0, 2**32),
    is_in_an_account=st.sampled_from((True, True, True, False)),
)
def test_a_condition_finds_the_people_it_holds_for_in_an_account(
    collection: Collection[Document], condition: Condition, seed: int, is_in_an_account: bool
) -> None:
    random = Random(seed)
    account = an_account_for(condition, random) if is_in_an_account else None
    ids = [f"per_{number}" for number in range(DOCUMENTS)]
    people = [a_person_for(condition, random) | {"_id": id} for id in ids]
    findings = findings_for(condition, random, [*ids, "acc_1"])
    assert faults(condition, MEMBER_RULE, DECLARED) == ()

    asked = spelled_out(condition, PERSONAS)
    filter = person_filter(asked, account, SCORE_REFERENCE, findings)
    subjects = [Subject(account, person, SCORE_REFERENCE, findings) for person in people]
    expected = [each.person for each in subjects if evaluate(asked, each)]
    assert found(collection, people, filter) == expected


PERSONA_TESTS: Mapping[Operator, Callable[[Set[str], Set[str]], bool]] = {
    Operator.IS: lambda own, named: bool(own & named),
    Operator.IS_NOT: lambda own, named: not own & named,
    Operator.IS_ANY_OF: lambda own, named: bool(own & named),
    Operator.IS_NONE_OF: lambda own, named: not own & named,
    Operator.IS_EMPTY: lambda own, _: not own,
    Operator.IS_NOT_EMPTY: lambda own, _: bool(own),
}


@many
@given(
    asked=st.sampled_from(list(PERSONA_TESTS)),
    named=st.lists(st.sampled_from([*PERSONAS, "persona_gone"]), min_size=1, max_size=3),
    seed=st.integers(0, 2**32),
)
def test_a_persona_finds_the_people_who_are_of_it(
    collection: Collection[Document], asked: Operator, named: list[str], seed: int
) -> None:
    operand = {OperandShape.NONE: None, OperandShape.ONE: named[0], OperandShape.MANY: tuple(named)}
    test = asks("person.persona", asked, operand[shape_of_operand(asked)])
    wanted = frozenset(map(str, operands_of(test)))
    any_of_all = asks("person.persona", Operator.IS_ANY_OF, tuple(PERSONAS))
    random = Random(seed)
    people = [a_person_for(any_of_all, random) for _ in range(DOCUMENTS)]
    condition = spelled_out(test, PERSONAS)
    subjects = [Subject(None, person, 0) for person in people]

    expected = [
        each.person
        for each in subjects
        if PERSONA_TESTS[asked]({id for id, own in PERSONAS.items() if evaluate(own, each)}, wanted)
    ]
    assert found(collection, people, person_filter(condition, None, 0)) == expected
    assert [each.person for each in subjects if evaluate(condition, each)] == expected


@pytest.mark.parametrize(("condition", "account", "holds"), ACCOUNT_CASES)
def test_what_mongodb_finds_of_accounts(
    collection: Collection[Document], condition: Condition, account: Document, holds: bool
) -> None:
    stored = [account | {"folded": folded_of_account(account)}]

    assert found(collection, stored, account_filter(condition)) == (stored if holds else [])
    assert found(collection, stored, account_filter(Not(condition))) == ([] if holds else stored)


@pytest.mark.parametrize(("condition", "person", "holds"), PERSON_CASES)
def test_what_mongodb_finds_of_people(
    collection: Collection[Document], condition: Condition, person: Document, holds: bool
) -> None:
    account = {"_id": "acc_1", "industry": "Banking"}
    stored = [person | {"folded": folded_of_person(person)}]

    filter = person_filter(condition, account, 1_000)
    assert found(collection, stored, filter) == (stored if holds else [])


SCORE_OPERATORS = {
    Operator.IS: operator.eq,
    Operator.IS_NOT: operator.ne,
    Operator.AT_LEAST: operator.ge,
    Operator.GREATER_THAN: operator.gt,
    Operator.AT_MOST: operator.le,
    Operator.LESS_THAN: operator.lt,
}


@many
@given(
    reference=st.integers(1, 10**6),
    shares=st.lists(st.floats(0, 1.1), min_size=1, max_size=DOCUMENTS),
    steps=st.integers(-3, 3),
    asked=st.sampled_from(list(SCORE_OPERATORS)),
)
def test_a_score_finds_the_people_whose_shown_score_it_is(
    collection: Collection[Document],
    reference: int,
    shares: list[float],
    steps: int,
    asked: Operator,
) -> None:
    people: list[Document] = [{"engagement": {"raw": int(each * reference)}} for each in shares]
    shown = [score(each["engagement"]["raw"], reference) for each in people]
    operand = round(shown[0] + steps / 10**9, 9)
    condition = asks("person.engagement_score", asked, operand)

    expected = [
        each
        for each, figure in zip(people, shown, strict=True)
        if SCORE_OPERATORS[asked](figure, operand)
    ]
    assert found(collection, people, person_filter(condition, None, reference)) == expected
    subjects = [Subject(None, each, reference) for each in people]
    assert [each.person for each in subjects if evaluate(condition, each)] == expected


def test_without_an_account_no_relation_is_found() -> None:
    is_not_employee = asks("relation", Operator.IS_NOT, "employee")

    assert person_filter(is_not_employee, None, 0) == {"_id": {"$in": []}}
    assert person_filter(Not(is_not_employee), None, 0) == {}


def test_what_is_asked_of_the_account_is_no_part_of_the_filter() -> None:
    is_bank = asks("account.industry", Operator.IS, "banking")
    is_cio = asks("person.job_title", Operator.IS, "CIO")
    bank, mill = {"_id": "acc_1", "industry": "Banking"}, {"_id": "acc_2", "industry": "Textile"}

    assert person_filter(AllOf((is_bank, is_cio)), bank, 0) == {"folded.job_title": {"$eq": "cio"}}
    assert person_filter(AllOf((is_bank, is_cio)), mill, 0) == {"_id": {"$in": []}}


def test_an_account_is_not_asked_about_people() -> None:
    with pytest.raises(ValueError, match=r"an account has no person\.job_title"):
        account_filter(asks("person.job_title", Operator.IS, "CIO"))


def test_the_widest_condition_is_no_larger_than_mongodb_takes(
    collection: Collection[Document],
) -> None:
    longest = asks("account.name", Operator.CONTAINS, "-" * 1_000)
    condition: Condition = AllOf((longest,) * 200)
    for _ in range(3):
        condition = Not(AllOf((condition,)))
    stored: list[Document] = [{"folded": {"name": "x"}}]

    assert faults(condition, ACCOUNT_RULE, {}) == ()
    assert found(collection, stored, account_filter(condition)) == stored


@pytest.mark.parametrize(
    "condition",
    [
        pytest.param(asks("account.industry", Operator.IS, "Industry 7"), id="is"),
        pytest.param(asks("account.industry", Operator.IS_ANY_OF, ("Industry 7",)), id="any of"),
        pytest.param(
            asks("account.industry", Operator.STARTS_WITH, "industry 7"), id="starts with"
        ),
    ],
)
def test_an_index_on_a_folded_text_serves_whole_texts_and_beginnings(
    collection: Collection[Document], condition: Condition
) -> None:
    collection.delete_many({})
    accounts: list[Document] = [{"industry": f"Industry {number % 10}"} for number in range(500)]
    collection.insert_many([each | {"folded": folded_of_account(each)} for each in accounts])
    index = collection.create_index("folded.industry")

    plan = collection.find(account_filter(condition)).explain()["executionStats"]
    collection.drop_index(index)

    assert plan["nReturned"] == 50
    assert plan["totalKeysExamined"] <= 52
