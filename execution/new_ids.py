"""New ids: a type prefix and a ULID, so that ids of later moments sort after earlier ones.

A ULID is 48 bits of milliseconds and 80 others, in 26 digits of Crockford's base 32. Of ids of one
millisecond each follows the one before, so that what is made in one call keeps its order.
"""

import secrets
from datetime import datetime
from threading import Lock
from typing import Final

from ulid_transform import bytes_to_ulid

_DRAWN_BITS: Final = 80


def new_id(prefix: str, at: datetime) -> str:
    """An id nobody has, of this prefix and moment."""
    return f"{prefix}_{_numbers.next(round(at.timestamp() * 1_000))}"


class _Numbers:
    """Draws at random when the millisecond is another one than before, and counts on from that."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._millisecond = -1
        self._last = 0

    def next(self, millisecond: int) -> str:
        with self._lock:
            if millisecond == self._millisecond:
                self._last += 1
            else:
                self._millisecond = millisecond
                # The highest bit is left to counting, which never reaches the milliseconds.
                self._last = millisecond << _DRAWN_BITS | secrets.randbits(_DRAWN_BITS - 1)
            return bytes_to_ulid(self._last.to_bytes(16)).lower()


_numbers: Final = _Numbers()
