"""Interest signals in bulk: who cares about which solution, as sources tell it."""

from datetime import datetime
from enum import Enum
from typing import Annotated

import strawberry

import domain.upserting
import resolvers.interest_signals
from domain.interest_signals import SignalOutcome, SignalReport
from execution.fields import embedded, one, stored
from execution.sources import Document, Sourced
from resolvers.interest_signals import Recorded, RecordedSignals, Refusal
from schema.errors import InvalidInput, UserError
from schema.info import Info
from schema.interest_signals import InterestSignal, SignalSource
from schema.recording_activities import ActivityPersonInput, person_reference, refusal_shown
from schema.related_tests import SignalStrength
from schema.repeating import Repeatable
from schema.upserting import TooManyItems, too_many


@strawberry.input(description="One sign of interest, as its source tells it.")
class InterestSignalItemInput:
    source: SignalSource = strawberry.field(description="Where it comes from.")
    source_id: str = strawberry.field(
        description="Its id there, at most 255 characters. Told again it changes nothing, whatever "
        "is said then: what was told first stands."
    )
    person: ActivityPersonInput = strawberry.field(
        description="Who cares; has to be a person of the tenant."
    )
    solution_interest: str = strawberry.field(
        description="What they care about: a solution interest, by id or by name; case does not "
        "matter."
    )
    strength: SignalStrength = strawberry.field(description="How much it says.")
    at: datetime = strawberry.field(
        description="When it happened: from 1970 to one day in the future."
    )


@strawberry.input(description="Signs of interest.")
class RecordInterestSignalsInput(Repeatable):
    items: list[InterestSignalItemInput] = strawberry.field(
        description=f"Up to {domain.upserting.MOST_ITEMS:,} signals."
    )


@strawberry.enum(description="What came of an interest signal.")
class InterestSignalStatus(Enum):
    """The outcomes of the domain, and REFUSED."""

    RECORDED = strawberry.enum_value("RECORDED", description="It is new.")
    DUPLICATE = strawberry.enum_value(
        "DUPLICATE", description="Its source told of it before; nothing was stored."
    )
    REFUSED = strawberry.enum_value(
        "REFUSED", description="It cannot be stored; the error says why."
    )


@strawberry.type(description="What came of one interest signal.")
class InterestSignalOutcome(Sourced):
    index: int = stored(description="The signal's place in the input, from 0.")
    status: InterestSignalStatus = stored(
        shown=InterestSignalStatus, description="What came of it."
    )
    interest_signal: InterestSignal | None = one(
        "interest_signal_id", description="The signal as it is stored; null when refused."
    )
    error: UserError | None = stored(description="Why it was refused; null otherwise.")


@strawberry.type(description="Every interest signal was looked at, each for itself.")
class RecordInterestSignalsSuccess(Sourced):
    recorded: int = stored(description="How many are new.")
    duplicates: int = stored(description="How many had been told before.")
    refused: int = stored(description="How many were refused.")
    outcomes: list[InterestSignalOutcome] = embedded(
        "outcomes", at_most="input", description="One outcome for each signal, in order."
    )


RecordInterestSignalsResult = Annotated[
    RecordInterestSignalsSuccess | TooManyItems | InvalidInput,
    strawberry.union("RecordInterestSignalsResult"),
]


async def record_interest_signals(
    info: Info, input: RecordInterestSignalsInput
) -> RecordInterestSignalsResult:
    """Store who cares about what."""
    reports = [_report(item) for item in input.items]
    done = await resolvers.interest_signals.record_interest_signals(info.context, reports)
    match done:
        case domain.upserting.TooManyItems():
            return too_many(done)
        case RecordedSignals():
            return RecordInterestSignalsSuccess.of(_document(done))


def _report(item: InterestSignalItemInput) -> SignalReport:
    return SignalReport(
        item.source,
        item.source_id,
        person_reference(item.person),
        item.solution_interest,
        item.strength,
        item.at,
    )


def _document(done: RecordedSignals) -> Document:
    return {
        "recorded": done.count(SignalOutcome.RECORDED),
        "duplicates": done.count(SignalOutcome.DUPLICATE),
        "refused": done.refused,
        "outcomes": [
            {"index": place, **_outcome(outcome)} for place, outcome in enumerate(done.outcomes)
        ],
    }


def _outcome(outcome: Recorded | Refusal) -> Document:
    match outcome:
        case Recorded(id, status):
            return {"status": status.value, "interest_signal_id": id, "error": None}
        case _:
            refused = InterestSignalStatus.REFUSED.value
            return {"status": refused, "interest_signal_id": None, "error": refusal_shown(outcome)}
