"""Decay: how much less an act counts the longer ago its day is, as a factor for every day.

Factors have six decimals, so that sums of weighted counts are exact and come to at most fifteen
digits: whoever adds them up gets the same.
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal
from enum import Enum
from typing import Final

from domain.fields import Refused

PLACES: Final = 6
LONGEST_HALF_LIFE_DAYS: Final = 365
_LAST_PLACE: Final = Decimal(1).scaleb(-PLACES)
_EXACT: Final = Context(prec=50)


class DecayKind(Enum):
    """How the factor falls: not at all, evenly, or by half every so many days."""

    NONE = "none"
    LINEAR = "linear"
    HALF_LIFE = "half_life"


@dataclass(frozen=True, slots=True)
class Decay:
    """The decay of a model version; `half_life_days` with the kind that is named after it."""

    kind: DecayKind = DecayKind.NONE
    half_life_days: int | None = None


NO_DECAY: Final = Decay()


def factor(decay: Decay, days_ago: int, window_days: int) -> Decimal:
    """What an act of so many days ago counts, 1 for today; 0 from the window's end on if linear."""
    if decay.kind is DecayKind.LINEAR:
        exact = _EXACT.divide(Decimal(max(0, window_days - days_ago)), Decimal(window_days))
    elif decay.kind is DecayKind.HALF_LIFE and decay.half_life_days:
        lives = _EXACT.divide(Decimal(days_ago), Decimal(decay.half_life_days))
        exact = _EXACT.power(Decimal(2), -lives)
    else:
        return Decimal(1)
    return exact.quantize(_LAST_PLACE, ROUND_HALF_EVEN)


def check(decay: Decay) -> Refused | None:
    """Why a model cannot decay so; None when it can."""
    days = decay.half_life_days
    if decay.kind is not DecayKind.HALF_LIFE:
        return Refused("halfLifeDays", "is for HALF_LIFE alone") if days is not None else None
    if days is None:
        return Refused("halfLifeDays", "is required with HALF_LIFE")
    if not 1 <= days <= LONGEST_HALF_LIFE_DAYS:
        reason = f"must be between 1 and {LONGEST_HALF_LIFE_DAYS}, not {days}"
        return Refused("halfLifeDays", reason)
    return None
