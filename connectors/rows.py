"""One row of somebody's table, whatever its format."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum


class Absent(Enum):
    """What stands for a value that a JSON object does not have at all."""

    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Row:
    """A readable row: the line it starts on, its cells by column, its text as it stands."""

    line: int
    cells: Mapping[str, object]
    raw: str
    bytes_read: int

    def cell(self, column: str) -> object:
        """The cell of the column; in JSON the column may be a path such as `company.name`."""
        if column in self.cells:
            return self.cells[column]
        found: object = self.cells
        for name in column.split("."):
            if not isinstance(found, dict) or name not in found:
                return Absent.ABSENT
            found = found[name]
        return found


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that cannot be taken apart."""

    line: int
    reason: str
    raw: str
    bytes_read: int
