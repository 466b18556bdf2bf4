"""What each row of a file says: its cells converted, or every fault there is in them."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from connectors import tables
from connectors.conversions import Unreadable, Value, convert, convert_stated
from connectors.items import Fault, Values
from connectors.mappings import Field, FileMapping
from connectors.rows import Absent, BadRow, Row

BATCH_ROWS: Final = 1_000
BATCH_CHARACTERS: Final = 8_000_000


@dataclass(frozen=True, slots=True)
class Said:
    """What one row says; with faults it says nothing. Rows are numbered from 0."""

    number: int
    row: Row | BadRow
    values: Values
    faults: tuple[Fault, ...] = ()


def batches(path: Path, mapping: FileMapping, after: int = 0) -> Iterator[list[Said]]:
    """The rows from that number on in batches of up to 1,000, fewer if they are very long."""
    batch: list[Said] = []
    characters = 0
    for number, row in enumerate(tables.rows(path, mapping)):
        if number < after:
            continue
        batch.append(_said(number, row, mapping))
        characters += len(row.raw)
        if len(batch) == BATCH_ROWS or characters > BATCH_CHARACTERS:
            yield batch
            batch, characters = [], 0
    if batch:
        yield batch


def _said(number: int, row: Row | BadRow, mapping: FileMapping) -> Said:
    if isinstance(row, BadRow):
        return Said(number, row, {}, (Fault("", row.reason),))
    values: dict[str, Value | None] = {}
    faults: list[Fault] = []
    cells = row.cells
    for field in mapping.fields:
        column = field.column
        if column is not None and column in cells:
            value: Value | Unreadable | Absent | None = convert(cells[column], field.reading)
        else:
            value = _value(row, field)
        if type(value) is Unreadable:
            faults.append(Fault(field.path, value.reason))
        elif value is not Absent.ABSENT:
            values[field.path] = value  # type: ignore[assignment] # neither of the two
    return Said(number, row, values, tuple(faults))


def _value(row: Row, field: Field) -> Value | Unreadable | Absent | None:
    if field.column is None:
        return convert_stated(field.constant, field.reading)
    cell = row.cell(field.column)
    return cell if isinstance(cell, Absent) else convert(cell, field.reading)
