"""What a mapping says: which column of somebody's table fills which field, and how it is read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from decimal import Decimal

from connectors.fields import Kind, Sort


@dataclass(frozen=True, slots=True)
class Reading:
    """How the cells of one column become values."""

    sort: Sort
    nulls: frozenset[str] = frozenset()
    trim: bool = True
    values: Mapping[str, object] = field(default_factory=dict)
    otherwise: object = None
    multiply: Decimal | None = None
    dates: tuple[str, ...] = ()
    time_zone: tzinfo = UTC
    separator: str = ";"
    is_plain: bool = field(init=False)

    def __post_init__(self) -> None:
        # Texts stand for themselves: worked out once, for it is asked of every cell.
        object.__setattr__(self, "is_plain", not self.values and self.otherwise is None)


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the record: filled from a column, or with the same constant in every row."""

    path: str
    reading: Reading
    column: str | None = None
    constant: object = None


@dataclass(frozen=True, slots=True)
class FileMapping:
    """A whole mapping. `format` ("csv" or "jsonl") is None when the data file's name decides."""

    kind: Kind
    fields: tuple[Field, ...]
    format: str | None = None
    encoding: str = "utf-8"
    delimiter: str = ","

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns the mapping reads, each once, in the order it names them."""
        named = (field.column for field in self.fields if field.column is not None)
        return tuple(dict.fromkeys(named))


@dataclass(frozen=True, slots=True)
class MappingFault:
    """What is wrong with a mapping file: every mistake, each naming its place."""

    problems: tuple[str, ...]

    @property
    def message(self) -> str:
        return "The mapping file cannot be used: " + "; ".join(self.problems) + "."
