"""Related tests: what a condition asks of records beside the person and the account themselves.

Interest signals and activities of a person, buying groups of an account. They are looked up for
many at once, before a condition is evaluated; what was found is all that evaluation knows.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from types import MappingProxyType
from typing import Final, TypeAlias

from domain.attributes import Scope
from domain.interest_signals import SignalStrength

MOST_DAYS: Final = 3_650
MOST_TIMES: Final = 100_000


@dataclass(frozen=True, slots=True)
class InterestTest:
    """The person has an interest signal of at least this strength for a solution interest."""

    solution_interest: str
    at_least: SignalStrength = SignalStrength.LOW
    within_days: int | None = None


@dataclass(frozen=True, slots=True)
class ActivityTest:
    """The person performed acts of a type, named by any spelling of it, at least so many times.

    Every act counts, beyond the daily cap too.
    """

    activity_type: str
    at_least: int = 1
    within_days: int | None = None


@dataclass(frozen=True, slots=True)
class Bounds:
    """Figures between bounds; None does not bound."""

    at_least: float | None = None
    greater_than: float | None = None
    at_most: float | None = None
    less_than: float | None = None

    @property
    def is_given(self) -> bool:
        return self != UNBOUNDED


UNBOUNDED: Final = Bounds()


@dataclass(frozen=True, slots=True)
class RoleCount:
    """How many members a role has, in groups whose template has the role."""

    role: str
    at_least: int | None = None
    at_most: int | None = None


@dataclass(frozen=True, slots=True)
class GroupTest:
    """The account has a buying group for which all of this holds.

    `stages` are ids, or names over all stage models.
    """

    solution_interest: str | None = None
    statuses: tuple[str, ...] | None = None
    engagement: Bounds = UNBOUNDED
    completeness: Bounds = UNBOUNDED
    people_in_role: tuple[RoleCount, ...] = ()
    stages: tuple[str, ...] | None = None


Asked: TypeAlias = InterestTest | ActivityTest | GroupTest


@dataclass(frozen=True, slots=True)
class RelatedTest:
    """A test of other records, as a node of a condition."""

    asked: Asked

    @property
    def scope(self) -> Scope:
        """Whose records it asks about."""
        return Scope.ACCOUNT if isinstance(self.asked, GroupTest) else Scope.PERSON


@dataclass(frozen=True, slots=True)
class Found:
    """How many records fit what is asked, and when the latest happened; None without a moment."""

    count: int
    latest: datetime | None = None


NOTHING_FOUND: Final = Found(0)


@dataclass(frozen=True, slots=True)
class Findings:
    """What was looked up: by test, then by the id of the person or account.

    An id that is not there has no such records; a test that is not there was never looked up.
    """

    by_test: Mapping[Asked, Mapping[str, Found]] = field(default_factory=dict)

    def of(self, asked: Asked) -> Mapping[str, Found]:
        """What was found for a test; `LookupError` for one that was not looked up."""
        if asked not in self.by_test:
            raise LookupError(f"nobody has looked for {asked}")
        return self.by_test[asked]

    def holding(self, asked: Asked) -> list[str]:
        """The people, or the accounts, for whom a test holds, in the order of their ids."""
        return sorted(id for id, found in self.of(asked).items() if is_met(asked, found))


NO_FINDINGS: Final = Findings(MappingProxyType({}))


def is_met(asked: Asked, found: Found) -> bool:
    """Whether what was found is enough for a test."""
    return found.count >= (asked.at_least if isinstance(asked, ActivityTest) else 1)


@dataclass(frozen=True, slots=True)
class Period:
    """Days in a time zone, both included, and the moments they begin and have ended.

    None begins before everything.
    """

    first_day: date | None
    last_day: date
    begins: datetime | None
    ends: datetime


def period(within_days: int | None, now: datetime, zone: tzinfo) -> Period:
    """The last so many calendar days, today included; None: everything up to the end of today."""
    today = now.astimezone(zone).date()
    first = None if within_days is None else today - timedelta(days=within_days - 1)
    begins = None if first is None else _midnight(first, zone)
    return Period(first, today, begins, _midnight(today + timedelta(days=1), zone))


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)
