"""Shapes of what a configuration file holds: what is read, and every fault with its path.

A reader is given a value as YAML or JSON has it, and gives it back in the one form that is
compared, written and applied. What it cannot read it notes, and goes on.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Any, Final, TypeAlias

from domain.condition_documents import read_document, to_document
from domain.conditions import ConditionFault, inside


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with a file: the place in it, and the reason."""

    path: str
    reason: str


Read: TypeAlias = Callable[[object, str, list[Fault]], Any]


class Required(Enum):
    """Nothing stands for a part that is left out."""

    IS = "required"


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a record: how it is read, and what it is when it is left out."""

    read: Read
    otherwise: Any = Required.IS


def text(given: object, path: str, faults: list[Fault]) -> str:
    """A text that is not blank."""
    if isinstance(given, str) and given.strip():
        return given
    faults.append(Fault(path, "must be a text that is not blank"))
    return ""


def free_text(given: object, path: str, faults: list[Fault]) -> str:
    """A text, be it blank."""
    if isinstance(given, str):
        return given
    faults.append(Fault(path, "must be a text"))
    return ""


def truth(given: object, path: str, faults: list[Fault]) -> bool:
    """A truth value."""
    if not isinstance(given, bool):
        faults.append(Fault(path, "must be true or false"))
    return given is True


def whole(given: object, path: str, faults: list[Fault]) -> int:
    """A whole number."""
    if isinstance(given, int) and not isinstance(given, bool):
        return given
    faults.append(Fault(path, "must be a whole number"))
    return 0


def value(given: object, path: str, faults: list[Fault]) -> Any:
    """A value of a field: a text, number, truth value or day, or a list of texts or numbers."""
    if isinstance(given, date):
        return given.isoformat()
    if isinstance(given, str | int | float | list):
        return given
    faults.append(Fault(path, "must be a value"))
    return ""


def condition(given: object, path: str, faults: list[Fault]) -> dict[str, Any]:
    """A condition as `condition_documents` writes it."""
    if not isinstance(given, Mapping):
        faults.append(Fault(path, "must be a condition: all, any, not or a test"))
        return {}
    read = read_document(given)
    if isinstance(read, ConditionFault):
        faults.append(Fault(inside(path, read.path), read.reason))
        return {}
    return to_document(read)


def attribute_values(given: object, path: str, faults: list[Fault]) -> dict[str, Any]:
    """An attribute with the values of which one is had, as a persona has them."""
    if not isinstance(given, Mapping) or set(given) - {"attribute", "key", "values"}:
        faults.append(Fault(path, "must be an attribute with its values"))
        return {}
    test = {name: given[name] for name in ("attribute", "key") if name in given}
    values = given.get("values")
    if not isinstance(values, list):
        faults.append(Fault(inside(path, "values"), "must be a list"))
        return {}
    own: list[Fault] = []
    made = condition({"test": {**test, "operator": "is_any_of", "value": values}}, "", own)
    faults += [
        Fault(inside(path, fault.path.removeprefix("test").lstrip(".")), fault.reason)
        for fault in own
    ]
    return {**test, "values": made["test"]["value"]} if made else {}


def one_of(*words: str) -> Read:
    """Reads one of these words."""

    def read(given: object, path: str, faults: list[Fault]) -> str:
        if isinstance(given, str) and given in words:
            return given
        faults.append(Fault(path, f"must be one of: {', '.join(words)}"))
        return words[0]

    return read


def or_nothing(read: Read) -> Read:
    """Reads null too."""
    return lambda given, path, faults: None if given is None else read(given, path, faults)


def listed(read: Read) -> Read:
    """Reads a list."""

    def reading(given: object, path: str, faults: list[Fault]) -> list[Any]:
        if not isinstance(given, list):
            faults.append(Fault(path, "must be a list"))
            return []
        return [read(each, f"{path}[{place}]", faults) for place, each in enumerate(given)]

    return reading


def record(parts: Mapping[str, Part]) -> Read:
    """Reads a mapping of exactly these parts."""

    def reading(given: object, path: str, faults: list[Fault]) -> dict[str, Any]:
        if not isinstance(given, Mapping):
            faults.append(Fault(path, "must be a mapping"))
            return dict.fromkeys(parts)
        faults += _unknown(given, parts, path)
        return {name: _part(given, name, part, path, faults) for name, part in parts.items()}

    return reading


def _part(
    given: Mapping[Any, Any], name: str, part: Part, path: str, faults: list[Fault]
) -> object:
    if name in given:
        return part.read(given[name], inside(path, name), faults)
    if part.otherwise is Required.IS:
        faults.append(Fault(inside(path, name), "is required"))
        return None
    return part.otherwise


def _unknown(given: Mapping[Any, Any], known: Collection[str], path: str) -> list[Fault]:
    names = ", ".join(known)
    return [
        Fault(inside(path, str(name)[:80]), f"is none of: {names}")
        for name in given
        if name not in known
    ]


NOTHING: Final = or_nothing(text)
