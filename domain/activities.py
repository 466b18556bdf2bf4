"""Activities: what a source may report, which of two reports stands, and on which day it counts."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, tzinfo
from enum import Enum
from typing import Final

from domain.activity_attributes import flaw_of_attributes
from domain.activity_exclusions import STRENGTHS
from domain.activity_types import Exclusion
from domain.fields import NAME_LENGTH, Refused, Unfit, email, flaw_of
from domain.folding import fold
from domain.identifiers import ActivityId, PersonId, TenantId, derived
from domain.identities import Identity, OutsideKey, checked_key, email_identity, key_identity

DEFAULT_SOURCE: Final = "api"
FARTHEST_FUTURE: Final = timedelta(days=1)
EARLIEST: Final = datetime(1970, 1, 1, tzinfo=UTC)
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_EMPTY: Final = "is required and cannot be empty"


class Outcome(Enum):
    """What became of a report: new, in place of an older one, or nothing that was not known."""

    STORED = "stored"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class PersonById:
    """A person this tenant knows."""

    id: PersonId


@dataclass(frozen=True, slots=True)
class PersonByEmail:
    """Whoever has this e-mail address, now or later."""

    email: str


@dataclass(frozen=True, slots=True)
class PersonByKey:
    """Whoever an outside system knows by this key, now or later."""

    key: OutsideKey


PersonReference = PersonById | PersonByEmail | PersonByKey


@dataclass(frozen=True, slots=True)
class Report:
    """One act of one person as its source tells it; source and source id name it for good."""

    source: str
    source_id: str
    type: str
    person: PersonReference
    at: datetime
    attributes: Mapping[str, object]
    source_updated_at: datetime | None = None
    excluded_as: Exclusion | None = None


@dataclass(frozen=True, slots=True)
class Activity:
    """A report as it is stored: of whom, if that person is known, and on which day in a zone.

    `ruled_as` is what the rule for its source leaves it out as.
    """

    id: ActivityId
    report: Report
    rank: "Rank"
    person: PersonId | None
    day: date
    zone: str
    ruled_as: Exclusion | None = None

    @property
    def awaits(self) -> Identity | None:
        """Whose arrival it waits for; None when its person is known."""
        return None if self.person is not None else identity_of(self.report.person)


@dataclass(frozen=True, slots=True)
class Rank:
    """Which of two reports of one source id stands: the later update, then the one that says of the
    act that it is no customer's, then the greater content."""

    source_updated_at: datetime | None
    content_hash: str
    excluded_as: Exclusion | None = None

    def exceeds(self, other: "Rank") -> bool:
        """Whether this report takes the other's place; of equal ones neither does."""
        return self._order > other._order

    @property
    def _order(self) -> tuple[bool, datetime, int, str]:
        # A report whose source names no update time stands below every other.
        at = self.source_updated_at
        return (at is not None, at or EARLIEST, STRENGTHS[self.excluded_as], self.content_hash)


def identifier(tenant: TenantId, source: str, source_id: str) -> ActivityId:
    """The one id of what a source calls by this id."""
    return ActivityId(derived("act", tenant, source, source_id))


def identity_of(person: PersonReference) -> Identity | None:
    """The identity by which a report names its person; None when it names an id."""
    match person:
        case PersonByEmail(address):
            return email_identity(address)
        case PersonByKey(key):
            return key_identity("person", key)
        case PersonById():
            return None


def day_of(at: datetime, zone: tzinfo) -> date:
    """The calendar day of a moment in a time zone; a day there may have 23 or 25 hours."""
    return at.astimezone(zone).date()


def rank_of(report: Report) -> Rank:
    """The rank of a report by what it says, to the millisecond; who it was found to be is no part
    of it, nor is the moment it came in."""
    said = [
        report.type,
        _as_said(report.person),
        to_milliseconds(report.at).astimezone(UTC).isoformat(),
        report.attributes,
        # A report that says nothing of it is what it was before there was anything to say.
        *([report.excluded_as.value] if report.excluded_as else []),
    ]
    text = json.dumps(said, sort_keys=True, separators=(",", ":"), allow_nan=False)
    updated = report.source_updated_at
    return Rank(
        to_milliseconds(updated) if updated else None,
        hashlib.sha256(text.encode()).hexdigest(),
        report.excluded_as,
    )


def to_milliseconds(at: datetime) -> datetime:
    """The moment cut to whole milliseconds, in UTC."""
    return at.astimezone(UTC).replace(microsecond=at.microsecond // 1_000 * 1_000)


def checked(report: Report, now: datetime) -> Report | Refused:
    """The report as it is stored, without blanks around its texts; or its first fault."""
    person = checked_person(report.person)
    if isinstance(person, Refused):
        return person
    kept = replace(
        report,
        source=report.source.strip(),
        source_id=report.source_id.strip(),
        type=report.type.strip(),
        person=person,
    )
    return next(faults(kept, now), kept)


def faults(report: Report, now: datetime) -> Iterator[Refused]:
    """Everything that keeps a report from being stored, one fault a field."""
    person = checked_person(report.person)
    found = (
        person if isinstance(person, Refused) else None,
        text_fault("source", report.source.strip()),
        text_fault("sourceId", report.source_id.strip()),
        text_fault("type", report.type.strip()),
        moment_fault(report.at, now),
        _update_fault(report.source_updated_at),
        _attributes_fault(report.attributes),
    )
    yield from filter(None, found)


def checked_person(person: PersonReference) -> PersonReference | Refused:
    """The reference as it is kept, or its fault."""
    match person:
        case PersonById(id):
            flaw = flaw_of(id, NAME_LENGTH)
            return Refused("person.id", flaw.reason) if flaw else person
        case PersonByEmail(text):
            address = email(text)
            if isinstance(address, Unfit):
                return Refused("person.email", address.reason)
            if not isinstance(address, str):
                return Refused("person.email", _EMPTY)
            return PersonByEmail(address)
        case PersonByKey(key):
            kept = checked_key(key, "person.key")
            return kept if isinstance(kept, Refused) else PersonByKey(kept)


def text_fault(field: str, text: str) -> Refused | None:
    """Why a text of one line that must not be empty cannot be stored."""
    if not fold(text):
        return Refused(field, _EMPTY)
    if flaw := flaw_of(text, NAME_LENGTH):
        return Refused(field, flaw.reason)
    if _CONTROL.search(text):
        return Refused(field, "contains a control character")
    return None


def moment_fault(at: datetime, now: datetime) -> Refused | None:
    """Why nothing can have happened at a moment: from 1970 to a day from now."""
    if at.tzinfo is None:
        return Refused("at", "must state its offset from UTC")
    if at < EARLIEST:
        return Refused("at", "must not be before 1970")
    if at > now + FARTHEST_FUTURE:
        return Refused("at", "must not be more than one day in the future")
    return None


def _as_said(person: PersonReference) -> list[str]:
    match person:
        case PersonById(id):
            return ["id", id]
        case PersonByEmail(email):
            return ["email", fold(email)]
        case PersonByKey(key):
            return ["key", key.system, key.id]


def _update_fault(at: datetime | None) -> Refused | None:
    if at is None:
        return None
    if at.tzinfo is None:
        return Refused("sourceUpdatedAt", "must state its offset from UTC")
    if at < EARLIEST:
        return Refused("sourceUpdatedAt", "must not be before 1970")
    return None


def _attributes_fault(attributes: object) -> Refused | None:
    flaw = flaw_of_attributes(attributes)
    return Refused("attributes", flaw) if flaw else None
