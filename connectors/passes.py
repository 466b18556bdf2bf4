"""The passes of an import over its file. Each does its part of every row, batch by batch.

In the first one a batch is read while the one before it is stored, and looked up and decided while
that one is written, unless the two may have to do with the same record. What became of the rows is
noted in their order.
"""

import asyncio
import csv
from collections import deque
from collections.abc import Callable, Coroutine, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any, Final, NamedTuple, TypeAlias

from connectors import faults, items, reading, repeats, storing
from connectors.fields import Kind, reference_of
from connectors.items import Fault, Values
from connectors.mappings import FileMapping
from connectors.reading import Said
from connectors.rejects import Rejects
from connectors.resuming import Checkpoints
from connectors.rows import BadRow
from connectors.sources import Source
from connectors.storing import Result, Taken
from connectors.tallies import REJECTED, WAITING, Tally
from execution.context import Context
from resolvers.upserting import Told, untold

READ_AHEAD: Final = 1


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an import is: bytes of the file, which may be read several times, and rows."""

    bytes_done: int
    bytes_in_all: int
    rows: int


@dataclass(frozen=True, slots=True)
class FileChanged:
    """The file became another one while it was read."""

    @property
    def message(self) -> str:
        return (
            "The file changed while it was imported, so the import was broken off. "
            "What had been read of it is stored; import it again."
        )


@dataclass(frozen=True, slots=True)
class ImportedElsewhere:
    """Another process imports the same file."""

    @property
    def message(self) -> str:
        return "Another process is importing the same file now; this one has stopped."


Stopped: TypeAlias = FileChanged | ImportedElsewhere
OnProgress: TypeAlias = Callable[[Progress], None]
Became: TypeAlias = Taken | Fault | tuple[Fault, ...]
Noting: TypeAlias = Callable[[], Coroutine[Any, Any, None]]
"""Notes what became of a batch that is stored."""


class _Batch(NamedTuple):
    """A batch on its way; it is clear once it stands in no way but that of its own records."""

    rows: list[Said]
    has_shared: bool
    is_clear: asyncio.Event
    task: "asyncio.Task[Noting]"


class Pass(Enum):
    """What is done on the way through the file."""

    ROWS = "of each record the last row, accounts without their parents"
    LAST = "rows that are the last of their records after all, the later ones being rejected"
    REPEATED = "rows that a later one repeats: what people have to do with accounts"
    PARENTS = "the parents of the accounts that were stored"


class Run:
    """One import under way."""

    def __init__(
        self,
        ctx: Context,
        mapping: FileMapping,
        source: Source,
        checkpoints: Checkpoints,
        rejects: Rejects,
        progress: OnProgress | None,
    ) -> None:
        self._ctx = ctx
        self._mapping = mapping
        self._source = source
        self._checkpoints = checkpoints
        self._rejects = rejects
        self._progress = progress
        self._repeats = repeats.Repeats()
        self._faults: faults.Faults | None = None
        self._check: faults.Check | None = None
        self._in_full: set[int] = set()
        self._passes_done = 0
        self._rows_done = 0
        self._passes = 1
        self.tally = Tally()

    @property
    def repeated(self) -> int:
        """Rows that a later row of the same record leaves nothing but a relation to say."""
        return self.tally.count_stored(self._repeats.rows.keys() - self._in_full)

    async def run(self) -> Stopped | None:
        """All passes over the file, from where an earlier run has come; why it had to stop."""
        try:
            return await self._run()
        except (csv.Error, UnicodeError, OSError):
            if self._source.has_changed:
                return FileChanged()
            raise

    async def _run(self) -> Stopped | None:
        path, mapping = self._source.path, self._mapping
        self._repeats = repeats.find(path, mapping)
        names_parent = any(reference_of(field.path) == "parent" for field in mapping.fields)
        self._passes = 1 + bool(self._repeats.rows) + names_parent
        for number, each in enumerate(self._plan(names_parent)):
            self._passes_done = number
            after = self._taken_up(number)
            if stopped := await self._through(number, each, after):
                return stopped
        return None

    def _plan(self, names_parent: bool) -> Iterator[Pass]:
        """The passes; what the next one is may depend on what the one before came to."""
        yield Pass.ROWS
        while self._find_last():
            self._passes += 1
            yield Pass.LAST
        if self._repeats.rows:
            yield Pass.REPEATED
        if names_parent:
            yield Pass.PARENTS

    def _taken_up(self, pass_number: int) -> int:
        """Take an earlier run's steps of a pass; the row behind them."""
        after = 0
        for step in self._checkpoints.earlier:
            if step.pass_number == pass_number:
                after = step.first_row + len(step.results)
                self.tally.expect(after - self.tally.rows)
                self.tally.repeat(step)
        return after

    async def _through(self, number: int, each: Pass, after: int) -> Stopped | None:
        """One pass over the rows from that number on."""
        under_way: deque[_Batch] = deque()
        ahead = READ_AHEAD if each is Pass.ROWS else 0
        try:
            for rows in self._batches(after):
                if each is Pass.ROWS:
                    self.tally.expect(len(rows))
                under_way.append(self._begun(each, rows, tuple(under_way)))
                await asyncio.sleep(0)  # so that it asks the database while the next one is read
                while len(under_way) > ahead:
                    if not await self._finish(number, under_way.popleft()):
                        return ImportedElsewhere()
            while under_way:
                if not await self._finish(number, under_way.popleft()):
                    return ImportedElsewhere()
        finally:
            for batch in under_way:
                batch.task.cancel()
            await asyncio.gather(*(batch.task for batch in under_way), return_exceptions=True)
        return FileChanged() if self._source.has_changed else None

    def _batches(self, after: int) -> Iterator[list[Said]]:
        """The batches for as long as the file stays what it was."""
        for batch in reading.batches(self._source.path, self._mapping, after):
            if self._source.has_changed:
                return
            yield batch

    def _begun(self, each: Pass, rows: list[Said], before: Sequence[_Batch]) -> _Batch:
        """A batch that is stored as soon as those before it are out of its way."""
        has_shared = any(said.number in self._repeats.shared for said in rows)
        is_clear = asyncio.Event()

        async def in_turn() -> Noting:
            for other in before:
                if not (has_shared and other.has_shared):
                    await other.is_clear.wait()
                else:
                    await asyncio.wait([other.task])
            return await self._store(each, rows, is_clear.set)

        task = asyncio.create_task(in_turn())
        task.add_done_callback(lambda _: is_clear.set())
        return _Batch(rows, has_shared, is_clear, task)

    async def _finish(self, number: int, batch: _Batch) -> bool:
        """Note what became of a batch, and write down that it is done."""
        noting = await batch.task
        await noting()
        last = batch.rows[-1]
        rows = range(batch.rows[0].number, last.number + 1)
        step = self.tally.step(number, rows, self._rejects.mark())
        is_mine = await self._checkpoints.add(step)
        self._rows_done = max(self._rows_done, rows.stop)
        if self._progress is not None:
            done = self._passes_done * self._source.size + last.row.bytes_read
            self._progress(Progress(done, self._passes * self._source.size, self._rows_done))
        return is_mine

    async def _store(self, each: Pass, batch: list[Said], only_new: Told) -> Noting:
        match each:
            case Pass.ROWS:
                checked = [await self._checked(said) for said in batch]
                unrepeated = [said for said in checked if not self._waits(said)]
                return await self._store_all(unrepeated, only_new)
            case Pass.LAST:
                return await self._store_all(
                    [s for s in batch if s.number in self._in_full and self._is_waiting(s)]
                )
            case Pass.REPEATED:
                return await self._store_relations([s for s in batch if self._is_waiting(s)])
            case Pass.PARENTS:
                return await self._store_parents(
                    [s for s in batch if self._is_whole(s) and items.has_parent(s.values)]
                )

    async def _store_all(self, rows: Sequence[Said], only_new: Told = untold) -> Noting:
        fit = [said.values for said in rows if not said.faults]
        taken = iter(await storing.store(self._ctx, self._mapping.kind, fit, only_new))
        became = [said.faults or next(taken) for said in rows]
        return lambda: self._note(rows, became)

    async def _store_relations(self, rows: Sequence[Said]) -> Noting:
        relations = [self._relation(said) for said in rows]
        values = [each for each in relations if each is not None]
        taken = iter(await storing.store_relations(self._ctx, values))
        nothing = Taken(Result.UNCHANGED)
        became = [nothing if each is None else next(taken) for each in relations]
        return lambda: self._note(rows, became)

    async def _store_parents(self, rows: Sequence[Said]) -> Noting:
        taken = await storing.store_parents(self._ctx, [said.values for said in rows])

        async def noting() -> None:
            for said, became in zip(rows, taken, strict=True):
                if isinstance(became, Fault):
                    self.tally.without_parent += 1
                    self._rejects.add(said.row.line, became.field, became.reason, said.row.raw)
                elif became.result is Result.UPDATED:
                    self.tally.update(said.number)

        return noting

    async def _note(self, rows: Sequence[Said], became: Sequence[Became]) -> None:
        for said, each in zip(rows, became, strict=True):
            if isinstance(each, Taken):
                self.tally.take(said.number, each)
                continue
            self.tally.reject(said.number)
            self._faults = self._faults or await faults.faults_of(self._ctx, self._mapping.kind)
            known = each if isinstance(each, tuple) else (each,)
            others = () if isinstance(said.row, BadRow) else self._faults(said.values)
            for fault in faults.together(known, others):
                self._rejects.add(said.row.line, fault.field, fault.reason, said.row.raw)

    async def _checked(self, said: Said) -> Said:
        """The row with its own faults, if it would wait for a later one and never be looked at."""
        if not self._waits(said):
            return said
        self._check = self._check or await faults.check_of(self._ctx, self._mapping.kind)
        fault = self._check(said.values)
        return said if fault is None else replace(said, faults=(fault,))

    def _waits(self, said: Said) -> bool:
        """Whether a later row of the record is looked at first."""
        return said.number in self._repeats.rows and not said.faults

    def _is_waiting(self, said: Said) -> bool:
        return self.tally.is_one(said.number, WAITING)

    def _is_whole(self, said: Said) -> bool:
        """Whether the row said what its record is."""
        is_last = said.number not in self._repeats.rows or said.number in self._in_full
        return is_last and self.tally.is_stored(said.number)

    def _find_last(self) -> bool:
        """Find rows that are the last of their records after all; whether there are any."""
        last = {
            number
            for number in self._repeats.rows
            if self.tally.is_one(number, WAITING) and not self._is_followed(number)
        }
        self._in_full |= last
        return bool(last)

    def _is_followed(self, number: int) -> bool:
        """Whether a later row of the record was taken, or still may be."""
        repeat = self._repeats.rows.get(number)
        while repeat is not None:
            if not self.tally.is_one(repeat.later, REJECTED):
                return True
            repeat = self._repeats.rows.get(repeat.later)
        return False

    def _relation(self, said: Said) -> Values | None:
        """How the row relates its person to an account, if no later row says that anew."""
        later = self._repeats.relations.get(said.number)
        if later is not None and not self.tally.is_one(later, REJECTED):
            return None
        if self._mapping.kind is not Kind.PEOPLE or not items.has_account(said.values):
            return None
        name = self._repeats.rows[said.number].name
        return {
            path: value
            for path, value in said.values.items()
            if path == name or path.startswith("account.")
        }
