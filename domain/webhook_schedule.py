"""What follows from a receiver's answer: delivered, tried again when, or given up.

Attempts follow the schedule of the Standard Webhooks specification: the last of ten comes 75 hours
and a half after the first.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import Enum
from typing import Final, TypeAlias

DELAYS: Final = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
"""How long after an attempt that failed the next one comes; the first is made at once."""

MOST_ATTEMPTS: Final = len(DELAYS) + 1
JITTER: Final = 0.1
"""By how much of itself a delay is drawn out at most."""

LONGEST_ASKED: Final = timedelta(hours=24)
"""How long a receiver may ask to be left alone."""

GONE: Final = 410
SLOW_STATUSES: Final = frozenset({429, 502, 503, 504})
"""Answers of a receiver, or of what stands before it, that has too much to do."""


class AttemptError(Enum):
    """Why an attempt had no answer."""

    ADDRESS_NOT_ALLOWED = "address_not_allowed"
    NAME_NOT_RESOLVED = "name_not_resolved"
    CONNECTION_FAILED = "connection_failed"
    TLS_FAILED = "tls_failed"
    TIMED_OUT = "timed_out"
    NO_HTTP = "no_http"


@dataclass(frozen=True, slots=True)
class Answer:
    """What an attempt had for an answer: a status, or an error; and for how long to wait."""

    status: int | None
    error: AttemptError | None = None
    retry_after: timedelta | None = None

    @property
    def is_success(self) -> bool:
        return self.status is not None and 200 <= self.status < 300

    @property
    def is_slow(self) -> bool:
        """Whether the receiver should have less to do for a while, or is not there."""
        return self.status in SLOW_STATUSES or self.error in (
            AttemptError.CONNECTION_FAILED,
            AttemptError.TIMED_OUT,
        )


@dataclass(frozen=True, slots=True)
class Delivered:
    """The receiver has it."""


@dataclass(frozen=True, slots=True)
class TriedAgain:
    """The next attempt comes at a moment."""

    due: datetime


@dataclass(frozen=True, slots=True)
class GivenUp:
    """There is no further attempt; `is_gone` when the receiver has said so itself."""

    is_gone: bool


Verdict: TypeAlias = Delivered | TriedAgain | GivenUp


def judged(answer: Answer, failed_before: int, now: datetime, chance: float) -> Verdict:
    """What follows from an answer, after so many attempts that failed.

    `chance`, from 0 to 1, is what the delay is drawn out by; it never comes earlier than published.
    """
    if answer.is_success:
        return Delivered()
    if answer.status == GONE or failed_before >= len(DELAYS):
        return GivenUp(answer.status == GONE)
    delay = DELAYS[failed_before] * (1 + JITTER * chance)
    return TriedAgain(now + max(delay, answer.retry_after or delay))


def retry_after(header: str | None, now: datetime) -> timedelta | None:
    """How long a `retry-after` header asks to wait, in seconds or as a date; None if it does not.

    At most a day.
    """
    if header is None:
        return None
    text = header.strip()
    if text.isascii() and text.isdigit():
        return min(timedelta(seconds=int(text[:9])), LONGEST_ASKED)
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):  # the latter for figures that no date has
        return None
    wait = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - now
    return min(max(wait, timedelta()), LONGEST_ASKED)


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast an endpoint is told: how many at once, not before a moment, slow how often in a row.

    `most` is how many at once it may become.
    """

    most: int
    at_once: int
    until: datetime | None = None
    slow: int = 0


_FIRST_REST: Final = timedelta(seconds=1)
_LONGEST_REST: Final = timedelta(minutes=1)


def paced(pace: Pace, answer: Answer, now: datetime) -> Pace:
    """The pace after an answer: half as many after one of those that are slow, one more after one
    that is not; a receiver that is slow again and again is left alone for longer."""
    if not answer.is_slow:
        return Pace(pace.most, min(pace.at_once + 1, pace.most), pace.until)
    rest = min(_FIRST_REST * 2 ** min(pace.slow, 6), _LONGEST_REST)
    until = now + max(rest, answer.retry_after or rest)
    return Pace(
        pace.most, max(pace.at_once // 2, 1), max(until, pace.until or until), pace.slow + 1
    )
