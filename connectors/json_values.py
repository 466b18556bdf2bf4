"""JSON taken strictly: what says one thing twice, or names no number, is no value."""

import json
from decimal import Decimal


def parsed(text: str) -> object:
    """The value of a JSON text, decimals as `Decimal`.

    Raises ValueError also for a name that an object has twice and for NaN and the infinities, and
    RecursionError for a text that is nested too deeply.
    """
    return json.loads(
        text, parse_float=Decimal, parse_constant=_no_constant, object_pairs_hook=_object
    )


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is no JSON value")


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    whole = dict(pairs)
    if len(whole) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the name {twice!r} stands twice in one object")
    return whole
