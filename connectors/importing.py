"""An import: what a file says is stored, batch by batch, and what cannot be is listed.

An account's parent may come after it: parents are given in a pass of their own over the file. So
is what an earlier row of a record adds to the last one, which alone says what the record is.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias

from connectors import custom_fields, resuming, sources, tables
from connectors.custom_fields import UnfitCustomFields
from connectors.fields import Kind
from connectors.mappings import FileMapping
from connectors.passes import OnProgress, Run, Stopped
from connectors.rejects import Rejects, why_not
from connectors.resuming import Resumption
from connectors.storing import Result
from connectors.tables import NoTable, TableFault
from connectors.tallies import CODES, REJECTED
from execution.context import Context
from store.later_relay import LaterRelay
from store.stores import Stores


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


ImportFault: TypeAlias = TableFault | UnfitCustomFields | RejectsInTheWay | Stopped


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
    from_start: bool = False,
    on_resumption: Callable[[Resumption], None] | None = None,
) -> ImportReport | ImportFault:
    """Store what the file says, and list what cannot be stored in the rejects file.

    Nothing is stored when the file as a whole is unfit, or when the rejects would take the place
    of it, of the mapping's file or of anything but older rejects. An import that was broken off
    is taken up where it was by importing the same content by the same mapping, unless
    `from_start` says otherwise. Raises OSError where the rejects cannot be written.
    """
    rejects_path = rejects_path or rejects_beside(path)
    try:
        source = sources.source(path)
    except OSError as error:
        return NoTable(error.strerror or str(error))
    fault = await custom_fields.check(ctx, mapping) or tables.check(path, mapping)
    if fault is not None:
        return fault
    if reason := _why_rejects_cannot_go(rejects_path, path, mapping_path):
        return RejectsInTheWay(rejects_path, reason)
    checkpoints = await resuming.checkpoints(
        ctx, mapping, source, rejects_path, from_start=from_start
    )
    if on_resumption is not None and checkpoints.resumption is not None:
        on_resumption(checkpoints.resumption)
    relay = LaterRelay(ctx.stores.database, ctx.viewer.tenant)
    behind = replace(ctx, stores=Stores(ctx.stores.database, ctx.viewer.tenant, relay))
    with Rejects(rejects_path, checkpoints.rejects) as rejects:
        run = Run(behind, mapping, source, checkpoints, rejects, progress)
        try:
            stopped = await run.run()
        finally:
            await relay.settle()
    if stopped is not None:
        return stopped
    await ctx.stores.relay.sweep()  # events that an earlier run was broken off before it moved
    await checkpoints.drop()
    return _report(mapping.kind, run, rejects)


def _report(kind: Kind, run: Run, rejects: Rejects) -> ImportReport:
    tally = run.tally
    return ImportReport(
        kind=kind,
        rows=tally.rows,
        created=tally.count(CODES[Result.CREATED]),
        updated=tally.count(CODES[Result.UPDATED]),
        unchanged=tally.count(CODES[Result.UNCHANGED]),
        rejected=tally.count(REJECTED),
        repeated=run.repeated,
        without_parent=tally.without_parent,
        unmatched_people=tally.unmatched,
        unknown_types=tally.unknown_types,
        rejects=rejects.path if rejects.count else None,
    )


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
