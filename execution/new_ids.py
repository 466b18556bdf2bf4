"""New ids: a type prefix and a ULID, so that ids of later moments sort after earlier ones."""

from datetime import datetime

from ulid import ULID


def new_id(prefix: str, at: datetime) -> str:
    """An id nobody has, of this prefix and moment."""
    return f"{prefix}_{str(ULID.from_datetime(at)).lower()}"
