"""Score ranges: which raws give a score within bounds, so that a filter can ask for raws.

A score never falls as its raw grows, and both are kept at nine decimals: the raw at which a
score is reached is found exactly, by halving. Whatever is asked of a score, of a person's or of a
group's, in memory or of the database, is asked of the raws found here.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from domain.engagement import PLACES, score

_STEPS: Final = 10**PLACES
_KEPT: Final = 4_096


@dataclass(frozen=True, slots=True)
class RawRange:
    """Raws from `at_least` on and below `less_than`; None where there is no such bound."""

    at_least: float | None
    less_than: float | None


def raws(
    largest_raw: float,
    *,
    at_least: float | None = None,
    greater_than: float | None = None,
    at_most: float | None = None,
    less_than: float | None = None,
) -> RawRange | None:
    """The raws whose score against this reference lies within the bounds; None: no raw does."""
    lower = [
        *([] if at_least is None else [first_raw(largest_raw, at_least, or_equal=True)]),
        *([] if greater_than is None else [first_raw(largest_raw, greater_than, or_equal=False)]),
    ]
    upper = [
        *([] if less_than is None else [first_raw(largest_raw, less_than, or_equal=True)]),
        *([] if at_most is None else [first_raw(largest_raw, at_most, or_equal=False)]),
    ]
    reached = [raw for raw in lower if raw is not None]
    if len(reached) < len(lower):
        return None
    begins = max(reached, default=None)
    ends = min((raw for raw in upper if raw is not None), default=None)
    if ends is not None and ends <= (begins or 0):
        return None
    return RawRange(begins, ends)


@lru_cache(_KEPT)
def first_raw(largest_raw: float, bound: float, *, or_equal: bool) -> float | None:
    """The smallest raw whose score reaches the bound, or exceeds it; None: none does."""

    def reaches(steps: int) -> bool:
        found = score(steps / _STEPS, largest_raw)
        return found >= bound if or_equal else found > bound

    low, high = 0, int(largest_raw * _STEPS) + 1
    if reaches(low):
        return 0.0
    if not reaches(high):
        return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if reaches(middle) else (middle, high)
    return high / _STEPS
