"""Tests of other records in GraphQL: signals, acts and groups, as conditions ask about them."""

from typing import Any, Final, assert_never

import strawberry

import domain.interest_signals
from domain.attributes import Scope
from domain.fields import camel
from domain.related_checking import MOST_ROLE_COUNTS, MOST_TEXTS
from domain.related_documents import to_plain
from domain.related_tests import (
    MOST_DAYS,
    MOST_TIMES,
    UNBOUNDED,
    ActivityTest,
    Asked,
    Bounds,
    GroupTest,
    InterestTest,
    RelatedTest,
    RoleCount,
)
from schema.ordering import FigureRange

SignalStrength = domain.interest_signals.SignalStrength
strawberry.enum(
    SignalStrength, name="SignalStrength", description="How much a signal says, the weakest first."
)

_WITHIN = (
    f"In the last so many calendar days of the tenant's time zone, today included; 1 to "
    f"{MOST_DAYS:,}. Null: ever."
)


@strawberry.input(description="Whether the person has an interest signal.")
class InterestSignalTest:
    solution_interest: strawberry.ID = strawberry.field(
        description="The id of the solution interest that it is for."
    )
    at_least: SignalStrength = strawberry.field(
        default=SignalStrength.LOW, description="It is of this strength or a greater one."
    )
    within_days: int | None = strawberry.field(default=None, description=_WITHIN)


@strawberry.input(
    description="Whether the person performed activities of a type, every one counted: beyond the "
    "daily cap, and before scores are computed anew. For who did not, put `not` around it."
)
class PerformedActivityTest:
    type: str = strawberry.field(
        description="The activity type, by its name or any alias; case does not matter."
    )
    at_least: int = strawberry.field(
        default=1, description=f"So often or more, 1 to {MOST_TIMES:,} times."
    )
    within_days: int | None = strawberry.field(default=None, description=_WITHIN)


@strawberry.input(description="How many members a role has, in groups whose template has the role.")
class RoleCountTest:
    role: strawberry.ID = strawberry.field(description="The id of the role.")
    at_least: int | None = strawberry.field(default=None, description="So many or more.")
    at_most: int | None = strawberry.field(default=None, description="So many or fewer.")


@strawberry.input(
    description="Whether the account has a buying group for which all that is given holds."
)
class MatchedBuyingGroupTest:
    solution_interest: strawberry.ID | None = strawberry.field(
        default=None, description="It is for the solution interest of this id."
    )
    stages: list[str] | None = strawberry.field(
        default=None,
        description=f"It is in one of these stages, {MOST_TEXTS} at most, named by id, or by name "
        "over all stage models; case does not matter.",
    )
    statuses: list[str] | None = strawberry.field(
        default=None,
        description=f"It has one of these status texts, {MOST_TEXTS} at most; case does not "
        "matter.",
    )
    engagement: FigureRange | None = strawberry.field(
        default=None,
        description="Its exact engagement score, 0 to 100; a group without a score does not fit.",
    )
    completeness: FigureRange | None = strawberry.field(
        default=None, description="Its exact completeness in percent, 0 to 100."
    )
    people_in_role: list[RoleCountTest] | None = strawberry.field(
        default=None,
        description=f"How many members roles have; each entry holds. {MOST_ROLE_COUNTS} at most.",
    )


FIELDS: Final[dict[Scope, dict[str, tuple[Any, str]]]] = {
    Scope.PERSON: {
        "has_interest_signal": (
            InterestSignalTest,
            "Whether something says that the person cares about a solution.",
        ),
        "performed_activity": (
            PerformedActivityTest,
            "Whether the person performed activities of a type, and how often.",
        ),
    },
    Scope.ACCOUNT: {
        "has_matched_buying_group": (
            MatchedBuyingGroupTest,
            "Whether the account has a buying group of a certain kind.",
        )
    },
}
"""The tests of each scope, by the words they are stored under."""

Given = InterestSignalTest | PerformedActivityTest | MatchedBuyingGroupTest


def asked_of(given: Given) -> Asked:
    """What a client asks, not yet checked."""
    match given:
        case InterestSignalTest():
            interest = str(given.solution_interest)
            return InterestTest(interest, given.at_least, given.within_days)
        case PerformedActivityTest():
            return ActivityTest(given.type, given.at_least, given.within_days)
        case MatchedBuyingGroupTest():
            interest_id = given.solution_interest
            return GroupTest(
                None if interest_id is None else str(interest_id),
                _texts(given.statuses),
                _bounds(given.engagement),
                _bounds(given.completeness),
                tuple(
                    RoleCount(str(count.role), count.at_least, count.at_most)
                    for count in given.people_in_role or ()
                ),
                _texts(given.stages),
            )
        case _:
            assert_never(given)


def as_written(test: RelatedTest) -> dict[str, Any]:
    """The test as a client would write it."""
    ((name, plain),) = to_plain(test.asked).items()
    return {test.scope.value: {camel(name): _camel(plain)}}


def _texts(given: list[str] | None) -> tuple[str, ...] | None:
    return None if given is None else tuple(given)


def _bounds(given: FigureRange | None) -> Bounds:
    if given is None:
        return UNBOUNDED
    return Bounds(given.at_least, given.greater_than, given.at_most, given.less_than)


def _camel(plain: Any) -> Any:
    if isinstance(plain, dict):
        return {camel(name): _camel(value) for name, value in plain.items()}
    return [_camel(each) for each in plain] if isinstance(plain, list) else plain
