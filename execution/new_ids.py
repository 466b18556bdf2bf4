"""New ids: a type prefix and a ULID, so that ids of later moments sort after earlier ones."""

import os
from collections.abc import Callable
from datetime import datetime
from typing import Final

from ulid import ULID, base32, constants

_MOMENT: Final = slice(0, constants.TIMESTAMP_LEN)


def new_id(prefix: str, at: datetime) -> str:
    """An id nobody has, of this prefix and moment."""
    return f"{prefix}_{str(ULID.from_datetime(at)).lower()}"


def ids_of(at: datetime) -> Callable[[str], str]:
    """`new_id` for one moment, in no order within it: for whoever needs thousands at once."""
    moment = base32.encode_timestamp(ULID.from_datetime(at).bytes[_MOMENT]).lower()

    def another(prefix: str) -> str:
        randomness = base32.encode_randomness(os.urandom(constants.RANDOMNESS_LEN))
        return f"{prefix}_{moment}{randomness.lower()}"

    return another
