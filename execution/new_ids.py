"""New ids: a type prefix and a ULID, so that ids of later moments sort after earlier ones.

A ULID is 48 bits of milliseconds and 80 random ones, in 26 digits of Crockford's base 32.
"""

from datetime import datetime

from ulid_transform import ulid_at_time


def new_id(prefix: str, at: datetime) -> str:
    """An id nobody has, of this prefix and moment."""
    return f"{prefix}_{ulid_at_time(at.timestamp()).lower()}"
