"""Attributes of activities: any JSON object, as long as it can be stored as it is."""

import json
import math
from collections.abc import Iterable, Mapping
from typing import Final

from domain.fields import flaw_of

LARGEST: Final = 8_192
"""In bytes, as JSON."""
DEEPEST: Final = 8

_WHOLE_NUMBERS: Final = range(-(2**63), 2**63)


def flaw_of_attributes(attributes: object) -> str | None:
    """Why the attributes of an activity cannot be stored, as the end of a sentence; None if so."""
    if not isinstance(attributes, Mapping):
        return "must be a JSON object"
    if (flaw := _flaw(attributes, 0)) is not None:
        return flaw
    size = len(json.dumps(attributes).encode())
    return f"must have at most {LARGEST} bytes as JSON, not {size}" if size > LARGEST else None


def _flaw(value: object, depth: int) -> str | None:
    if depth > DEEPEST:
        return f"must be nested at most {DEEPEST} deep"
    match value:
        case str():
            flaw = flaw_of(value, LARGEST)
            return flaw.reason if flaw else None
        case bool() | None:
            return None
        case int():
            return None if value in _WHOLE_NUMBERS else "must hold whole numbers of at most 64 bits"
        case float():
            return None if math.isfinite(value) else "must hold finite numbers"
        case Mapping():
            return _first_flaw((part for pair in value.items() for part in pair), depth)
        case list():
            return _first_flaw(value, depth)
        case _:
            return "must hold JSON only"


def _first_flaw(values: Iterable[object], depth: int) -> str | None:
    return next(filter(None, (_flaw(value, depth + 1) for value in values)), None)
