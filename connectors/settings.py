"""The settings of a mapping file as they stand in its tables: known ones, of the right type."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final, TypeVar

FILE_SETTINGS: Final[Mapping[str, tuple[type, ...]]] = {
    "kind": (str,),
    "format": (str,),
    "encoding": (str,),
    "delimiter": (str,),
    "trim": (bool,),
    "null": (str, list),
    "time_zone": (str,),
    "fields": (dict,),
}
FIELD_SETTINGS: Final[Mapping[str, tuple[type, ...]]] = {
    "column": (str,),
    "constant": (object,),
    "type": (str,),
    "values": (dict,),
    "otherwise": (object,),
    "multiply": (str, int, Decimal),
    "dates": (str, list),
    "time_zone": (str,),
    "separator": (str,),
    "null": (str, list),
    "trim": (bool,),
}
IN_WORDS: Final = {
    (str,): "a text",
    (bool,): "true or false",
    (dict,): "a table",
    (str, list): "a text or a list of texts",
    (str, int, Decimal): "a number",
}
Option = TypeVar("Option")


def checked(
    table: Mapping[str, object],
    known: Mapping[str, tuple[type, ...]],
    path: str,
    problems: list[str],
) -> dict[str, object]:
    """The settings of the table that are known and of the right type; the others are problems."""
    place = f"{path}." if path else ""
    right: dict[str, object] = {}
    for name, value in table.items():
        if name not in known:
            problems.append(f"{place}{name} is unknown; known are {', '.join(known)}")
        elif not _is_one_of(value, known[name]):
            problems.append(f"{place}{name} must be {IN_WORDS[known[name]]}")
        else:
            right[name] = value
    return right


def _is_one_of(value: object, types: tuple[type, ...]) -> bool:
    if isinstance(value, bool):
        return bool in types or object in types
    if isinstance(value, list) and object not in types:
        return list in types and all(isinstance(entry, str) for entry in value)
    return isinstance(value, types)


def choice(
    stated: Mapping[str, object],
    name: str,
    options: Mapping[str, Option],
    path: str,
    problems: list[str],
) -> Option | None:
    """The option that the setting names; None when there is no such setting, or option."""
    value = stated.get(name)
    if isinstance(value, str) and value not in options:
        place = f"{path}." if path else ""
        problems.append(f"{place}{name} must be one of {', '.join(options)}, not {value!r}")
    return options.get(value) if isinstance(value, str) else None


def texts(stated: object) -> tuple[str, ...]:
    """A single text stands for a list of one."""
    if isinstance(stated, list):
        return tuple(str(text) for text in stated)
    return () if stated is None else (str(stated),)


def text(stated: object) -> str | None:
    """The setting if it is a text; what is none has been named as a problem."""
    return stated if isinstance(stated, str) else None
