"""The file to import: whether it can be used at all, and its rows one after the other."""

import codecs
import csv
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from connectors import csv_rows, json_lines
from connectors.lines import Line, Lines, Undecodable, undecodable
from connectors.mappings import FileMapping
from connectors.rows import BadRow, Row

JSON_SUFFIXES: Final = frozenset({".jsonl", ".ndjson", ".json"})
PACKED: Final = {
    b"\x1f\x8b": "it is compressed by gzip; unpack it first",
    b"BZh91AY": "it is compressed by bzip2; unpack it first",
    b"\xfd7zXZ\0": "it is compressed by xz; unpack it first",
    b"\x28\xb5\x2f\xfd": "it is compressed by zstd; unpack it first",
    b"PK\x03\x04": "it is a zip archive or a workbook; export the table as CSV",
    b"%PDF-": "it is a PDF",
}
MARKS: Final = {
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


@dataclass(frozen=True, slots=True)
class WrongEncoding:
    """The file is in another encoding than the mapping says: the first byte that shows it."""

    first: Undecodable
    marked: str | None = None

    @property
    def message(self) -> str:
        which = f'It begins as UTF-16 or UTF-32 does: state encoding = "{self.marked}"'
        other = 'State its encoding in the mapping file, such as encoding = "cp1252"'
        return (
            f"The file is in another encoding: {self.first.reason}. "
            f"{other if self.marked is None else which}."
        )


@dataclass(frozen=True, slots=True)
class MissingColumns:
    """The mapping reads columns that the file does not have."""

    missing: tuple[str, ...]
    present: tuple[str, ...]

    @property
    def message(self) -> str:
        return (
            f"The file has no column {_listed(self.missing)}. "
            f"Its columns are {_listed(self.present)}."
        )


@dataclass(frozen=True, slots=True)
class RepeatedColumns:
    """The mapping reads columns that the file has more than once."""

    repeated: tuple[str, ...]

    @property
    def message(self) -> str:
        return f"The file has more than one column {_listed(self.repeated)}."


@dataclass(frozen=True, slots=True)
class NoTable:
    """The file cannot be read as the table it should be."""

    reason: str

    @property
    def message(self) -> str:
        return f"The file cannot be read: {self.reason}."


TableFault = WrongEncoding | MissingColumns | RepeatedColumns | NoTable


def is_json(path: Path, mapping: FileMapping) -> bool:
    """Whether the file is JSON Lines: as the mapping says, else by the file's name."""
    if mapping.format is None:
        return path.suffix.lower() in JSON_SUFFIXES
    return mapping.format == "jsonl"


def check(path: Path, mapping: FileMapping) -> TableFault | None:
    """Why the file as a whole cannot be imported. Reads it once, from end to end."""
    try:
        with path.open("rb") as file:
            beginning = file.read(8)
        if packed := next(
            (why for mark, why in PACKED.items() if beginning.startswith(mark)), None
        ):
            return NoTable(packed)
        if undecoded := _wrong_encoding(path, mapping.encoding):
            marked = (name for mark, name in MARKS.items() if beginning.startswith(mark))
            return WrongEncoding(undecoded, next(marked, None))
        return (_check_json if is_json(path, mapping) else _check_header)(path, mapping)
    except OSError as error:
        return NoTable(error.strerror or str(error))


def rows(path: Path, mapping: FileMapping) -> Iterator[Row | BadRow]:
    """Every row of a file that `check` found usable."""
    if is_json(path, mapping):
        return json_lines.rows(path, mapping.encoding)
    return csv_rows.rows(path, mapping)


def _wrong_encoding(path: Path, encoding: str) -> Undecodable | None:
    """The first byte that shows that the file is in another one.

    A damaged line is no wrong encoding in a file that is otherwise right: when some other line
    goes beyond ASCII and can be decoded.
    """
    first: Undecodable | None = None
    is_right = False
    number = 0
    try:
        with Lines(path, encoding) as lines:
            for line in lines:
                number = line.number
                bad = undecodable(line, encoding)
                if number == 1 and (bad := bad or _nul(line, encoding)):
                    return bad
                first = first or bad
                is_right = is_right or (bad is None and not line.text.isascii())
    except UnicodeError:
        return Undecodable(number + 1, 1, None, encoding)
    return None if is_right else first


def _nul(line: Line, encoding: str) -> Undecodable | None:
    """A NUL in the header: what UTF-16 looks like from outside."""
    place = line.text.find("\0")
    return None if place < 0 else Undecodable(line.number, place + 1, 0, encoding)


def _check_json(path: Path, mapping: FileMapping) -> TableFault | None:
    reason = json_lines.check(path, mapping.encoding)
    return None if reason is None else NoTable(reason)


def _check_header(path: Path, mapping: FileMapping) -> TableFault | None:
    try:
        names = Counter(csv_rows.header(path, mapping))
    except csv.Error as error:
        return NoTable(f"its header is not CSV, {error}")
    if not names:
        return NoTable("it has no header line")
    if missing := tuple(column for column in mapping.columns if column not in names):
        return MissingColumns(missing, tuple(names))
    if repeated := tuple(column for column in mapping.columns if names[column] > 1):
        return RepeatedColumns(repeated)
    return None


def _listed(columns: tuple[str, ...]) -> str:
    return ", ".join(repr(column) for column in columns)
