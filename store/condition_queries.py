"""Conditions as MongoDB filters, with the answers of `domain.condition_evaluation`.

Texts are asked of the folded copy, which holds texts only; everything else, and emptiness, of
the value as given. What stands inside a list of documents is no value: a path never enters one.
The filters say nothing about the tenant: the caller puts that beside them under `$and`.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from bson.regex import Regex

from domain.attributes import Scope
from domain.comparison import comparable
from domain.computed_attributes import as_stored
from domain.condition_evaluation import Subject, evaluate
from domain.conditions import (
    AllOf,
    AnyOf,
    AttributeTest,
    Condition,
    Not,
    operands_of,
    value_type_of,
)
from domain.operators import COMPLEMENT_OF, Operator, ValueType
from domain.related_tests import NO_FINDINGS, Findings, RelatedTest
from store.driver import Document

_EVERY_DOCUMENT: Final[Document] = {}
_NO_DOCUMENT: Final[Document] = {"_id": {"$in": []}}
_NOT_A_LIST: Final[Document] = {"$not": {"$type": "array"}}
_TEXT_OF_BLANKS: Final = Regex(
    r"^[\t-\r\x1c-\x20\x{85}\x{a0}\x{1680}\x{2000}-\x{200a}"
    r"\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}]*+\z"
)
_BLANK: Final[list[object]] = [None, [], _TEXT_OF_BLANKS]


def account_filter(condition: Condition, findings: Findings = NO_FINDINGS) -> Document:
    """The filter on `accounts` that a checked condition over account attributes stands for.

    `findings` are of its related tests: of all accounts that the filter is to tell apart.
    """

    def of_test(test: AttributeTest) -> Document:
        if test.attribute.scope is not Scope.ACCOUNT:
            raise ValueError(f"an account has no {test.attribute.key}")
        return _of_test(test, 0)

    def of_related(test: RelatedTest) -> Document:
        if test.scope is not Scope.ACCOUNT:
            raise ValueError(f"an account has no {test.asked}")
        return _holding(test, findings)

    return _of_condition(condition, of_test, of_related)


def person_filter(
    condition: Condition,
    account: Mapping[str, Any] | None,
    score_reference: float,
    findings: Findings = NO_FINDINGS,
) -> Document:
    """The filter on `people`: for whom a checked condition holds together with this account.

    What is asked of the account itself is answered at once. To be of the account is no part of
    the filter.
    """
    subject = Subject(account, None, score_reference, findings)

    def of_test(test: AttributeTest) -> Document:
        match test.attribute.scope:
            case Scope.ACCOUNT:
                return _EVERY_DOCUMENT if evaluate(test, subject) else _NO_DOCUMENT
            case Scope.PERSON:
                return _of_test(test, score_reference)
            case Scope.RELATION:
                return _NO_DOCUMENT if account is None else _of_relation(test, account["_id"])

    def of_related(test: RelatedTest) -> Document:
        if test.scope is Scope.ACCOUNT:
            return _EVERY_DOCUMENT if evaluate(test, subject) else _NO_DOCUMENT
        return _holding(test, findings)

    return _of_condition(condition, of_test, of_related)


def _of_condition(
    condition: Condition,
    of_test: Callable[[AttributeTest], Document],
    of_related: Callable[[RelatedTest], Document],
) -> Document:
    def of_part(part: Condition) -> Document:
        return _of_condition(part, of_test, of_related)

    match condition:
        case AllOf(parts):
            return _all([of_part(part) for part in parts])
        case AnyOf(parts):
            return _any([of_part(part) for part in parts])
        case Not(part):
            return _not(of_part(part))
        case AttributeTest():
            return of_test(condition)
        case RelatedTest():
            return of_related(condition)


def _holding(test: RelatedTest, findings: Findings) -> Document:
    """The people, or the accounts, for whom a related test was found to hold."""
    return {"_id": {"$in": findings.holding(test.asked)}}


def _all(filters: list[Document]) -> Document:
    if _NO_DOCUMENT in filters:
        return _NO_DOCUMENT
    telling = [each for each in filters if each != _EVERY_DOCUMENT]
    if len(telling) > 1:
        return {"$and": telling}
    return telling[0] if telling else _EVERY_DOCUMENT


def _any(filters: list[Document]) -> Document:
    if _EVERY_DOCUMENT in filters:
        return _EVERY_DOCUMENT
    telling = [each for each in filters if each != _NO_DOCUMENT]
    if len(telling) > 1:
        return {"$or": telling}
    return telling[0] if telling else _NO_DOCUMENT


def _not(filter: Document) -> Document:
    if filter == _EVERY_DOCUMENT:
        return _NO_DOCUMENT
    return _EVERY_DOCUMENT if filter == _NO_DOCUMENT else {"$nor": [filter]}


def _of_test(test: AttributeTest, score_reference: float) -> Document:
    """The filter for a test of the document's own attribute."""
    opposite = COMPLEMENT_OF.get(test.operator)
    if opposite is not None:
        return _not(_of_test(replace(test, operator=opposite), score_reference))
    stored = as_stored(test, score_reference)
    if stored is not None:
        return _of_stored(stored, score_reference)
    path = ".".join(test.attribute.path)
    if _is_asked_of_folded(test):
        return _asked_of(f"folded.{path}", test)
    root, *inner = test.attribute.path
    return {root: _NOT_A_LIST, **_asked_of(path, test)} if inner else _asked_of(path, test)


def _of_stored(condition: Condition, score_reference: float) -> Document:
    """The filter for what a computed attribute asks of stored ones."""

    def of_related(test: RelatedTest) -> Document:
        raise ValueError(f"no attribute is computed from {test.asked}")

    return _of_condition(condition, lambda each: _of_test(each, score_reference), of_related)


def _of_relation(test: AttributeTest, account_id: str) -> Document:
    """The filter for a test of a person's relations to this account."""
    opposite = COMPLEMENT_OF.get(test.operator)
    if opposite is not None:
        return _not(_of_relation(replace(test, operator=opposite), account_id))
    relations = "folded.relations" if _is_asked_of_folded(test) else "relations"
    asked = _asked_of(".".join(test.attribute.path), test)
    return {relations: {"$elemMatch": {"account_id": account_id, **asked}}}


def _is_asked_of_folded(test: AttributeTest) -> bool:
    is_text = value_type_of(test) is ValueType.TEXT
    return is_text and test.operator is not Operator.IS_NOT_EMPTY


def _asked_of(path: str, test: AttributeTest) -> Document:
    """The filter for a positive test of the value, or list of values, at a path."""
    if test.operator is Operator.IS_NOT_EMPTY:
        return _of_one_element(path, {"$nin": _BLANK})
    forms = [comparable(operand, value_type_of(test)) for operand in operands_of(test)]
    match test.operator, forms:
        case Operator.IS, [form]:
            return {path: {"$eq": form}}
        case Operator.IS_ANY_OF, _:
            return {path: {"$in": forms}}
        case Operator.CONTAINS, [str(part)]:
            return {path: {"$regex": re.escape(part)}}
        case Operator.STARTS_WITH, [str(part)]:
            return {path: {"$regex": f"^{re.escape(part)}"}}
        case Operator.ENDS_WITH, [str(part)]:
            return {path: {"$regex": rf"{re.escape(part)}\z"}}
        case Operator.GREATER_THAN, [form]:
            return {path: {"$gt": form}}
        case Operator.AT_LEAST, [form]:
            return {path: {"$gte": form}}
        case Operator.LESS_THAN, [form]:
            return {path: {"$lt": form}}
        case Operator.AT_MOST, [form]:
            return {path: {"$lte": form}}
        case Operator.BETWEEN, [low, high]:
            return _of_one_element(path, {"$gte": low, "$lte": high})
        case _:
            raise ValueError(f"{test.operator} does not fit the operand of {test.attribute.key}")


def _of_one_element(path: str, predicate: Document) -> Document:
    """All of a predicate by one element of a list, or by the value itself."""
    in_list = {path: {"$elemMatch": predicate}}
    alone = {path: {**predicate, **_NOT_A_LIST}}
    return {"$or": [in_list, alone]}
