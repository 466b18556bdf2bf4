"""Reads mapping files (TOML; docs/importing.md is their reference).

Every mistake in one is found, and named, before a row of data is read.
"""

import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

from connectors.conversions import ISO, Unreadable, convert_stated
from connectors.fields import (
    FIELDS,
    NEEDED,
    TOLD,
    Kind,
    Sort,
    is_group,
    is_own_name,
    reference_of,
    sort_of,
)
from connectors.mappings import Field, FileMapping, MappingFault, Reading
from connectors.settings import FIELD_SETTINGS, FILE_SETTINGS, checked, choice, text, texts
from domain.fields import Refused
from domain.identities import OutsideKey, checked_key

STATED_SORTS: Final = {
    "text": Sort.TEXT,
    "number": Sort.NUMBER,
    "boolean": Sort.YES_NO,
    "date": Sort.DATE,
    "moment": Sort.MOMENT,
    "text_list": Sort.TEXTS,
    "number_list": Sort.NUMBERS,
}
FORMATS: Final = ("csv", "jsonl")
_MOMENT: Final = datetime(2021, 1, 1, tzinfo=UTC)
_PROBE: Final = "a,b"


def read(source: bytes) -> FileMapping | MappingFault:
    """The mapping that the bytes of a TOML file state, or everything that is wrong with it."""
    try:
        document = tomllib.loads(source.decode("utf-8-sig"), parse_float=Decimal)
    except UnicodeDecodeError as error:
        return MappingFault((f"it is not UTF-8 at byte {error.start + 1}",))
    except tomllib.TOMLDecodeError as error:
        return MappingFault((f"it is not TOML: {error}",))
    problems: list[str] = []
    mapping = _mapping(document, problems)
    return MappingFault(tuple(problems)) if problems or mapping is None else mapping


def _mapping(document: Mapping[str, object], problems: list[str]) -> FileMapping | None:
    settings = checked(document, FILE_SETTINGS, "", problems)
    kind = choice(settings, "kind", {kind.value: kind for kind in Kind}, "", problems)
    if kind is None or "fields" not in settings:
        problems.extend(f"{name} is missing" for name in ("kind", "fields") if name not in document)
        return None
    fields = tuple(_fields(kind, settings, problems))
    if not problems:
        problems.extend(_faults(kind, fields))
    return FileMapping(
        kind,
        fields,
        choice(settings, "format", {form: form for form in FORMATS}, "", problems),
        _encoding(settings, problems),
        _delimiter(settings, problems),
    )


def _fields(kind: Kind, settings: Mapping[str, object], problems: list[str]) -> Iterator[Field]:
    for path, stated in _flattened(kind, settings["fields"], ""):
        sort = sort_of(kind, path)
        if sort is None:
            known = ", ".join(FIELDS[kind])
            problems.append(f"{kind.value} have no field {path!r}; they have {known}")
            continue
        found = len(problems)
        own = checked(_as_table(stated), FIELD_SETTINGS, path, problems)
        if len(problems) == found and ("column" in own) == ("constant" in own):
            problems.append(f"{path} needs a column or a constant, and not both")
        reading = _reading(path, sort, {**_inherited(settings), **own}, problems)
        problems.extend(_unreadable(path, own, reading))
        if len(problems) == found:
            yield Field(path, reading, text(own.get("column")), own.get("constant"))


def _faults(kind: Kind, fields: Sequence[Field]) -> Iterator[str]:
    """What is wrong with the fields taken together."""
    if not fields:
        yield "[fields] maps no field"
        return
    paths = Counter(field.path for field in fields)
    yield from (f"{path} is mapped twice" for path, count in paths.items() if count > 1)
    references = Counter(filter(None, (reference_of(path) for path in paths)))
    for noun, count in references.items():
        if count > 1:
            yield f"{noun} is named in {count} ways; one way is needed"
    needed = list(NEEDED[kind])
    if any(path.startswith("account.") for path in paths):
        needed.append("account")
    for name in needed:
        if name not in paths and name not in references:
            yield f"{kind.value} need the field {name}"
    for path in (path for path in paths if "keys." in path):
        system = path.rpartition("keys.")[2]
        if isinstance(checked_key(OutsideKey(system, "id"), path), Refused):
            yield f"{path}: {system!r} cannot name a system"
    if kind not in TOLD and not any(map(is_own_name, paths)):
        yield f"{kind.value} need an outside key, such as keys.crm, to be found again"


def _unreadable(path: str, own: Mapping[str, object], reading: Reading) -> Iterator[str]:
    """What the mapping states itself must be readable as much as what a cell holds."""
    stated = {f"{path}.{name}": own[name] for name in ("constant", "otherwise") if name in own}
    stated |= {f"{path}.values.{text}": value for text, value in reading.values.items()}
    for place, value in stated.items():
        converted = convert_stated(value, reading)
        if isinstance(converted, Unreadable):
            yield f"{place}: {converted.reason}"


def _flattened(kind: Kind, table: object, prefix: str) -> Iterator[tuple[str, object]]:
    """The fields of nested tables by their whole path, such as `address.city`."""
    if not isinstance(table, dict):
        yield prefix.removesuffix("."), table
        return
    for name, stated in table.items():
        path = f"{prefix}{name}"
        if isinstance(stated, dict) and is_group(kind, path):
            yield from _flattened(kind, stated, f"{path}.")
        else:
            yield path, stated


def _as_table(stated: object) -> Mapping[str, object]:
    """A field stated by a bare value names its column."""
    return stated if isinstance(stated, dict) else {"column": stated}


def _inherited(settings: Mapping[str, object]) -> dict[str, object]:
    return {name: settings[name] for name in ("trim", "null", "time_zone") if name in settings}


def _reading(path: str, sort: Sort, stated: Mapping[str, object], problems: list[str]) -> Reading:
    if sort is Sort.STATED:
        sort = choice(stated, "type", STATED_SORTS, path, problems) or Sort.TEXT
    elif "type" in stated:
        problems.append(f"{path}.type: the type of {path} is known ({sort.value})")
    values = stated.get("values")
    return Reading(
        sort=sort,
        nulls=frozenset(texts(stated.get("null"))),
        trim=stated.get("trim") is not False,
        values=MappingProxyType(dict(values) if isinstance(values, dict) else {}),
        otherwise=stated.get("otherwise"),
        multiply=_factor(path, sort, stated, problems),
        dates=_dates(path, stated, problems),
        time_zone=_time_zone(stated, problems),
        separator=_separator(path, stated, problems),
    )


def _dates(path: str, stated: Mapping[str, object], problems: list[str]) -> tuple[str, ...]:
    """The forms of dates, each of which has to read back what it writes."""
    forms = texts(stated.get("dates"))
    if "dates" in stated and not forms:
        problems.append(f"{path}.dates names no form of dates")
    for form in forms:
        if form != ISO and not _is_form(form):
            problems.append(f"{path}.dates: {form!r} is no form of dates, such as '%d.%m.%Y'")
    return forms


def _is_form(form: str) -> bool:
    """Whether dates can be read by it; it has to say the year at least."""
    try:
        read = datetime.strptime(_MOMENT.strftime(form), form)  # noqa: DTZ007
    except (ValueError, re.error):
        return False
    return read.date() == _MOMENT.date()


def _separator(path: str, stated: Mapping[str, object], problems: list[str]) -> str:
    separator = text(stated.get("separator"))
    if separator == "":
        problems.append(f"{path}.separator must not be empty")
    return separator or ";"


def _factor(
    path: str, sort: Sort, stated: Mapping[str, object], problems: list[str]
) -> Decimal | None:
    factor = stated.get("multiply")
    if factor is None:
        return None
    if sort not in (Sort.NUMBER, Sort.WHOLE, Sort.NUMBERS):
        problems.append(f"{path}.multiply: {path} takes no number")
    try:
        exact = Decimal(str(factor))
    except ArithmeticError:
        exact = Decimal("nan")
    if not exact.is_finite():
        problems.append(f"{path}.multiply must be a number, not {factor!r}")
    return exact


def _time_zone(stated: Mapping[str, object], problems: list[str]) -> ZoneInfo:
    name = text(stated.get("time_zone")) or "UTC"
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, KeyError):
        problem = f"time_zone {name!r} is not known"
        if problem not in problems:
            problems.append(problem)
        return ZoneInfo("UTC")


def _encoding(settings: Mapping[str, object], problems: list[str]) -> str:
    name = text(settings.get("encoding"))
    if name is None:
        return "utf-8"
    try:
        _PROBE.encode(name, "surrogateescape").decode(name, "surrogateescape")
    except UnicodeError:
        problems.append(f"encoding {name!r} is not one that files can be read in")
    except (LookupError, ValueError):
        problems.append(f"encoding {name!r} is not known")
    return name


def _delimiter(settings: Mapping[str, object], problems: list[str]) -> str:
    delimiter = text(settings.get("delimiter"))
    if delimiter is None:
        return ","
    if len(delimiter) != 1 or delimiter in '"\r\n':
        problems.append("delimiter must be one character, and neither a quote nor a line end")
    return delimiter
