"""Records that stand in several rows of a file: of which rows a later one says all of it anew.

Found by reading the file before anything is stored. Once through it tells which names stand in
more rows than one, in memory that does not grow with the rows; if there are such, a second time
tells which rows these are, and some 300 bytes of each of them are remembered.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, NamedTuple

from connectors import reading, tables
from connectors.fields import TOLD, Kind, is_own_name, reference_of
from connectors.items import Values
from connectors.mappings import FileMapping
from connectors.reading import Said
from connectors.rows import Absent, BadRow
from domain.fields import email
from domain.folding import fold

_BITS_OF_A_HASH: Final = 64
_FEWEST_BITS: Final = 16
_MOST_BITS: Final = 27
_PROBES: Final = 4
_NOTHING: Final[frozenset[str]] = frozenset()


@dataclass(frozen=True, slots=True)
class Repeat:
    """The next row of the same record, and the field that shows that it is the same."""

    later: int
    name: str


@dataclass(slots=True)
class Repeats:
    """Rows, numbered from 0, that a later row leaves nothing to say.

    `rows`: nothing about the record itself. `relations`: nothing about how a person belongs to
    the account of the row; the number is that of the later row. `shared`: all rows of records that
    stand in several, whatever they leave to say.
    """

    rows: dict[int, Repeat] = field(default_factory=dict)
    relations: dict[int, int] = field(default_factory=dict)
    shared: set[int] = field(default_factory=set)


def find(path: Path, mapping: FileMapping) -> Repeats:
    """The repeats of a file that `tables.check` found usable; activities and signals have none.

    A later row takes the place of an earlier one if it says something, be it that the field is
    empty, of every field that the earlier one says something of.
    """
    repeats = Repeats()
    if mapping.kind in TOLD:
        return repeats
    spoken = _Spoken(mapping, is_json=tables.is_json(path, mapping))
    naming = replace(mapping, fields=spoken.naming)
    several = _in_several_rows(path, naming, spoken)
    if several:
        of_records: dict[int, _Last] = {}
        of_relations: dict[tuple[int, str], _Last] = {}
        for said in _rows(path, naming):
            for name, hashed in spoken.names(said.values):
                if hashed in several:
                    repeats.shared.add(said.number)
                    last = _Last(said.number, spoken.silent(said))
                    account = spoken.account(said.values)
                    earlier = of_records.get(hashed, last)
                    if earlier is not last and last.covers(earlier, except_for=spoken.of_account):
                        repeats.rows.setdefault(earlier.row, Repeat(said.number, name))
                    of_records[hashed] = last
                    if account is not None:
                        earlier = of_relations.get((hashed, account), last)
                        if earlier is not last and last.covers(earlier, only=spoken.of_account):
                            repeats.relations.setdefault(earlier.row, said.number)
                        of_relations[hashed, account] = last
    return repeats


def _in_several_rows(path: Path, naming: FileMapping, spoken: "_Spoken") -> set[int]:
    """The hashes of names that stand in more rows than one, and of a few that only seem to."""
    seen = Seen(path.stat().st_size)
    return {
        hashed
        for said in _rows(path, naming)
        for _, hashed in spoken.names(said.values)
        if seen.add(hashed)
    }


def _rows(path: Path, mapping: FileMapping) -> Iterator[Said]:
    for batch in reading.batches(path, mapping):
        yield from batch


class Seen:
    """The names met so far, by their hashes: a Bloom filter of up to 16 MB.

    It takes some names for known that are not: of five million in a file one in a hundred.
    """

    def __init__(self, size: int) -> None:
        bits = min(max((2 * size).bit_length(), _FEWEST_BITS), _MOST_BITS)
        self._last = (1 << bits) - 1
        self._bits = bytearray(1 << bits - 3)
        self._step = (_BITS_OF_A_HASH - bits) // (_PROBES - 1)

    def add(self, hashed: int) -> bool:
        """Note a name; whether it was there already."""
        bits, is_known = self._bits, True
        for _ in range(_PROBES):
            place = hashed & self._last
            byte, bit = place >> 3, 1 << (place & 7)
            if not bits[byte] & bit:
                is_known = False
                bits[byte] |= bit
            hashed >>= self._step
        return is_known


class _Last(NamedTuple):
    """The last row of a name so far, and the fields of which it says nothing."""

    row: int
    silent: frozenset[str]

    def covers(
        self,
        earlier: "_Last",
        *,
        only: frozenset[str] | None = None,
        except_for: frozenset[str] = _NOTHING,
    ) -> bool:
        """Whether this row speaks of all that the earlier one speaks of, among some fields."""
        more = self.silent - earlier.silent - except_for
        return not (more if only is None else more & only)


class _Spoken:
    """What rows of a mapping speak of: which fields name the record and its account, and how."""

    def __init__(self, mapping: FileMapping, *, is_json: bool) -> None:
        paths = [each.path for each in mapping.fields]
        self._own_names = tuple(filter(is_own_name, paths))
        self._keys = tuple(path for path in self._own_names if path != "email")
        self._cells = tuple(each for each in mapping.fields if each.column) if is_json else ()
        accounts = (path for path in paths if reference_of(path) == "account")
        self._account = next(accounts, None) if mapping.kind is Kind.PEOPLE else None
        is_person = mapping.kind is Kind.PEOPLE
        self.of_account = frozenset(
            path for path in paths if is_person and path.startswith("account.")
        )
        self.naming = tuple(
            each
            for each in mapping.fields
            if each.path in self._own_names or each.path == self._account
        )

    def silent(self, said: Said) -> frozenset[str]:
        """The fields of which the row says nothing; an empty id or outside key is nothing said.

        Only in JSON a row may lack a cell altogether.
        """
        row, values = said.row, said.values
        if isinstance(row, BadRow):
            return _NOTHING
        silent = [path for path in self._keys if values.get(path) is None]
        for each in self._cells:
            assert each.column is not None
            if row.cell(each.column) is Absent.ABSENT:
                silent.append(each.path)
        return frozenset(silent) if silent else _NOTHING

    def account(self, values: Values) -> str | None:
        """The account that a person's row names, as a text."""
        named = values.get(self._account) if self._account else None
        return None if named is None else str(named)

    def names(self, values: Values) -> Iterator[tuple[str, int]]:
        """The names of the record in a row: the field, and the hash of name and field.

        A text that is no e-mail address, such as `none`, names nobody, in however many rows.
        """
        for path in self._own_names:
            value = values.get(path)
            if value is None:
                continue
            if path != "email":
                yield path, _hash(f"{path}\x1f{value}")
            elif isinstance(email(value), str):
                yield path, _hash(f"{path}\x1f{fold(str(value))}")


def _hash(text: str) -> int:
    """64 bits, another number in every process; two names share one in one of billions of files."""
    return hash(text) & (1 << _BITS_OF_A_HASH) - 1
