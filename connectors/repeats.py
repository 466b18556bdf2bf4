"""Records that stand in several rows of a file: of which rows a later one says all of it anew.

Found by reading the file once before anything is stored. Of a row it remembers four bytes, of each
name in it at most 40, twice that if people have accounts, and some 200 more of a repeated row.
"""

from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from pathlib import Path
from typing import Final

from connectors import reading
from connectors.fields import Kind, is_own_name, reference_of
from connectors.items import Values
from connectors.mappings import FileMapping
from connectors.rows import Absent, BadRow
from domain.folding import fold

_SMALLEST: Final = 1 << 10


@dataclass(frozen=True, slots=True)
class Repeat:
    """The next row of the same record, and the field that shows that it is the same."""

    later: int
    name: str


@dataclass(slots=True)
class Repeats:
    """Rows, numbered from 0, that a later row leaves nothing to say.

    `rows`: nothing about the record itself. `relations`: nothing about how a person belongs to
    the account of the row; the number is that of the later row.
    """

    rows: dict[int, Repeat] = field(default_factory=dict)
    relations: dict[int, int] = field(default_factory=dict)


def find(path: Path, mapping: FileMapping) -> Repeats:
    """The repeats of a file that `tables.check` found usable; activities have none.

    A later row takes the place of an earlier one if it says something, be it that the field is
    empty, of every field that the earlier one says something of.
    """
    repeats = Repeats()
    if mapping.kind is Kind.ACTIVITIES:
        return repeats
    naming = tuple(each for each in mapping.fields if _is_naming(each.path))
    own, relations = _Silences(), _Silences()
    of_records, of_relations = LastRows(), LastRows()
    for batch in reading.batches(path, replace(mapping, fields=naming)):
        for said in batch:
            silent = () if isinstance(said.row, BadRow) else _silent(mapping, said)
            own.note(each for each in silent if not _is_of_account(mapping, each))
            relations.note(each for each in silent if _is_of_account(mapping, each))
            account = _account(mapping, said.values)
            for name, hashed in _names(said.values):
                earlier = of_records.put(_hash(hashed), said.number)
                if earlier is not None and own.is_covered(earlier):
                    repeats.rows.setdefault(earlier, Repeat(said.number, name))
                if account is not None:
                    earlier = of_relations.put(_hash(f"{hashed}\x1f{account}"), said.number)
                    if earlier is not None and relations.is_covered(earlier):
                        repeats.relations.setdefault(earlier, said.number)
    return repeats


class LastRows:
    """The last row of each name, by the 64-bit hash of the name; two names may share a hash once
    in billions of files."""

    def __init__(self) -> None:
        self._count = 0
        self._hashes = array("Q", bytes(8 * _SMALLEST))
        self._rows = array("I", bytes(4 * _SMALLEST))

    def put(self, hashed: int, row: int) -> int | None:
        """Note a row of the name; the one that was noted before, None if that is this very row."""
        place = self._place(hashed)
        if self._hashes[place]:
            earlier, self._rows[place] = self._rows[place], row
            return earlier if earlier != row else None
        self._hashes[place], self._rows[place] = hashed, row
        self._count += 1
        if 3 * self._count > 2 * len(self._hashes):
            self._grow()
        return None

    def _place(self, hashed: int) -> int:
        last = len(self._hashes) - 1
        place = hashed & last
        while self._hashes[place] not in (0, hashed):
            place = (place + 1) & last
        return place

    def _grow(self) -> None:
        hashes, rows = self._hashes, self._rows
        self._hashes = array("Q", bytes(16 * len(hashes)))
        self._rows = array("I", bytes(8 * len(rows)))
        for hashed, row in zip(hashes, rows, strict=True):
            if hashed:
                place = self._place(hashed)
                self._hashes[place], self._rows[place] = hashed, row


class _Silences:
    """Of which fields each row says nothing at all."""

    def __init__(self) -> None:
        self._kinds: dict[frozenset[str], int] = {}
        self._sets: list[frozenset[str]] = []
        self._of_rows = array("I")

    def note(self, silent: Iterator[str]) -> None:
        """Of what the next row says nothing."""
        paths = frozenset(silent)
        if paths not in self._kinds:
            self._kinds[paths] = len(self._sets)
            self._sets.append(paths)
        self._of_rows.append(self._kinds[paths])

    def is_covered(self, earlier: int) -> bool:
        """Whether the row noted last speaks of all that an earlier one speaks of."""
        return self._sets[self._of_rows[-1]] <= self._sets[self._of_rows[earlier]]


def _is_naming(path: str) -> bool:
    return is_own_name(path) or reference_of(path) == "account"


def _is_of_account(mapping: FileMapping, path: str) -> bool:
    """Whether the field is about a person's relation to the account of the row."""
    return mapping.kind is Kind.PEOPLE and path.startswith("account.")


def _silent(mapping: FileMapping, said: reading.Said) -> Iterator[str]:
    """The fields of which the row says nothing; an empty id or outside key is nothing said."""
    assert not isinstance(said.row, BadRow)
    for each in mapping.fields:
        is_absent = each.column is not None and said.row.cell(each.column) is Absent.ABSENT
        is_key = each.path == "id" or each.path.startswith("keys.")
        if is_absent or (is_key and said.values.get(each.path) is None):
            yield each.path


def _account(mapping: FileMapping, values: Values) -> str | None:
    """The account that a person's row names, as a text."""
    if mapping.kind is not Kind.PEOPLE:
        return None
    named = (f"{path}\x1f{value}" for path, value in values.items() if reference_of(path))
    return next((each for each in named if not each.endswith("\x1fNone")), None)


def _names(values: Values) -> Iterator[tuple[str, str]]:
    """The names of the record in a row: the field, and name and field as one text."""
    for path, value in values.items():
        if value is not None and is_own_name(path):
            yield path, f"{path}\x1f{fold(str(value)) if path == 'email' else value}"


def _hash(text: str) -> int:
    digest = blake2b(text.encode(errors="surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest) or 1
