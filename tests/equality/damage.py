"""Damage: what a document may hold instead of what belongs there."""

import math
from copy import deepcopy
from datetime import UTC, datetime
from random import Random
from typing import Any, Final

from store.driver import Document

_KEPT: Final = ("_id", "tenant")
_TEXTS: Final = ("", "nothing", "Ünsure", "\U0001f9ea", "2026-05-04", "2026-05-04T12:00:00", "12")
_DANGLING: Final = ("per_0000000000000000000000none", "acc_gone", "role_0")
_NUMBERS: Final = (0, -1, 3, 0.5, 2**31, 2**53 + 1, -(2**40), 1e300, math.nan, math.inf)
_MOMENT: Final = datetime(1970, 1, 1, tzinfo=UTC)
_OTHERS: Final[tuple[Any, ...]] = (
    True,
    False,
    _MOMENT,
    [],
    {},
    {"a": 1},
    [None],
    ["x", 1],
    b"\x00",
)
_MANY: Final = 30


def spoilt(document: Document, random: Random) -> Document:
    """The document with some of its values gone, altered or of another kind; it keeps its id."""
    spoilt = deepcopy(document)
    for _ in range(random.choice((1, 2, 4, 8))):
        places = list(_places(spoilt))
        if places:
            holder, step = random.choice(places)
            _spoil(holder, step, random)
    return spoilt


def _places(value: Any, depth: int = 0) -> list[tuple[Any, Any]]:
    """Everything in a document that can be spoilt, as its holder and its name or place there."""
    steps: list[Any]
    if isinstance(value, dict):
        steps = [name for name in value if depth or name not in _KEPT]
    elif isinstance(value, list):
        steps = list(range(len(value)))
    else:
        return []
    found = [(value, step) for step in steps]
    for step in steps:
        found += _places(value[step], depth + 1)
    return found


def _spoil(holder: Any, step: Any, random: Random) -> None:
    value = holder[step]
    match random.choice(("gone", "gone", "null", "null", "text", "dangling", "number", "other")):
        case "gone":
            del holder[step]
        case "null":
            holder[step] = None
        case "text":
            holder[step] = random.choice(_TEXTS)
        case "dangling":
            holder[step] = random.choice(_DANGLING) if isinstance(value, str) else [None]
        case "number":
            holder[step] = random.choice(_NUMBERS)
        case _ if isinstance(value, list) and value:
            holder[step] = [deepcopy(random.choice(value)) for _ in range(_MANY)]
        case _:
            holder[step] = deepcopy(random.choice(_OTHERS))
