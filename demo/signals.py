"""Signs of interest of the invented people: who cares about what, and where that was noticed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from demo.activities import DAYS
from demo.dice import Dice
from demo.people import DemoPerson
from demo.selling import OFFERS
from domain.interest_signals import SignalSource, SignalStrength

OFTEN: Final = 0.12
"""How many of the people care about anything."""
MOST: Final = 3
SOURCES: Final = (
    SignalSource.FORM,
    SignalSource.CHAT,
    SignalSource.CRM,
    SignalSource.AD_PLATFORM,
    SignalSource.INTENT_MODEL,
)


@dataclass(frozen=True, slots=True)
class DemoSignal:
    """One sign; `source` and `source_id` name it for good."""

    source: SignalSource
    source_id: str
    email: str
    solution_interest: str
    strength: SignalStrength
    at: datetime


def signals(people: Sequence[DemoPerson], ends_at: datetime, seed: str) -> Iterator[DemoSignal]:
    """Every sign of the 60 days up to `ends_at`, which is in UTC, person by person."""
    dice = Dice(seed)
    for person in people:
        if dice.roll("cares", person.key) < OFTEN:
            offer = dice.pick(OFFERS, "cares about", person.key)
            for number in range(dice.count(1, MOST, "signals", person.key)):
                yield _signal(person, offer.name, ends_at, dice, f"{person.key}-{number}")


def _signal(
    person: DemoPerson, interest: str, ends_at: datetime, dice: Dice, name: str
) -> DemoSignal:
    back = timedelta(days=DAYS) * dice.roll("signal at", name)
    return DemoSignal(
        dice.pick(SOURCES, "signal from", name),
        name,
        person.email,
        interest,
        dice.pick(tuple(SignalStrength), "signal strength", name),
        ends_at - back,
    )
