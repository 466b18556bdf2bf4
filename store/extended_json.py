"""Documents as lines of JSON in which every type of MongoDB survives.

It is Extended JSON: what JSON has no word for is an object with one key such as `$date`. Numbers
are plain: whole ones of 32 bits, and those with a point; `$numberLong` are the ones of 64 bits. A
stored object whose first key begins with `$` itself is written as `$object`, a list of its pairs.
"""

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

import orjson
from bson import Int64, json_util
from bson.codec_options import CodecOptions, TypeDecoder, TypeRegistry
from bson.json_util import CANONICAL_JSON_OPTIONS, JSONOptions

from store.driver import Document

_OPTIONS: Final[JSONOptions] = CANONICAL_JSON_OPTIONS.with_options(tz_aware=True, tzinfo=UTC)
_OPENING: Final = b'{"$'
_ESCAPED: Final = "$object"
_AS_THEY_ARE: Final = orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_SUBCLASS


class _NotFinite(str):
    """A number that JSON cannot write, by its name in Extended JSON."""

    __slots__ = ()


class _Floats(TypeDecoder):
    bson_type = float

    def transform_bson(self, value: float) -> object:
        return value if math.isfinite(value) else _NotFinite(_named(value))


EXACTLY: Final[CodecOptions[Document]] = CodecOptions(
    tz_aware=True, tzinfo=UTC, type_registry=TypeRegistry([_Floats()])
)
"""How documents are to be read that `encoded` is to write."""


def encoded(document: Document) -> bytes:
    """A document as JSON in one line; it was read with `EXACTLY`."""
    typed = _Typed()
    line = orjson.dumps(document, default=typed, option=_AS_THEY_ARE)
    # Within a string the quote would be escaped: these are the openings of objects only.
    if line.count(_OPENING) != typed.openings:
        line = orjson.dumps(_escaped(document), default=typed, option=_AS_THEY_ARE)
    return line


def decoded(value: Any) -> Any:
    """What was stored, from the JSON values of a line; ValueError when it is of no known type."""
    if isinstance(value, dict):
        first = next(iter(value), "")
        if first.startswith("$"):
            return _typed_value(first, value)
        return {key: decoded(each) for key, each in value.items()}
    if isinstance(value, list):
        return [decoded(each) for each in value]
    return value


class _Typed:
    """Writes what JSON has no word for, and counts the objects with `$` that this makes."""

    def __init__(self) -> None:
        self.openings = 0

    def __call__(self, value: object) -> object:
        written = self._written(value)
        self.openings += orjson.dumps(written).count(_OPENING)
        return written

    def _written(self, value: object) -> Any:
        if isinstance(value, datetime):
            moment = value.astimezone(UTC).isoformat(timespec="milliseconds")
            return {"$date": moment.removesuffix("+00:00") + "Z"}
        if isinstance(value, Int64):
            return {"$numberLong": str(int(value))}
        if isinstance(value, _NotFinite):
            return {"$numberDouble": str(value)}
        return json_util.default(value, _OPTIONS)


def _escaped(value: object) -> object:
    if isinstance(value, Mapping):
        parts = {key: _escaped(each) for key, each in value.items()}
        if next(iter(parts), "").startswith("$"):
            return {_ESCAPED: [[key, each] for key, each in parts.items()]}
        return parts
    if isinstance(value, list):
        return [_escaped(each) for each in value]
    return value


def _typed_value(name: str, value: dict[str, Any]) -> Any:
    try:
        match value:
            case {"$date": str(moment)} if len(value) == 1:
                return datetime.fromisoformat(moment)
            case {"$numberLong": str(number)} if len(value) == 1:
                return Int64(number)
            case {"$object": list(pairs)} if len(value) == 1:
                return {str(key): decoded(each) for key, each in pairs}
        read = json_util.object_hook(value, _OPTIONS)
    except Exception as error:  # the driver raises whatever its conversions raise
        raise ValueError(f"a value of the type {name} cannot be read") from error
    if isinstance(read, dict):
        raise ValueError(f"there is no type {name}")
    return read


def _named(value: float) -> str:
    if math.isnan(value):
        return "NaN"
    return "Infinity" if value > 0 else "-Infinity"
