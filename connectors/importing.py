"""An import: what a file says is stored, batch by batch, and what cannot be is listed.

An account's parent may come after it: parents are given in a second pass over the file.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

from connectors import custom_fields, items, reading, storing, tables
from connectors.custom_fields import UnfitCustomFields
from connectors.fields import Kind, reference_of
from connectors.items import Fault
from connectors.mappings import FileMapping
from connectors.reading import Said
from connectors.rejects import Rejects
from connectors.storing import Result, Taken
from connectors.tables import TableFault
from execution.context import Context

REJECTED: Final = 0
CODES: Final = {result: code for code, result in enumerate(Result, start=1)}


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an import is: bytes of the file, which is read twice for parents, and rows."""

    bytes_done: int
    bytes_in_all: int
    rows: int


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What became of the rows of a file.

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
    without_parent: int
    unmatched_people: int
    unknown_types: Mapping[str, int]
    rejects: Path | None


@dataclass(frozen=True, slots=True)
class RejectsInTheWay:
    """The rejects file would take the place of the file that is imported."""

    path: Path

    @property
    def message(self) -> str:
        return f"The rejects cannot go to {self.path}, for that is the file to import."


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
    rejects_path: Path | None = None,
    progress: OnProgress | None = None,
) -> ImportReport | ImportFault:
    """Store what the file says, and list what cannot be stored in the rejects file.

    Nothing is stored when the file as a whole is unfit. An import that was broken off is taken
    up by importing the file again. Raises OSError where the rejects cannot be written.
    """
    rejects_path = rejects_path or rejects_beside(path)
    fault = await custom_fields.check(ctx, mapping) or tables.check(path, mapping)
    if fault is not None:
        return fault
    if _is_same(rejects_path, path):
        return RejectsInTheWay(path)
    with Rejects(rejects_path) as rejects:
        run = _Run(ctx, mapping, path, rejects, progress)
        await run.store()
        if run.passes > 1:
            await run.store_parents()
    return run.report()


def _is_same(one: Path, other: Path) -> bool:
    return one.resolve() == other.resolve()


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
        self._results = bytearray()
        self._counts: Counter[Result] = Counter()
        self._without_parent = 0
        self._unmatched = 0
        self._unknown_types: Counter[str] = Counter()
        names_parent = any(reference_of(field.path) == "parent" for field in mapping.fields)
        self.passes = 2 if names_parent else 1

    async def store(self) -> None:
        """The first pass: all rows, accounts without their parents."""
        kind = self._mapping.kind
        for batch in reading.batches(self._path, self._mapping):
            fit = [said.values for said in batch if not said.faults]
            taken = iter(await storing.store(self._ctx, kind, fit))
            for said in batch:
                self._note(said, said.faults or next(taken))
            self._report_progress(batch, passed=0)

    async def store_parents(self) -> None:
        """The second pass: the parents of the accounts that were stored."""
        for batch in reading.batches(self._path, self._mapping):
            named = [
                said for said in batch if self._is_stored(said) and items.has_parent(said.values)
            ]
            values = [said.values for said in named]
            for said, taken in zip(
                named, await storing.store_parents(self._ctx, values), strict=True
            ):
                self._note_parent(said, taken)
            self._report_progress(batch, passed=1)

    def report(self) -> ImportReport:
        """The figures, once all is done."""
        return ImportReport(
            kind=self._mapping.kind,
            rows=len(self._results),
            created=self._counts[Result.CREATED],
            updated=self._counts[Result.UPDATED],
            unchanged=self._counts[Result.UNCHANGED],
            rejected=self._results.count(REJECTED),
            without_parent=self._without_parent,
            unmatched_people=self._unmatched,
            unknown_types=dict(self._unknown_types),
            rejects=self._rejects.path if self._rejects.count else None,
        )

    def _note(self, said: Said, became: Taken | Fault | tuple[Fault, ...]) -> None:
        if isinstance(became, Taken):
            self._results.append(CODES[became.result])
            self._counts[became.result] += 1
            self._unmatched += became.is_unmatched
            if became.unknown_type is not None:
                self._unknown_types[became.unknown_type] += 1
            return
        self._results.append(REJECTED)
        for fault in became if isinstance(became, tuple) else (became,):
            self._rejects.add(said.row.line, fault.field, fault.reason, said.row.raw)

    def _note_parent(self, said: Said, became: Taken | Fault) -> None:
        if isinstance(became, Fault):
            self._without_parent += 1
            self._rejects.add(said.row.line, "parent", became.reason, said.row.raw)
        elif became.result is Result.UPDATED and self._was(said, Result.UNCHANGED):
            self._results[said.number] = CODES[Result.UPDATED]
            self._counts[Result.UNCHANGED] -= 1
            self._counts[Result.UPDATED] += 1

    def _is_stored(self, said: Said) -> bool:
        return said.number < len(self._results) and self._results[said.number] != REJECTED

    def _was(self, said: Said, result: Result) -> bool:
        return self._results[said.number] == CODES[result]

    def _report_progress(self, batch: list[Said], passed: int) -> None:
        if self._progress is not None:
            done = passed * self._size + batch[-1].row.bytes_read
            self._progress(Progress(done, self.passes * self._size, len(self._results)))
