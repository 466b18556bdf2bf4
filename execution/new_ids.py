"""New ids: a type prefix and a ULID, so that ids of later moments sort after earlier ones.

A ULID is 48 bits of milliseconds and 80 others, in 26 digits of Crockford's base 32. Of ids of one
millisecond, all from one process, each follows the one before: they lie side by side in an index.
"""

import os
from datetime import datetime
from threading import Lock
from typing import Final

_DIGITS: Final = "0123456789abcdefghjkmnpqrstvwxyz"
_PAIRS: Final = tuple(f"{first}{second}" for first in _DIGITS for second in _DIGITS)
_BITS_OF_A_PAIR: Final = 10
_LAST: Final = len(_PAIRS) - 1
_COUNTED: Final = 3 * _BITS_OF_A_PAIR


def new_id(prefix: str, at: datetime) -> str:
    """An id nobody has, of this prefix and moment."""
    return f"{prefix}_{_ulids.next(at)}"


class _Ulids:
    """Draws 79 random bits when the moment is another one than before, and counts on from them."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._at: datetime | None = None
        self._beginning = ""
        self._count = 0

    def next(self, at: datetime) -> str:
        """A ULID that follows the one before if that was of the same moment."""
        with self._lock:
            if at == self._at:
                self._count += 1
            else:
                moment = round(at.timestamp() * 1_000)
                drawn = int.from_bytes(os.urandom(10), "big")
                self._at = at
                self._beginning = _base32(moment, pairs=5) + _base32(drawn >> _COUNTED, pairs=5)
                self._count = (drawn & (1 << _COUNTED) - 1) >> 1  # half of the numbers lie ahead
            count = self._count
            low, middle, high = count & _LAST, count >> 10 & _LAST, count >> 20 & _LAST
            return f"{self._beginning}{_PAIRS[high]}{_PAIRS[middle]}{_PAIRS[low]}"


def _base32(number: int, pairs: int) -> str:
    shifts = range((pairs - 1) * _BITS_OF_A_PAIR, -1, -_BITS_OF_A_PAIR)
    return "".join([_PAIRS[number >> shift & _LAST] for shift in shifts])


_ulids: Final = _Ulids()
