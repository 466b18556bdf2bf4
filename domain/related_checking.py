"""Checking of related tests: what is refused before a condition with one is saved or run."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import astuple
from itertools import product
from math import isfinite
from typing import Final

from domain.attributes import Scope
from domain.buying_groups import STATUS_LENGTH
from domain.conditions import ConditionFault, inside
from domain.fields import camel, flaw_of
from domain.folding import fold
from domain.related_tests import (
    MOST_DAYS,
    MOST_TIMES,
    ActivityTest,
    Asked,
    Bounds,
    GroupTest,
    InterestTest,
    RelatedTest,
    RoleCount,
)

MOST_RELATED: Final = 20
"""Related tests of one condition: each costs a query."""
MOST_TEXTS: Final = 100
MOST_ROLE_COUNTS: Final = 20
LONGEST_TEXT: Final = 255

_NAMES: Final = {
    InterestTest: "has_interest_signal",
    ActivityTest: "performed_activity",
    GroupTest: "has_matched_buying_group",
}
_Reason = tuple[str, str]


def name_of(asked: Asked) -> str:
    """The word for a test, as it is stored."""
    return _NAMES[type(asked)]


def path_of_related(test: RelatedTest) -> str:
    """Where a test stands inside its node, as the API spells it."""
    return f"{test.scope.value}.{camel(name_of(test.asked))}"


def fault_of_related(
    test: RelatedTest, path: str, scopes: Collection[Scope]
) -> ConditionFault | None:
    """What is wrong with the test of the node at a path, or None."""
    name = path_of_related(test)
    where = inside(path, name)
    if test.scope not in scopes:
        return ConditionFault(where, f"This condition cannot ask about {name}.")
    found = next(_reasons(test.asked), None)
    return found and ConditionFault(inside(where, found[0]), found[1])


def _reasons(asked: Asked) -> Iterator[_Reason]:
    match asked:
        case InterestTest(interest, _, days):
            yield from _about_text("solutionInterest", interest)
            yield from _about_number("withinDays", days, 1, MOST_DAYS)
        case ActivityTest(activity_type, times, days):
            yield from _about_text("type", activity_type)
            yield from _about_number("atLeast", times, 1, MOST_TIMES)
            yield from _about_number("withinDays", days, 1, MOST_DAYS)
        case GroupTest():
            yield from _about_group(asked)


def _about_group(asked: GroupTest) -> Iterator[_Reason]:
    if asked.solution_interest is not None:
        yield from _about_text("solutionInterest", asked.solution_interest)
    yield from _about_texts("stages", asked.stages, LONGEST_TEXT)
    yield from _about_texts("statuses", asked.statuses, STATUS_LENGTH)
    yield from _about_bounds("engagement", asked.engagement)
    yield from _about_bounds("completeness", asked.completeness)
    if len(asked.people_in_role) > MOST_ROLE_COUNTS:
        yield "peopleInRole", f"At most {MOST_ROLE_COUNTS} roles can be asked about."
    for place, count in enumerate(asked.people_in_role):
        yield from _about_role(f"peopleInRole[{place}]", count)


def _about_role(path: str, count: RoleCount) -> Iterator[_Reason]:
    yield from _about_text(f"{path}.role", count.role)
    if count.at_least is None and count.at_most is None:
        yield path, "Say how many members the role has: at least, at most, or both."
    yield from _about_number(f"{path}.atLeast", count.at_least, 0, MOST_TIMES)
    yield from _about_number(f"{path}.atMost", count.at_most, 0, MOST_TIMES)
    if None not in (low := count.at_least, high := count.at_most) and low > high:  # type: ignore[operator]
        yield path, "The low value is above the high one."


def _about_bounds(path: str, bounds: Bounds) -> Iterator[_Reason]:
    given = [each for each in astuple(bounds) if each is not None]
    if not all(map(isfinite, given)):
        yield path, "A bound is a finite number."
    lows, highs = (bounds.at_least, bounds.greater_than), (bounds.at_most, bounds.less_than)
    for low, high in product(lows, highs):
        if low is not None and high is not None and low > high:
            yield path, "The low value is above the high one."


def _about_number(path: str, number: int | None, least: int, most: int) -> Iterator[_Reason]:
    if number is not None and not least <= number <= most:
        yield path, f"The value is a whole number from {least:,} to {most:,}."


def _about_texts(path: str, texts: Sequence[str] | None, longest: int) -> Iterator[_Reason]:
    if texts is None:
        return
    if not 1 <= len(texts) <= MOST_TEXTS:
        yield path, f"The list holds 1 to {MOST_TEXTS} texts."
    for place, text in enumerate(texts):
        yield from _about_text(f"{path}[{place}]", text, longest)


def _about_text(path: str, text: str, longest: int = LONGEST_TEXT) -> Iterator[_Reason]:
    if not fold(text):
        yield path, "The value is empty."
    elif flaw := flaw_of(text, longest):
        yield path, f"The value {flaw.reason}."
