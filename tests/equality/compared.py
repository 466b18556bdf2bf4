"""Comparing: whether two answers to one operation are the same, as far as GraphQL says what is.

The data must be the same text, with keys in the same order. Errors have no order of their own, so
they are compared sorted. The specification leaves open which of several errors is told below a
position that became null because of them: what stands beside the first one may be cut off. So
errors are compared by region, a region being the outermost null position on an error's path:

- errors that lie in no region (they have no path) are the same in both;
- both tell errors of the same regions, at least one of each;
- in a region, what both tell of one path is the same in every respect, no path is told twice, and
  an error of the region's own position is told by both or by neither.

An error that is told of a position which is not null is a difference by itself.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson

Error = Mapping[str, Any]
Path = tuple[str | int, ...]
Body = Mapping[str, Any]


def difference(one: Body, other: Body) -> str | None:
    """What is not the same in two response maps; None when nothing is."""
    if one.keys() != other.keys():
        return f"members {list(one)} and {list(other)}"
    if "data" in one and _text(one["data"]) != _text(other["data"]):
        return f"data at {_first_place(one['data'], other['data'])}"
    data = one.get("data")
    sides = [_by_region(each.get("errors", ()), data) for each in (one, other)]
    for side in sides:
        if isinstance(side, str):
            return side
    here, there = sides
    assert isinstance(here, dict)
    assert isinstance(there, dict)
    return _of_errors(here, there)


def _of_errors(
    here: Mapping[Path | None, Sequence[Error]], there: Mapping[Path | None, Sequence[Error]]
) -> str | None:
    if here.keys() != there.keys():
        return f"errors of regions {list(here)} and {list(there)}"
    for region, errors in here.items():
        others = there[region]
        if region is None:
            if _sorted(errors) != _sorted(others):
                return "errors without a path"
            continue
        by_path, by_other = _by_path(errors), _by_path(others)
        if len(by_path) < len(errors) or len(by_other) < len(others):
            return f"an error told twice in {region}"
        if (region in by_path) != (region in by_other):
            return f"an error of {region} itself"
        for path in by_path.keys() & by_other.keys():
            if _text(by_path[path], is_sorted=True) != _text(by_other[path], is_sorted=True):
                return f"the error of {path}"
    return None


def _by_region(errors: Iterable[Error], data: Any) -> dict[Path | None, list[Error]] | str:
    found: dict[Path | None, list[Error]] = {}
    for error in errors:
        path = error.get("path")
        region = None if path is None else null_on(tuple(path), data)
        if path is not None and region is None:
            return f"an error of {path}, which is not null"
        found.setdefault(region, []).append(error)
    return found


def null_on(path: Path, data: Any) -> Path | None:
    """The outermost position on a path that is null; None when nothing on it is."""
    value = data
    for depth, step in enumerate(path):
        if value is None:
            return path[:depth]
        is_there = (
            isinstance(value, Mapping) and step in value
            if isinstance(step, str)
            else isinstance(value, list) and step < len(value)
        )
        if not is_there:
            return None
        value = value[step]
    return path if value is None else None


def _by_path(errors: Iterable[Error]) -> dict[Path, Error]:
    return {tuple(error["path"]): error for error in errors}


def _sorted(errors: Iterable[Error]) -> list[bytes]:
    return sorted(_text(error, is_sorted=True) for error in errors)


def _text(value: Any, *, is_sorted: bool = False) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS if is_sorted else None)


def _first_place(one: Any, other: Any, path: str = "data") -> str:
    """Where two values are not the same."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        if list(one) != list(other):
            return f"{path}: keys {list(one)} and {list(other)}"
        pairs: Iterable[tuple[Any, Any, Any]] = ((key, one[key], other[key]) for key in one)
    elif isinstance(one, list) and isinstance(other, list):
        if len(one) != len(other):
            return f"{path}: {len(one)} and {len(other)} rows"
        pairs = ((place, *each) for place, each in enumerate(zip(one, other, strict=True)))
    else:
        return f"{path}: {one!r} and {other!r}"
    for key, part, counterpart in pairs:
        if _text(part) != _text(counterpart):
            return _first_place(part, counterpart, f"{path}.{key}")
    return path
