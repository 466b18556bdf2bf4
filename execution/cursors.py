"""Cursors: a row's place in a list, opaque, and bound to the list's filter and order."""

import base64
import dataclasses
import hashlib
import json
import math
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import Enum
from typing import Any, Final

from execution.refusals import bad_cursor
from store.reading import Key, Place

_LONGEST: Final = 4_096
_LARGEST_WHOLE_NUMBER: Final = 2**63 - 1
_MOMENT: Final = "at"


def fingerprint(*parts: object) -> str:
    """A short text that is the same for the same list, filter and order only."""
    text = json.dumps([_plain(part) for part in parts], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def encode(place: Place, list_fingerprint: str) -> str:
    """The cursor of a place in a list."""
    value = {_MOMENT: place.value.isoformat()} if isinstance(place.value, datetime) else place.value
    text = json.dumps([list_fingerprint, value, place.id], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode(cursor: str, list_fingerprint: str) -> Place:
    """The place a cursor stands for; anything but a cursor of this very list is refused."""
    try:
        if len(cursor) > _LONGEST:
            raise ValueError("too long")
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), b"-_", validate=True)
        found, value, id = json.loads(text)
        if found != list_fingerprint or not isinstance(id, str):
            raise ValueError("of another list")
        id.encode()
        return Place(_key(value), id)
    except (ValueError, TypeError, RecursionError):
        raise bad_cursor() from None


def _key(value: object) -> Key:
    match value:
        case None | str():
            (value or "").encode()
            return value
        case bool():
            raise ValueError("a truth value orders nothing")
        case int() if abs(value) <= _LARGEST_WHOLE_NUMBER:
            return value
        case float() if math.isfinite(value):
            return value
        case {"at": str(moment)}:
            return datetime.fromisoformat(moment).astimezone(UTC)
        case _:
            raise ValueError("no sort key")


def _plain(value: object) -> Any:
    """A value of an argument in JSON's words; the same value always gives the same words."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {
            field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)
        }
    if isinstance(value, Enum):
        return value.name
    if isinstance(value, Mapping):
        return {str(name): _plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    if isinstance(value, str | int | float | bool | None):
        return value
    return str(value)
