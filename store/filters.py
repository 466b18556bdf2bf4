"""Filters: the few questions lists are narrowed by, as MongoDB asks them.

Texts are compared in their folded form, word by word where people search.
"""

from collections.abc import Iterable
from typing import Final

from domain.folding import fold, words
from store.reading import GREATEST_CHARACTER, Query

NOTHING: Final[Query] = {"_id": {"$in": []}}


def every(*queries: Query | None) -> Query:
    """What all of the queries find; those that are None ask nothing."""
    asked = [query for query in queries if query]
    return asked[0] if len(asked) == 1 else {"$and": asked} if asked else {}


def any_of(path: str, values: Iterable[object] | None) -> Query | None:
    """Documents that hold one of the values at a path, alone or in a list."""
    return None if values is None else {path: {"$in": list(values)}}


def none_of(path: str, values: Iterable[object] | None) -> Query | None:
    """Documents that hold none of the values at a path."""
    return None if values is None else {path: {"$nin": list(values)}}


def all_of(path: str, values: Iterable[object] | None) -> Query | None:
    """Documents whose list at a path holds all of the values; of no values: every document."""
    return None if values is None else every(*({path: value} for value in values))


def is_one(path: str, value: object) -> Query | None:
    """Documents that hold this value at a path."""
    return None if value is None else {path: value}


def searched(text: str | None, path: str = "search") -> Query | None:
    """Documents in whose list of folded words every word of the text begins some word.

    A blank text asks for nothing; any other one without a word finds none.
    """
    if text is None or not fold(text):
        return None
    ranges = [{"$gte": word, "$lt": word + GREATEST_CHARACTER} for word in words(text)]
    if not ranges:
        return NOTHING
    return every(*({path: {"$elemMatch": each}} for each in ranges))


def span(
    path: str,
    *,
    at_least: object = None,
    greater_than: object = None,
    at_most: object = None,
    less_than: object = None,
) -> Query | None:
    """Documents whose value at a path lies between bounds; without a value, outside of all."""
    bounds = {
        "$gte": at_least,
        "$gt": greater_than,
        "$lte": at_most,
        "$lt": less_than,
    }
    given = {operator: bound for operator, bound in bounds.items() if bound is not None}
    return {path: given} if given else None


def an_entry(path: str, *queries: Query | None) -> Query:
    """Documents whose list at a path has an entry for which all of the queries hold."""
    entry: dict[str, object] = {}
    for query in queries:
        entry.update(query or {})
    return {path: {"$elemMatch": entry}}
