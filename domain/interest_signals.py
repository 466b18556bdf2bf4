"""Interest signals: events in a business that say that somebody cares about a solution."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum

from domain.activities import (
    PersonReference,
    checked_person,
    moment_fault,
    text_fault,
    to_milliseconds,
)
from domain.fields import Refused
from domain.identifiers import InterestSignalId, PersonId, SolutionInterestId, TenantId, derived


class SignalSource(Enum):
    """Where a signal comes from; the value is the word stored and shown."""

    FORM = "FORM"
    CHAT = "CHAT"
    CRM = "CRM"
    AD_PLATFORM = "AD_PLATFORM"
    INTENT_MODEL = "INTENT_MODEL"
    OTHER = "OTHER"


class SignalStrength(Enum):
    """How much a signal says, the weakest first."""

    LOW = "LOW"
    MEDIUM = "MEDIUM"
    HIGH = "HIGH"


class SignalOutcome(Enum):
    """What became of a report: the signal is new, or its source told of it before."""

    RECORDED = "RECORDED"
    DUPLICATE = "DUPLICATE"


@dataclass(frozen=True, slots=True)
class SignalReport:
    """One signal as its source tells it; `solution_interest` is an id or a name.

    Source and source id name it for good: what is told first stands.
    """

    source: SignalSource
    source_id: str
    person: PersonReference
    solution_interest: str
    strength: SignalStrength
    at: datetime


@dataclass(frozen=True, slots=True)
class InterestSignal:
    """A signal as it is stored."""

    id: InterestSignalId
    report: SignalReport
    person: PersonId
    solution_interest: SolutionInterestId


def identifier(tenant: TenantId, source: SignalSource, source_id: str) -> InterestSignalId:
    """The one id of what a source calls by this id."""
    return InterestSignalId(derived("sig", tenant, source.value, source_id))


def at_least(strength: SignalStrength) -> tuple[SignalStrength, ...]:
    """This strength and the greater ones."""
    ascending = tuple(SignalStrength)
    return ascending[ascending.index(strength) :]


def checked(report: SignalReport, now: datetime) -> SignalReport | Refused:
    """The report as it is stored, without blanks around its texts; or its first fault."""
    person = checked_person(report.person)
    if isinstance(person, Refused):
        return person
    kept = replace(
        report,
        source_id=report.source_id.strip(),
        person=person,
        solution_interest=report.solution_interest.strip(),
    )
    fault = next(faults(kept, now), None)
    return fault or replace(kept, at=to_milliseconds(kept.at))


def faults(report: SignalReport, now: datetime) -> Iterator[Refused]:
    """Everything that keeps a report from being stored, one fault a field."""
    person = checked_person(report.person)
    found = (
        person if isinstance(person, Refused) else None,
        text_fault("sourceId", report.source_id.strip()),
        text_fault("solutionInterest", report.solution_interest.strip()),
        moment_fault(report.at, now),
    )
    yield from filter(None, found)
