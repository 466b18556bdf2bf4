"""Limits of a filter: how many values a list of it holds, how long and plain its texts are.

Nor may a range of it end before it begins.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from strawberry.types import has_object_definition
from strawberry.types.unset import UNSET

from execution.refusals import CodedError, bad_request
from execution.selections import definition_of, fields_of

VALUES: Final = 1_000
CHARACTERS: Final = 1_000
LOWER_ENDS: Final = ("atLeast", "greaterThan", "since")
UPPER_ENDS: Final = ("atMost", "lessThan", "before", "until")

_NOT_PLAIN: Final = re.compile("[\0\ud800-\udfff]")


def check(filter: object) -> CodedError | None:
    """Why a filter asks for too much, or for what cannot be, naming the field; None if it may.

    Inputs that take one of several members are conditions: their own rules bound them.
    """
    waiting: list[tuple[str, object]] = [("filter", filter)]
    while waiting:
        path, value = waiting.pop()
        if isinstance(value, list):
            if len(value) > VALUES:
                return bad_request(path, f"holds at most {VALUES:,} values, not {len(value):,}.")
            waiting += [(f"{path}[{place}]", each) for place, each in enumerate(value)]
        elif isinstance(value, str):
            if len(value) > CHARACTERS:
                return bad_request(path, f"has at most {CHARACTERS:,} characters.")
            if _NOT_PLAIN.search(value):
                return bad_request(path, "holds a NUL or half a surrogate pair.")
        else:
            parts = dict(_parts(value))
            if ends := _upside_down(parts):
                return bad_request(path, "ends before it begins: {} is above {}.".format(*ends))
            waiting += [(f"{path}.{name}", part) for name, part in parts.items()]
    return None


def _upside_down(parts: Mapping[str, Any]) -> tuple[str, str] | None:
    """The lower and the upper end of a range that no value can lie in, whatever it is of."""
    for lower in LOWER_ENDS:
        if parts.get(lower) is None:
            continue
        for upper in UPPER_ENDS:
            low, high = parts.get(lower), parts.get(upper)
            if low is not None and high is not None and low > high:
                return lower, upper
    return None


def _parts(value: Any) -> Iterator[tuple[str, object]]:
    """The fields of an input by their GraphQL names; none of anything else."""
    kind = type(value)
    if has_object_definition(kind) and not definition_of(kind).is_one_of:
        for name, field in fields_of(kind).items():
            part = getattr(value, field.python_name)
            if part is not None and part is not UNSET:
                yield name, part
