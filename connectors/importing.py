"""An import: what a file says is stored, batch by batch, and what cannot be is listed.

An account's parent may come after it: parents are given in a pass of their own over the file. So
is what an earlier row of a record adds to the last one, which alone says what the record is.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

from connectors import custom_fields, faults, items, reading, repeats, storing, tables
from connectors.custom_fields import UnfitCustomFields
from connectors.fields import Kind, reference_of
from connectors.items import Fault, Values
from connectors.mappings import FileMapping
from connectors.reading import Said
from connectors.rejects import Rejects, why_not
from connectors.rows import BadRow
from connectors.storing import Result, Taken
from connectors.tables import TableFault
from domain.folding import fold
from execution.context import Context

REJECTED: Final = 0
CODES: Final = {result: code for code, result in enumerate(Result, start=1)}
WAITING: Final = len(CODES) + 1


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an import is: bytes of the file, which may be read several times, and rows."""

    bytes_done: int
    bytes_in_all: int
    rows: int


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What became of the rows of a file.

    `repeated` are those a later row of the same record leaves nothing but a relation to say;
    `without_parent` are accounts that were stored, but not below the parent their row names;
    `unmatched_people` activities whose person is not known yet; `unknown_types` counts those of
    each type that nobody has defined. `rejects` lists every fault; None when there is none.
    """

    kind: Kind
    rows: int
    created: int
    updated: int
    unchanged: int
    rejected: int
    repeated: int
    without_parent: int
    unmatched_people: int
    unknown_types: Mapping[str, int]
    rejects: Path | None


@dataclass(frozen=True, slots=True)
class RejectsInTheWay:
    """The rejects file would take the place of something else; the reason follows its name."""

    path: Path
    reason: str

    @property
    def message(self) -> str:
        return f"The rejects cannot go to {self.path}: it {self.reason}."


ImportFault: TypeAlias = TableFault | UnfitCustomFields | RejectsInTheWay
OnProgress: TypeAlias = Callable[[Progress], None]


def rejects_beside(path: Path) -> Path:
    """Where the rejects of a file go unless somebody says otherwise."""
    return path.with_name(f"{path.stem}.rejects.csv")


async def import_file(
    ctx: Context,
    mapping: FileMapping,
    path: Path,
    *,
    mapping_path: Path | None = None,
    rejects_path: Path | None = None,
    progress: OnProgress | None = None,
) -> ImportReport | ImportFault:
    """Store what the file says, and list what cannot be stored in the rejects file.

    Nothing is stored when the file as a whole is unfit, or when the rejects would take the place
    of it, of the mapping's file or of anything but older rejects. An import that was broken off
    is taken up by importing the file again. Raises OSError where the rejects cannot be written.
    """
    rejects_path = rejects_path or rejects_beside(path)
    fault = await custom_fields.check(ctx, mapping) or tables.check(path, mapping)
    if fault is not None:
        return fault
    if reason := _why_rejects_cannot_go(rejects_path, path, mapping_path):
        return RejectsInTheWay(rejects_path, reason)
    with Rejects(rejects_path) as rejects:
        run = _Run(ctx, mapping, path, rejects, progress)
        await run.run()
    return run.report()


def _why_rejects_cannot_go(path: Path, file: Path, mapping: Path | None) -> str | None:
    if _is_same(path, file):
        return "is the file to import"
    if mapping is not None and _is_same(path, mapping):
        return "is the mapping file"
    return why_not(path)


def _is_same(one: Path, other: Path) -> bool:
    """Whether both lead to one file, be it by links."""
    if one.resolve() == other.resolve():
        return True
    return one.exists() and other.exists() and one.samefile(other)


class _Run:
    """One import under way. Of every row it remembers one byte: what became of it."""

    def __init__(
        self,
        ctx: Context,
        mapping: FileMapping,
        path: Path,
        rejects: Rejects,
        progress: OnProgress | None,
    ) -> None:
        self._ctx = ctx
        self._mapping = mapping
        self._path = path
        self._rejects = rejects
        self._progress = progress
        self._size = path.stat().st_size
        self._repeats = repeats.find(path, mapping)
        self._faults: faults.Faults | None = None
        self._in_full: set[int] = set()
        self._bytes_before = 0
        self._results = bytearray()
        self._counts: Counter[Result] = Counter()
        self._without_parent = 0
        self._repeated = 0
        self._unmatched = 0
        self._unknown_types: dict[str, tuple[str, int]] = {}
        self._names_parent = any(reference_of(field.path) == "parent" for field in mapping.fields)
        self._passes = 1 + bool(self._repeats.rows) + self._names_parent

    async def run(self) -> None:
        """All passes over the file."""
        await self._store()
        while self._find_last():
            self._passes += 1
            await self._store_last()
        if self._repeats.rows:
            await self._store_repeated()
        if self._names_parent:
            await self._store_parents()

    async def _store(self) -> None:
        """The first pass: of each record the last row, accounts without their parents."""
        for batch in reading.batches(self._path, self._mapping):
            self._results += bytes([WAITING]) * len(batch)
            await self._store_all([said for said in batch if not self._waits(said)])
            self._report_progress(batch)
        self._bytes_before += self._size

    def _find_last(self) -> bool:
        """Find rows that are the last of their records after all, the later ones being rejected."""
        last = {
            number
            for number in self._repeats.rows
            if self._results[number] == WAITING and not self._is_followed(number)
        }
        self._in_full |= last
        return bool(last)

    async def _store_last(self) -> None:
        """A pass for them."""
        for batch in reading.batches(self._path, self._mapping):
            await self._store_all(
                [s for s in batch if s.number in self._in_full and self._is(s, WAITING)]
            )
            self._report_progress(batch)
        self._bytes_before += self._size

    async def _store_repeated(self) -> None:
        """Rows that a later one repeats: what people have to do with accounts."""
        for batch in reading.batches(self._path, self._mapping):
            waiting = [said for said in batch if self._is(said, WAITING)]
            relations = {said.number: self._relation(said) for said in waiting}
            values = [each for each in relations.values() if each is not None]
            taken = iter(await storing.store_relations(self._ctx, values))
            for said in waiting:
                nothing = relations[said.number] is None
                await self._note(said, Taken(Result.UNCHANGED) if nothing else next(taken))
            self._report_progress(batch)
        self._bytes_before += self._size

    async def _store_parents(self) -> None:
        """The last pass: the parents of the accounts that were stored."""
        for batch in reading.batches(self._path, self._mapping):
            named = [
                said for said in batch if self._is_stored(said) and items.has_parent(said.values)
            ]
            values = [said.values for said in named]
            for said, taken in zip(
                named, await storing.store_parents(self._ctx, values), strict=True
            ):
                self._note_parent(said, taken)
            self._report_progress(batch)

    def report(self) -> ImportReport:
        """The figures, once all is done."""
        return ImportReport(
            kind=self._mapping.kind,
            rows=len(self._results),
            created=self._counts[Result.CREATED],
            updated=self._counts[Result.UPDATED],
            unchanged=self._counts[Result.UNCHANGED],
            rejected=self._results.count(REJECTED),
            repeated=self._repeated,
            without_parent=self._without_parent,
            unmatched_people=self._unmatched,
            unknown_types=dict(self._unknown_types.values()),
            rejects=self._rejects.path if self._rejects.count else None,
        )

    async def _store_all(self, rows: Sequence[Said]) -> None:
        fit = [said.values for said in rows if not said.faults]
        taken = iter(await storing.store(self._ctx, self._mapping.kind, fit))
        for said in rows:
            await self._note(said, said.faults or next(taken))

    def _waits(self, said: Said) -> bool:
        """Whether a later row of the record is looked at first."""
        return said.number in self._repeats.rows and not said.faults

    def _is_followed(self, number: int) -> bool:
        """Whether a later row of the record was taken, or still may be."""
        repeat = self._repeats.rows.get(number)
        while repeat is not None:
            if self._results[repeat.later] != REJECTED:
                return True
            repeat = self._repeats.rows.get(repeat.later)
        return False

    def _relation(self, said: Said) -> Values | None:
        """How the row relates its person to an account, if no later row says that anew."""
        later = self._repeats.relations.get(said.number)
        if later is not None and self._results[later] != REJECTED:
            return None
        if self._mapping.kind is not Kind.PEOPLE or not items.has_account(said.values):
            return None
        name = self._repeats.rows[said.number].name
        return {
            path: value
            for path, value in said.values.items()
            if path == name or path.startswith("account.")
        }

    async def _note(self, said: Said, became: Taken | Fault | tuple[Fault, ...]) -> None:
        if isinstance(became, Taken):
            self._results[said.number] = CODES[became.result]
            self._counts[became.result] += 1
            is_repeated = said.number in self._repeats.rows and said.number not in self._in_full
            self._repeated += is_repeated
            self._unmatched += became.is_unmatched
            if became.unknown_type is not None:
                self._count_type(became.unknown_type)
            return
        self._results[said.number] = REJECTED
        self._faults = self._faults or await faults.faults_of(self._ctx, self._mapping.kind)
        known = became if isinstance(became, tuple) else (became,)
        others = () if isinstance(said.row, BadRow) else self._faults(said.values)
        for fault in faults.together(known, others):
            self._rejects.add(said.row.line, fault.field, fault.reason, said.row.raw)

    def _count_type(self, name: str) -> None:
        """Spellings that are one name count together, under the first of them."""
        first, count = self._unknown_types.get(fold(name), (name, 0))
        self._unknown_types[fold(name)] = (first, count + 1)

    def _note_parent(self, said: Said, became: Taken | Fault) -> None:
        if isinstance(became, Fault):
            self._without_parent += 1
            self._rejects.add(said.row.line, became.field, became.reason, said.row.raw)
        elif became.result is Result.UPDATED and self._is(said, CODES[Result.UNCHANGED]):
            self._results[said.number] = CODES[Result.UPDATED]
            self._counts[Result.UNCHANGED] -= 1
            self._counts[Result.UPDATED] += 1

    def _is_stored(self, said: Said) -> bool:
        is_last = said.number not in self._repeats.rows or said.number in self._in_full
        return is_last and any(self._is(said, code) for code in CODES.values())

    def _is(self, said: Said, code: int) -> bool:
        """Whether that has become of the row; a row added to the file meanwhile is none yet."""
        return said.number < len(self._results) and self._results[said.number] == code

    def _report_progress(self, batch: list[Said]) -> None:
        if self._progress is not None:
            done = self._bytes_before + batch[-1].row.bytes_read
            self._progress(Progress(done, self._passes * self._size, len(self._results)))
