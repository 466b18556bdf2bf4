"""Fields of records: what each accepts, and how a record differs from what is said about it.

A reader turns a given value into the stored one, or says why it cannot.
"""

import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any, Final, TypeAlias

NAME_LENGTH: Final = 255
TEXT_LENGTH: Final = 1_000
EMAIL_LENGTH: Final = 254
LARGEST_WHOLE: Final = 2**31 - 1

Value: TypeAlias = (
    str | bool | int | float | datetime | list[str] | list[float] | list[dict[str, Any]] | None
)
Record: TypeAlias = Mapping[str, Any]
"""A record as it is stored: one level of nesting below its top."""

_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_LABEL: Final = r"[^\W_](?:(?:[^\W_]|-){0,61}[^\W_])?"
_EMAIL: Final = re.compile(rf'[^\s@<>()\[\],;:"\\]{{1,64}}@(?:{_LABEL}\.)+{_LABEL}')


@dataclass(frozen=True, slots=True)
class Unfit:
    """A value cannot be stored; the reason continues a sentence about it."""

    reason: str


@dataclass(frozen=True, slots=True)
class Refused:
    """An item cannot be accepted: the field, as a client writes it, and the reason."""

    field: str
    reason: str


Reader: TypeAlias = Callable[[object], Value | Unfit]


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a kind of record: where it is stored, how it is read, what clearing leaves.

    What is personal is kept apart in events, so that it can be taken out of history.
    """

    path: str
    read: Reader
    shown: str = ""
    is_required: bool = False
    empty: Value = None
    is_personal: bool = False

    @property
    def name(self) -> str:
        """The field as a client writes it."""
        return self.shown or camel(self.path)


def camel(path: str) -> str:
    """A stored path in the spelling of the API: `address.postal_code`, `address.postalCode`."""
    return re.sub(r"_(\w)", lambda match: match[1].upper(), path)


def table(*fields: Field) -> Mapping[str, Field]:
    """Fields by their paths."""
    return {field.path: field for field in fields}


def checked(fields: Mapping[str, Field], given: Mapping[str, object]) -> dict[str, Value] | Refused:
    """The given fields as they are stored; null clears a field, unless it is required."""
    values: dict[str, Value] = {}
    for path, raw in given.items():
        field = fields.get(path)
        if field is None:
            return Refused(_unknown(path), "is no field that is known here")
        value = None if raw is None else field.read(raw)
        if type(value) is Unfit:
            return Refused(field.name, value.reason)
        if value is None:
            if field.is_required:
                return Refused(field.name, "is required and cannot be empty")
            value = field.empty
        values[path] = value  # type: ignore[assignment] # mypy keeps `Unfit` after `type() is`
    return values


def spread(
    given: Mapping[str, object], whole: str, paths: Iterable[str]
) -> Mapping[str, object] | Refused:
    """What is given, with a group of fields that is given as a whole spelled out field by field.

    A null for the whole is a null for each field that is not given by itself.
    """
    if whole not in given:
        return given
    group = given[whole]
    rest = {path: value for path, value in given.items() if path != whole}
    if group is None:
        return dict.fromkeys(paths) | rest
    if not isinstance(group, Mapping):
        return Refused(_unknown(whole), "must be an object of values by key")
    return {f"{whole}.{key}": value for key, value in group.items()} | rest


def _unknown(path: str) -> str:
    """A path that is not in the table, as a client writes it."""
    whole, _, key = path.partition(".")
    if whole == "custom":
        return f"customFields.{key}" if key else "customFields"
    return camel(path)


def stored(record: Record, path: str) -> Any:
    """The value at a path of one or two names; None where it is missing."""
    if "." not in path:
        return record.get(path)
    name, _, inner = path.partition(".")
    part = record.get(name)
    return part.get(inner) if part else None


def put(record: dict[str, Any], path: str, value: object) -> None:
    """Set the value at a path, in a record whose nested parts are its own."""
    if "." not in path:
        record[path] = value
        return
    name, _, inner = path.partition(".")
    if vanishes(path, value):
        record[name].pop(inner, None)
    else:
        record[name][inner] = value


def vanishes(path: str, value: object) -> bool:
    """Whether setting that value takes the path out of the record."""
    return value is None and path.startswith(("keys.", "custom."))


def differing(record: Record, values: Mapping[str, Value]) -> dict[str, Value]:
    """Those of the values that are not what the record holds already."""
    return {path: value for path, value in values.items() if stored(record, path) != value}


def text(limit: int = TEXT_LENGTH) -> Reader:
    """Reads a text of at most so many characters; a text of blanks is read as nothing."""

    def read(value: object) -> Value | Unfit:
        if not isinstance(value, str):
            return Unfit("must be a text")
        if (flaw := flaw_of(value, limit)) is not None:
            return flaw
        return None if not value or value.isspace() else value

    return read


def flaw_of(value: str, limit: int) -> Unfit | None:
    """Why a text cannot be stored: too long, or with characters that no store takes."""
    if len(value) > limit:
        return Unfit(f"is longer than {limit} characters")
    if "\0" in value:
        return Unfit("contains the character NUL")
    if not value.isascii() and any("\ud800" <= character <= "\udfff" for character in value):
        return Unfit("contains half a surrogate pair")
    return None


def email(value: object) -> Value | Unfit:
    """Reads an e-mail address, without the blanks around it.

    Its shape is checked, not whether it exists: up to 64 characters without blanks, quotes,
    brackets, commas, colons and semicolons, one @, and a domain of at least two labels of
    letters, digits and inner hyphens; 254 characters in all.
    """
    if not isinstance(value, str):
        return Unfit("must be a text")
    address = value.strip()
    if not address:
        return None
    if (flaw := flaw_of(address, EMAIL_LENGTH)) is not None:
        return flaw
    return address if _EMAIL.fullmatch(address) else Unfit("is not an e-mail address")


def number(*, minimum: float | None = None) -> Reader:
    """Reads a finite number, not below the minimum."""

    def read(value: object) -> Value | Unfit:
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return Unfit("must be a number")
        try:
            figure = float(value)
        except OverflowError:
            return Unfit("is too large")
        if not math.isfinite(figure):
            return Unfit("must be a finite number")
        if minimum is not None and figure < minimum:
            return Unfit(f"must be at least {minimum:g}")
        return figure

    return read


def whole(value: object) -> Value | Unfit:
    """Reads a whole number from 0 to 2,147,483,647."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        return Unfit("must be a whole number")
    if not 0 <= value <= LARGEST_WHOLE:
        return Unfit(f"must be from 0 to {LARGEST_WHOLE}")
    return value


def boolean(value: object) -> Value | Unfit:
    """Reads true or false."""
    return value if isinstance(value, bool) else Unfit("must be true or false")


def day(value: object) -> Value | Unfit:
    """Reads a calendar day, also as `2026-05-04`; it is stored as its midnight in UTC."""
    if isinstance(value, str) and _DAY.fullmatch(value):
        try:
            value = date.fromisoformat(value)
        except ValueError:
            return Unfit("is no day of the calendar")
    if isinstance(value, datetime) or not isinstance(value, date):
        return Unfit("must be a date such as 2026-05-04")
    return datetime.combine(value, time(), UTC)


def texts(count: int, limit: int = NAME_LENGTH) -> Reader:
    """Reads a list of at most so many texts that are not blank; a repeated one counts once."""
    read_text = text(limit)

    def read(values: object) -> Value | Unfit:
        if not isinstance(values, (list, tuple)):
            return Unfit("must be a list of texts")
        if len(values) > count:
            return Unfit(f"has more than {count} entries")
        kept: list[str] = []
        for value in values:
            entry = read_text(value)
            if isinstance(entry, Unfit):
                return Unfit(f"has an entry that {entry.reason}")
            if not isinstance(entry, str):
                return Unfit("has a blank entry")
            kept.append(entry)
        return list(dict.fromkeys(kept))

    return read


def numbers(count: int) -> Reader:
    """Reads a list of at most so many finite numbers."""
    read_number = number()

    def read(values: object) -> Value | Unfit:
        if not isinstance(values, (list, tuple)):
            return Unfit("must be a list of numbers")
        if len(values) > count:
            return Unfit(f"has more than {count} entries")
        kept: list[float] = []
        for value in values:
            entry = read_number(value)
            if not isinstance(entry, float):
                return Unfit("has an entry that is no finite number")
            kept.append(entry)
        return kept

    return read
