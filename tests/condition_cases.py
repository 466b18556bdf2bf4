"""What holds for what, written out: one table, asked of memory and of MongoDB alike."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from domain.conditions import ALWAYS, NEVER, AllOf, AnyOf, AttributeTest, Not, Operand, Range
from domain.operators import Operator
from tests.condition_builders import asks

LEAP_DAY = datetime(2024, 2, 29, tzinfo=UTC)
A_MOMENT_LATER = LEAP_DAY + timedelta(milliseconds=1)


def industry(operator: Operator, operand: Operand = None) -> AttributeTest:
    return asks("account.industry", operator, operand)


def products(operator: Operator, operand: Operand = None) -> AttributeTest:
    return asks("account.products", operator, operand)


def revenue(operator: Operator, operand: Operand = None) -> AttributeTest:
    return asks("account.annual_revenue", operator, operand)


def seats(operator: Operator, operand: Operand = None) -> AttributeTest:
    return asks("account.custom", operator, operand, field="seats")


def renewal(operator: Operator, operand: Operand = None) -> AttributeTest:
    return asks("account.custom", operator, operand, field="renewal")


def hot(operator: Operator, operand: Operand = None) -> AttributeTest:
    return asks("account.derived", operator, operand, field="hot")


def row(condition: Any, account: dict[str, Any], holds: bool, id: str) -> Any:
    return pytest.param(condition, account, holds, id=id)


ACCOUNT_CASES = [
    # Combination.
    row(ALWAYS, {}, True, "all of nothing holds"),
    row(NEVER, {}, False, "any of nothing does not hold"),
    row(Not(ALWAYS), {}, False, "not all of nothing does not hold"),
    row(AllOf((NEVER, revenue(Operator.IS, 5))), {"annual_revenue": 5}, False, "all needs each"),
    row(AnyOf((NEVER, revenue(Operator.IS, 5))), {"annual_revenue": 5}, True, "any needs one"),
    row(Not(Not(revenue(Operator.IS, 5))), {"annual_revenue": 5}, True, "not undoes not"),
    # Text.
    row(industry(Operator.IS, "STRASSE"), {"industry": "Straße"}, True, "sharp s is ss"),
    row(industry(Operator.IS, "Finance"), {"industry": "ﬁnance"}, True, "a ligature is letters"),
    row(industry(Operator.IS, "Müller"), {"industry": "MU\u0308LLER"}, True, "ü may be composed"),
    row(industry(Operator.IS, "οδος"), {"industry": "ΟΔΟΣ"}, True, "a final sigma is a sigma"),
    row(industry(Operator.IS, "istanbul"), {"industry": "İstanbul"}, False, "İ keeps its dot"),
    row(industry(Operator.IS, "a  b"), {"industry": " A\tb\n"}, True, "blanks count as one"),
    row(industry(Operator.IS, "ceo"), {"industry": "ceo\nx"}, False, "a second line counts"),
    row(industry(Operator.IS, "5"), {"industry": 5}, False, "a number is no text"),
    row(industry(Operator.IS, "ceo"), {"industry": ["x", "CEO"]}, True, "a stray list counts"),
    row(industry(Operator.IS_NOT, "ceo"), {}, True, "a missing value is not anything"),
    row(industry(Operator.IS_NOT, "ceo"), {"industry": None}, True, "null is not anything"),
    row(industry(Operator.IS_NOT, "ceo"), {"industry": "CEO"}, False, "is not, but is"),
    row(industry(Operator.IS_ANY_OF, ("x", "ceo")), {"industry": "CEO"}, True, "one of several"),
    row(industry(Operator.IS_NONE_OF, ("x", "ceo")), {"industry": "CEO"}, False, "none, but one"),
    row(industry(Operator.IS_NONE_OF, ("x", "y")), {}, True, "a missing value is none of them"),
    row(industry(Operator.CONTAINS, "e (o"), {"industry": "cE (Or"}, True, "signs mean themselves"),
    row(industry(Operator.CONTAINS, "c.o"), {"industry": "ceo"}, False, "a dot is a dot"),
    row(industry(Operator.CONTAINS, "ceo"), {}, False, "a missing value contains nothing"),
    row(industry(Operator.DOES_NOT_CONTAIN, "ceo"), {}, True, "nor does it contain this"),
    row(industry(Operator.STARTS_WITH, "c+"), {"industry": "C++ house"}, True, "starts with"),
    row(industry(Operator.STARTS_WITH, "house"), {"industry": "C++\nhouse"}, False, "starts once"),
    row(industry(Operator.ENDS_WITH, "HOUSE"), {"industry": "c++ House\n"}, True, "ends with"),
    row(industry(Operator.ENDS_WITH, "c++"), {"industry": "c++\nhouse"}, False, "ends once"),
    # Emptiness.
    row(industry(Operator.IS_EMPTY), {}, True, "a missing value is empty"),
    row(industry(Operator.IS_EMPTY), {"industry": None}, True, "null is empty"),
    row(industry(Operator.IS_EMPTY), {"industry": ""}, True, "an empty text is empty"),
    row(industry(Operator.IS_EMPTY), {"industry": "\u3000\n"}, True, "blanks are empty"),
    row(industry(Operator.IS_EMPTY), {"industry": []}, True, "an empty list is empty"),
    row(industry(Operator.IS_EMPTY), {"industry": [None, ""]}, True, "a list of nothing is empty"),
    row(industry(Operator.IS_EMPTY), {"industry": 0}, False, "a value of another type is one"),
    row(industry(Operator.IS_EMPTY), {"industry": False}, False, "false is a value"),
    row(revenue(Operator.IS_EMPTY), {"annual_revenue": 0}, False, "0 is a value"),
    row(revenue(Operator.IS_EMPTY), {"annual_revenue": "\n"}, True, "blanks are no number either"),
    row(products(Operator.IS_NOT_EMPTY), {"products": ["", "x"]}, True, "one element is enough"),
    row(seats(Operator.IS_NOT_EMPTY), {"custom": [{"seats": 5}]}, False, "a list has no fields"),
    # Numbers.
    row(revenue(Operator.IS, 5), {"annual_revenue": 5.0}, True, "5 is 5.0"),
    row(revenue(Operator.IS, 1), {"annual_revenue": True}, False, "true is not 1"),
    row(revenue(Operator.IS, 2**53 + 1), {"annual_revenue": float(2**53)}, False, "no bit is lost"),
    row(revenue(Operator.IS_NOT, 5), {"annual_revenue": "5"}, True, "a text is no number"),
    row(revenue(Operator.IS_ANY_OF, (4, 5)), {"annual_revenue": 5.0}, True, "one of the numbers"),
    row(revenue(Operator.AT_LEAST, 0), {}, False, "a missing number is in no order"),
    row(revenue(Operator.AT_LEAST, 0), {"annual_revenue": None}, False, "null is in no order"),
    row(revenue(Operator.AT_LEAST, 0), {"annual_revenue": True}, False, "true is in no order"),
    row(revenue(Operator.AT_LEAST, 0), {"annual_revenue": "5"}, False, "a text is in no order"),
    row(revenue(Operator.LESS_THAN, 0), {"annual_revenue": float("nan")}, False, "NaN has none"),
    row(revenue(Operator.AT_LEAST, 5), {"annual_revenue": 5}, True, "at least includes"),
    row(revenue(Operator.GREATER_THAN, 5), {"annual_revenue": 5}, False, "greater than does not"),
    row(revenue(Operator.AT_MOST, 5), {"annual_revenue": 5}, True, "at most includes"),
    row(revenue(Operator.LESS_THAN, 5), {"annual_revenue": 5}, False, "less than does not"),
    row(revenue(Operator.BETWEEN, Range(5, 7)), {"annual_revenue": 5}, True, "from the low end"),
    row(revenue(Operator.BETWEEN, Range(5, 7)), {"annual_revenue": 7}, True, "to the high end"),
    row(revenue(Operator.BETWEEN, Range(5, 7)), {"annual_revenue": 7.1}, False, "and no more"),
    row(seats(Operator.BETWEEN, Range(5, 7)), {"custom": {"seats": [1, 9]}}, False, "no element"),
    row(seats(Operator.BETWEEN, Range(5, 7)), {"custom": {"seats": [1, 6]}}, True, "one element"),
    row(seats(Operator.IS, 5), {"custom": [{"seats": 5}]}, False, "no path enters a list"),
    row(seats(Operator.IS, 5), {"custom": {"seats": [[5]]}}, False, "nor a list inside a list"),
    # Truth values and dates.
    row(hot(Operator.IS, True), {"derived": {"hot": True}}, True, "true is true"),
    row(hot(Operator.IS, True), {"derived": {"hot": 1}}, False, "1 is not true"),
    row(hot(Operator.IS, False), {}, False, "a missing value is not false"),
    row(hot(Operator.IS_NOT, True), {}, True, "nor is it true"),
    row(
        renewal(Operator.IS, date(2024, 2, 29)),
        {"custom": {"renewal": LEAP_DAY}},
        True,
        "a day is its midnight",
    ),
    row(
        renewal(Operator.AT_MOST, date(2024, 2, 29)),
        {"custom": {"renewal": A_MOMENT_LATER}},
        False,
        "and no moment later",
    ),
    row(
        renewal(Operator.BETWEEN, Range(date(2024, 1, 1), date(2024, 2, 29))),
        {"custom": {"renewal": [LEAP_DAY + timedelta(days=9), LEAP_DAY]}},
        True,
        "one of several days",
    ),
    row(
        renewal(Operator.AT_LEAST, date(2024, 2, 29)),
        {"custom": {"renewal": "2024-03-01"}},
        False,
        "a text is no day",
    ),
    row(
        renewal(Operator.IS, date(2024, 2, 29)),
        {"custom": {"renewal": LEAP_DAY + timedelta(microseconds=999)}},
        True,
        "a millisecond is the smallest step",
    ),
    # Lists.
    row(products(Operator.IS, "gtx pro"), {"products": ["MG", "GTX Pro"]}, True, "owns a product"),
    row(products(Operator.IS_NOT, "gtx pro"), {"products": ["MG", "GTX Pro"]}, False, "owns it"),
    row(products(Operator.DOES_NOT_CONTAIN, "x"), {"products": ["a", "b"]}, True, "none does"),
    # Hierarchy.
    row(
        asks("account.parent", Operator.IS, "acc_1"),
        {"parent_id": "ACC_1"},
        False,
        "an id is compared exactly",
    ),
    row(asks("account.parent", Operator.IS_EMPTY), {"parent_id": None}, True, "no parent"),
    row(
        asks("account.any_ancestor", Operator.IS_ANY_OF, ("acc_2", "acc_9")),
        {"ancestor_ids": ["acc_1", "acc_2"]},
        True,
        "below one of them",
    ),
    row(asks("account.level", Operator.AT_MOST, 2), {"level": 3}, False, "too far down"),
    row(asks("account.is_top_level", Operator.IS, True), {"level": 1}, True, "level 1 is the top"),
    row(asks("account.is_top_level", Operator.IS_NOT, True), {"level": 2}, True, "level 2 is not"),
    row(asks("account.is_top_level", Operator.IS, False), {}, True, "without a level no top"),
    # Address.
    row(
        asks("account.country", Operator.IS, "deutschland"),
        {"address": {"country": "Deutschland"}},
        True,
        "a part of the address",
    ),
    row(
        asks("account.country", Operator.IS_EMPTY),
        {"address": "Deutschland"},
        True,
        "an address that is no address",
    ),
]  # fmt: skip

RELATED = {
    "relations": [
        {"account_id": "acc_2", "relation": "contractor", "roles": ["Owner"]},
        {"account_id": "acc_1", "relation": "employee", "roles": ["Designer", "CTO"]},
    ]
}
HALF = {"engagement": {"raw": 250}}
"""Raw 250 against a reference of 1,000: exactly 50."""


def relation(operator: Operator, operand: Operand = None) -> AttributeTest:
    return asks("relation", operator, operand)


def role(operator: Operator, operand: Operand = None) -> AttributeTest:
    return asks("relation_role", operator, operand)


def score(operator: Operator, operand: Operand = None) -> AttributeTest:
    return asks("person.engagement_score", operator, operand)


PERSON_CASES = [
    # The relation to the account.
    row(relation(Operator.IS, "employee"), RELATED, True, "employed here"),
    row(relation(Operator.IS, "contractor"), RELATED, False, "a contractor elsewhere"),
    row(relation(Operator.IS_NONE_OF, ("contractor", "other")), RELATED, True, "neither here"),
    row(relation(Operator.IS_NOT, "employee"), {}, True, "of no account, hence not employed here"),
    row(role(Operator.IS, "designer"), RELATED, True, "a role here"),
    row(role(Operator.IS, "owner"), RELATED, False, "a role elsewhere"),
    row(role(Operator.STARTS_WITH, "CT"), RELATED, True, "any of the roles here"),
    row(role(Operator.DOES_NOT_CONTAIN, "cto"), RELATED, False, "all of the roles here"),
    row(role(Operator.IS_EMPTY), {"relations": [{"account_id": "acc_1", "roles": []}]}, True,
        "no roles here"),
    row(role(Operator.IS_EMPTY), {"relations": [{"account_id": "acc_2", "roles": ["x"]}]}, True,
        "roles elsewhere only"),
    row(relation(Operator.IS, "employee"),
        {"relations": {"account_id": "acc_1", "relation": "employee"}}, False,
        "relations that are no list"),
    # The account.
    row(asks("account.industry", Operator.IS, "banking"), {}, True, "of the account in question"),
    row(asks("account.industry", Operator.IS_NOT, "banking"), {}, False, "of it, too"),
    # The score.
    row(score(Operator.IS, 50), HALF, True, "the score is exact"),
    row(score(Operator.IS, 50.0001), HALF, False, "and nothing else"),
    row(score(Operator.AT_LEAST, 50), HALF, True, "at least half"),
    row(score(Operator.AT_LEAST, 50), {"engagement": {"raw": 249}}, False, "just below half"),
    row(score(Operator.GREATER_THAN, 50), HALF, False, "no more than half"),
    row(score(Operator.GREATER_THAN, 50), {"engagement": {"raw": 251}}, True, "just above half"),
    row(score(Operator.LESS_THAN, 50), HALF, False, "no less than half"),
    row(score(Operator.AT_MOST, 50), HALF, True, "at most half"),
    row(score(Operator.AT_MOST, 50), {"engagement": {"raw": 251}}, False, "just above at most"),
    row(score(Operator.BETWEEN, Range(25, 50)), HALF, True, "in a band with its end"),
    row(score(Operator.BETWEEN, Range(50.1, 75)), HALF, False, "below a band"),
    row(score(Operator.AT_LEAST, 31.7), {"engagement": {"raw": 100}}, False, "31.62 is below"),
    row(score(Operator.AT_LEAST, 31.6), {"engagement": {"raw": 100}}, True, "31.62 is above"),
    row(score(Operator.AT_LEAST, 31.622776602), {"engagement": {"raw": 100}}, True,
        "at nine decimals, rounded up"),
    row(score(Operator.IS, 31.622776602), {"engagement": {"raw": 100}}, True,
        "what is shown is what is compared"),
    row(score(Operator.GREATER_THAN, 31.6227766018), {"engagement": {"raw": 100}}, True,
        "above what is more than the root and less than the score"),
    row(score(Operator.AT_MOST, 31.6227766018), {"engagement": {"raw": 100}}, False,
        "not at most that"),
    row(score(Operator.IS, 100), {"engagement": {"raw": 5_000}}, True, "100 against an old run"),
    row(score(Operator.GREATER_THAN, 100), {"engagement": {"raw": 5_000}}, False, "100 at most"),
    row(score(Operator.IS, 0), {}, True, "nobody's score is missing"),
    row(score(Operator.IS_ANY_OF, (0, 50)), HALF, True, "one of the scores"),
    row(score(Operator.IS_NONE_OF, (0, 50)), HALF, False, "none, but one of the scores"),
    row(score(Operator.AT_LEAST, 0), {"engagement": None}, True, "everybody has at least 0"),
    row(score(Operator.LESS_THAN, 0), HALF, False, "nobody has less than 0"),
    # The person.
    row(asks("person.job_title", Operator.CONTAINS, "CIO"), {"job_title": "Deputy cio"}, True,
        "part of a job title"),
    row(asks("person.unsubscribed", Operator.IS_NOT, True), {}, True, "not unsubscribed"),
    row(asks("person.custom", Operator.IS_ANY_OF, ("de", "fr"), field="languages"),
        {"custom": {"languages": ["en", "FR"]}}, True, "one of several languages"),
]  # fmt: skip
