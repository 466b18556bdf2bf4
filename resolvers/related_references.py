"""Related references: what conditions name when they ask about signals, acts and groups."""

from collections.abc import Iterator, Mapping
from typing import TypeAlias

from domain.activity_types import directory
from domain.condition_checking import related_tests
from domain.conditions import Condition, inside
from domain.folding import fold
from domain.related_checking import path_of_related
from domain.related_tests import ActivityTest, Asked, GroupTest, InterestTest
from execution.context import Context
from resolvers.outcomes import Invalid

_Named: TypeAlias = tuple[str, str, str]
"""Where something is named, what it is, and its name."""


async def unknown(ctx: Context, given: Mapping[str, Condition]) -> Invalid | None:
    """The first thing the tenant does not have that one of these conditions names, by its field."""
    named = [
        (inside(inside(inside(field, path), path_of_related(test)), where), noun, name)
        for field, condition in given.items()
        for path, test in related_tests(condition)
        for where, noun, name in _named(test.asked)
    ]
    known = await _known(ctx, {noun: {n for _, k, n in named if k == noun} for _, noun, _ in named})
    for path, noun, name in named:
        if name not in known[noun]:
            return Invalid(path, f"there is no {noun} {name}")
    return None


async def _known(ctx: Context, named: Mapping[str, set[str]]) -> dict[str, set[str]]:
    """Those of the names that name something."""
    stores = ctx.stores
    found: dict[str, set[str]] = {}
    if ids := named.get("solution interest"):
        found["solution interest"] = set(await stores.solution_interests.by_ids(ids, {"_id": 1}))
    if ids := named.get("role"):
        found["role"] = set(await stores.roles.by_ids(ids, {"_id": 1}))
    if names := named.get("activity type"):
        types = directory(await stores.activity_types.types())
        found["activity type"] = {name for name in names if fold(name) in types}
    return found


def _named(asked: Asked) -> Iterator[_Named]:
    match asked:
        case InterestTest(interest):
            yield "solutionInterest", "solution interest", interest
        case ActivityTest(activity_type):
            yield "type", "activity type", activity_type
        case GroupTest(interest_id, people_in_role=counts):
            if interest_id is not None:
                yield "solutionInterest", "solution interest", interest_id
            for place, count in enumerate(counts):
                yield f"peopleInRole[{place}].role", "role", count.role
