"""The rows of a CSV file, taken apart strictly, with the lines each one stands on.

Where a quote is opened and no other follows that could close it, only its line is given up.
"""

import csv
from collections.abc import Generator, Iterator
from pathlib import Path

from connectors.lines import LONGEST, TOO_LONG, Line, Lines, undecodable
from connectors.mappings import FileMapping
from connectors.rows import BadRow, Row

NEVER_CLOSED = "a quote is opened and never closed"


def header(path: Path, mapping: FileMapping) -> list[str]:
    """The names of the columns; none when the file is empty. Raises csv.Error."""
    return _header(path, mapping)[0]


def rows(path: Path, mapping: FileMapping) -> Iterator[Row | BadRow]:
    """Every row behind the header that is not blank. Raises csv.Error if the header is no CSV."""
    names, last = _header(path, mapping)
    again: int | None = last
    while again is not None:
        again = yield from _rows_after(again, path, mapping, names)


def _header(path: Path, mapping: FileMapping) -> tuple[list[str], int]:
    """The names of the columns, and the last line that the header takes."""
    with Lines(path, mapping.encoding) as lines:
        feed = _Feed(lines)
        try:
            names = next(_reader(feed, mapping), [])
        except _TooLongError as error:
            raise csv.Error(TOO_LONG) from error
        return [name.strip() for name in names], len(feed.record)


def _rows_after(
    after: int, path: Path, mapping: FileMapping, names: list[str]
) -> Generator[Row | BadRow, None, int | None]:
    """The rows behind a line; returns the line behind which to start again, if there is one."""
    with Lines(path, mapping.encoding, after=after) as lines:
        feed = _Feed(lines)
        reader = _reader(feed, mapping)
        while (cells := _next(reader, feed)) is not None:
            if cells == NEVER_CLOSED:
                first = feed.record[0]
                yield BadRow(first.number, NEVER_CLOSED, _raw([first]), lines.bytes_read)
                return first.number
            if isinstance(cells, str) or len(cells) > 1 or _raw(feed.record).strip():
                yield _row(cells, feed.record, names, mapping.encoding, lines.bytes_read)
        return None


def _next(reader: Iterator[list[str]], feed: "_Feed") -> list[str] | str | None:
    """The cells of the next row, or why it has none; None at the end of the file."""
    feed.begin()
    try:
        return next(reader)
    except StopIteration:
        return None
    except _TooLongError:
        feed.skip_record()
        return NEVER_CLOSED if feed.has_ended else TOO_LONG
    except csv.Error as error:
        return NEVER_CLOSED if feed.has_ended else f"the row is not CSV: {error}"


def _row(
    cells: list[str] | str, record: list[Line], names: list[str], encoding: str, bytes_read: int
) -> Row | BadRow:
    line, raw = record[0].number, _raw(record)
    if isinstance(cells, str):
        return BadRow(line, cells, raw, bytes_read)
    if not raw.isascii():
        bad = next(filter(None, (undecodable(part, encoding) for part in record)), None)
        if bad is not None:
            return BadRow(line, bad.reason, raw, bytes_read)
    if len(cells) != len(names):
        reason = f"the row has {_cells(len(cells))}, the header {len(names)}"
        return BadRow(line, reason, raw, bytes_read)
    return Row(line, dict(zip(names, cells, strict=True)), raw, bytes_read)


def _cells(count: int) -> str:
    return "1 cell" if count == 1 else f"{count:,} cells"


def _raw(record: list[Line]) -> str:
    if len(record) == 1:
        return record[0].text.rstrip("\r\n")
    return "".join(line.text for line in record).rstrip("\r\n")


def _reader(feed: "_Feed", mapping: FileMapping) -> Iterator[list[str]]:
    csv.field_size_limit(4 * LONGEST)  # the feed's own limit is the one that acts
    return csv.reader(feed, delimiter=mapping.delimiter, strict=True)


class _TooLongError(Exception):
    """The row under way is longer than is kept."""


class _Feed:
    """Hands lines to the CSV reader and remembers those of the row under way."""

    def __init__(self, lines: Lines) -> None:
        self._lines = iter(lines)
        self._length = 0
        self.record: list[Line] = []
        self.has_ended = False

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = next(self._lines, None)
        if line is None:
            self.has_ended = True
            raise StopIteration
        self.record.append(line)
        self._length += len(line.text)
        if line.is_cut or self._length > LONGEST:
            raise _TooLongError
        return line.text

    def begin(self) -> None:
        """A new row begins with the next line."""
        self.record = []
        self._length = 0

    def skip_record(self) -> None:
        """Pass over the rest of a row that is given up: the lines until its quote is closed."""
        is_inside = len(self.record) > 1
        while is_inside:
            line = next(self._lines, None)
            self.has_ended = line is None
            is_inside = line is not None and not _closes_quote(line.text)


def _closes_quote(text: str) -> bool:
    """Whether a quote that is open where the line begins is closed on it: no more is read then."""
    if '"' not in text:
        return False
    reader = csv.reader(iter([f'"{text}', ""]))
    next(reader)
    return reader.line_num == 1
