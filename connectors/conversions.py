"""From what stands in a cell to the value a field takes."""

import json
import math
import re
from collections.abc import Callable, Iterator, Set
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from decimal import Context, Decimal, DecimalException, Inexact
from fractions import Fraction
from types import MappingProxyType
from typing import Final, TypeVar

from connectors import json_values
from connectors.fields import Sort
from connectors.mappings import Reading

ISO: Final = "iso"
TRUE_TEXTS: Final = frozenset({"true", "t", "yes", "y", "1"})
FALSE_TEXTS: Final = frozenset({"false", "f", "no", "n", "0"})
NUMBER: Final = re.compile(r"[+-]?(\d{1,40}(\.\d{0,40})?|\.\d{1,40})([eE][+-]?\d{1,3})?", re.ASCII)
SHOWN_CHARACTERS: Final = 60
_FEW_DIGITS: Final = re.compile(r"\d{1,15}", re.ASCII)
_EXACTLY: Final = Context(prec=200, traps=[Inexact])

Value = str | float | int | bool | date | datetime | list[str] | list[float] | dict[str, object]
Stated = TypeVar("Stated", date, datetime)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Why a cell has no value of the sort its field takes."""

    reason: str


def convert(cell: object, reading: Reading) -> Value | Unreadable | None:
    """The value of one cell; None when the cell is empty or holds a text that means null.

    A cell is a text (CSV) or whatever a JSON value parses to, with decimals as `Decimal`.
    """
    if isinstance(cell, str):
        if reading.trim:
            cell = cell.strip()
        if not cell and cell not in reading.values:
            return None
        if reading.sort is Sort.TEXT and reading.is_plain:
            return None if cell in reading.nulls else cell
    text = _as_text(cell)
    if text is not None and text in reading.values:
        return convert_stated(reading.values[text], reading)
    if cell is None or text == "" or text in reading.nulls:
        return None
    if text is not None and reading.otherwise is not None:
        return convert_stated(reading.otherwise, reading)
    return _CONVERSIONS[reading.sort](cell, reading)


def convert_stated(value: object, reading: Reading) -> Value | Unreadable:
    """The value that the mapping itself states: a constant, or the target of a value map."""
    return _CONVERSIONS[reading.sort](value, reading)


def _as_text(cell: object) -> str | None:
    """How a value map and the texts that mean null see the cell; None for no scalar."""
    match cell:
        case bool():
            return "true" if cell else "false"
        case str() | int() | Decimal():
            return str(cell)
        case _:
            return None


def _text(cell: object, reading: Reading) -> str | Unreadable:
    if isinstance(cell, str):
        return cell
    if isinstance(cell, int | Decimal) and not isinstance(cell, bool):
        return str(cell)
    return _not_a(cell, "a text")


def _number(cell: object, reading: Reading) -> float | Unreadable:
    exact = _exact(cell, reading)
    if exact is None:
        return _not_a(cell, "a number")
    try:
        number = float(exact)
    except OverflowError:
        number = math.inf
    if math.isinf(number) or (exact and not number):
        return _not_a(cell, "a number of a size that can be kept")
    return number


def _whole(cell: object, reading: Reading) -> int | Unreadable:
    if isinstance(cell, str) and reading.multiply is None and _FEW_DIGITS.fullmatch(cell):
        return int(cell)
    exact = _exact(cell, reading)
    if exact is None or exact.as_integer_ratio()[1] != 1:
        return _not_a(cell, "a whole number")
    return exact.as_integer_ratio()[0]


def _exact(cell: object, reading: Reading) -> Decimal | Fraction | None:
    """The number as written, multiplied without rounding."""
    if isinstance(cell, bool) or not isinstance(cell, str | int | Decimal):
        return None
    written = str(cell).strip()
    if not NUMBER.fullmatch(written):
        return None
    if reading.multiply is None:
        return Decimal(written)
    try:
        return _EXACTLY.multiply(Decimal(written), reading.multiply)
    except DecimalException:
        return Fraction(written) * Fraction(reading.multiply)


def _yes_no(cell: object, reading: Reading) -> bool | Unreadable:
    if isinstance(cell, bool):
        return cell
    text = (_as_text(cell) or "").casefold()
    if text in TRUE_TEXTS or text in FALSE_TEXTS:
        return text in TRUE_TEXTS
    return _not_a(cell, "true or false")


def _date(cell: object, reading: Reading) -> date | Unreadable:
    days = {each.date() if isinstance(each, datetime) else each for each in _parsed(cell, reading)}
    return _the_one(cell, days) if days else _not_a(cell, f"a date ({_formats(reading)})")


def _moment(cell: object, reading: Reading) -> datetime | Unreadable:
    moments = {_in_zone(each, reading.time_zone) for each in _parsed(cell, reading)}
    return _the_one(cell, moments) if moments else _not_a(cell, f"a moment ({_formats(reading)})")


def _in_zone(stated: date | datetime, zone: tzinfo) -> datetime:
    if not isinstance(stated, datetime):
        return datetime(stated.year, stated.month, stated.day, tzinfo=zone)
    return stated if stated.tzinfo else stated.replace(tzinfo=zone)


def _parsed(cell: object, reading: Reading) -> Iterator[date | datetime]:
    """What the cell says by each of the forms that it fits."""
    if isinstance(cell, date):
        yield cell
    if not isinstance(cell, str):
        return
    for form in reading.dates or (ISO,):
        try:
            yield datetime.fromisoformat(cell) if form == ISO else datetime.strptime(cell, form)  # noqa: DTZ007
        except ValueError:
            continue


def _the_one(cell: object, read: Set[Stated]) -> Stated | Unreadable:
    """What all forms read; a day and a month that might be either are nobody's to choose."""
    if len(read) == 1:
        return next(iter(read))
    shown = " or ".join(sorted(each.isoformat() for each in read))
    return Unreadable(f"{_shown(cell)!r} may be {shown}")


def _formats(reading: Reading) -> str:
    forms = (("ISO 8601" if form == ISO else form) for form in reading.dates or (ISO,))
    return " or ".join(forms)


def _texts(cell: object, reading: Reading) -> list[str] | Unreadable:
    parts: object = cell.split(reading.separator) if isinstance(cell, str) else cell
    if not isinstance(parts, list):
        return _not_a(cell, "a list of texts")
    entries = [_text(entry, reading) for entry in parts]
    texts = [entry.strip() for entry in entries if isinstance(entry, str)]
    if len(texts) != len(entries):
        return _not_a(cell, "a list of texts")
    return [text for text in texts if text]


def _numbers(cell: object, reading: Reading) -> list[float] | Unreadable:
    entries: object = cell.split(reading.separator) if isinstance(cell, str) else cell
    if not isinstance(entries, list):
        return _not_a(cell, "a list of numbers")
    stated = [entry for entry in entries if not (isinstance(entry, str) and not entry.strip())]
    numbers = [_number(entry, reading) for entry in stated]
    read = [number for number in numbers if not isinstance(number, Unreadable)]
    return read if len(read) == len(numbers) else _not_a(cell, "a list of numbers")


def _object(cell: object, reading: Reading) -> dict[str, object] | Unreadable:
    try:
        parsed = json_values.parsed(cell) if isinstance(cell, str) else cell
        if isinstance(parsed, dict):
            return {str(name): _plain(value) for name, value in parsed.items()}
    except (ValueError, RecursionError):
        pass
    return _not_a(cell, "a JSON object")


def _plain(value: object) -> object:
    """The value with numbers as they are kept; ValueError if there is no such number."""
    match value:
        case Decimal():
            number = float(value)
            if math.isinf(number) or (value and not number):
                raise ValueError(f"{value} is of no size that can be kept")
            return number
        case dict():
            return {name: _plain(inner) for name, inner in value.items()}
        case list():
            return [_plain(inner) for inner in value]
        case _:
            return value


def _not_a(cell: object, wanted: str) -> Unreadable:
    shown = _shown(cell)
    if len(shown) > SHOWN_CHARACTERS:
        shown = f"{shown[:SHOWN_CHARACTERS]}..."
    return Unreadable(f"{shown!r} is not {wanted}")


def _shown(cell: object) -> str:
    if (text := _as_text(cell)) is not None:
        return text
    try:
        return json.dumps(cell, ensure_ascii=False, default=str)
    except RecursionError:
        return "..."


_CONVERSIONS: Final = MappingProxyType[Sort, Callable[[object, Reading], Value | Unreadable]](
    {
        Sort.TEXT: _text,
        Sort.NUMBER: _number,
        Sort.WHOLE: _whole,
        Sort.YES_NO: _yes_no,
        Sort.DATE: _date,
        Sort.MOMENT: _moment,
        Sort.TEXTS: _texts,
        Sort.NUMBERS: _numbers,
        Sort.OBJECT: _object,
        Sort.STATED: _text,
    }
)
