"""`quorum import`: a file's rows become accounts, people, opportunities or activities."""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from connectors import importing, mapping_files
from connectors.importing import ImportReport
from connectors.mappings import FileMapping, MappingFault
from connectors.passes import Progress as Passed
from connectors.resuming import Resumption
from server.commands import installed, run_to_its_end, settings_or_exit
from server.process import CommandFailed
from server.settings import Settings


def run_import(
    file: Path, mapping_file: Path, rejects: Path | None, tenant: str | None, *, from_start: bool
) -> None:
    """Import a file as its mapping says; what cannot be taken is listed in the rejects file."""
    settings = settings_or_exit()
    mapping = _mapping(mapping_file)
    collect_less_often()
    if not file.is_file():
        raise CommandFailed(f"There is no file {file}.")
    try:
        run_to_its_end(_import(settings, mapping, file, mapping_file, rejects, tenant, from_start))
    except OSError as error:
        raise CommandFailed(f"{error.filename} cannot be used: {error.strerror}.") from error


def collect_less_often() -> None:
    """Look for garbage in circles after 50,000 new objects, and not among those there are now.

    An import makes a hundred objects a row, none of them in circles: the default of 700 costs
    it a fifth of its time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def _mapping(file: Path) -> FileMapping:
    try:
        mapping = mapping_files.read(file.read_bytes())
    except OSError as error:
        raise CommandFailed(f"{file} cannot be read: {error.strerror}.") from error
    if isinstance(mapping, MappingFault):
        raise CommandFailed(f"{file}: {mapping.message}")
    return mapping


async def _import(
    settings: Settings,
    mapping: FileMapping,
    file: Path,
    mapping_file: Path,
    rejects: Path | None,
    tenant: str | None,
    from_start: bool,
) -> None:
    async with installed(settings) as installation:
        context = await installation.tenant_context(tenant)
        with _bar(f"Importing {mapping.kind.value}") as progress:
            outcome = await importing.import_file(
                context,
                mapping,
                file,
                mapping_path=mapping_file,
                rejects_path=rejects,
                progress=progress,
                from_start=from_start,
                on_resumption=_say_where,
            )
    if not isinstance(outcome, ImportReport):
        raise CommandFailed(f"{file}: {outcome.message}")
    for line in report_lines(outcome):
        click.echo(line)
    if outcome.rows and outcome.rejected == outcome.rows:
        raise CommandFailed("Nothing was taken: every row was rejected.")


def _say_where(resumption: Resumption) -> None:
    again = ", all rows having been looked at once" if resumption.is_later_pass else ""
    click.echo(f"Resuming at row {resumption.row:,}{again}; --from-start begins again.")


@contextmanager
def _bar(title: str) -> Iterator[Callable[[Passed], None]]:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[rows]} rows"),
        TimeRemainingColumn(),
    )
    console = Console(stderr=True)
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bars:
        bar = bars.add_task(title, total=None, rows=0)

        def show(progress: Passed) -> None:
            bars.update(
                bar,
                total=progress.bytes_in_all,
                completed=progress.bytes_done,
                rows=f"{progress.rows:,}",
            )

        yield show


def report_lines(report: ImportReport) -> Iterator[str]:
    """What became of the rows, in words: the sum first, then what deserves a look."""
    rows = _counted(report.rows, "row", "rows")
    yield (
        f"{rows} of {report.kind.value}: {report.created:,} created,"
        f" {report.updated:,} updated, {report.unchanged:,} unchanged,"
        f" {report.rejected:,} rejected."
    )
    if count := report.repeated:
        followed = _counted(count, "row is followed", "rows are followed")
        yield f"{followed} by a later row of the same record, which counts."
    if count := report.without_parent:
        accounts = _counted(count, "account was", "accounts were")
        yield f"{accounts} stored without the parent named in the row."
    if count := report.unmatched_people:
        activities = _counted(count, "activity waits", "activities wait")
        yield f"{activities} for a person who is not known yet."
    for name, count in sorted(report.unknown_types.items()):
        activities = _counted(count, "activity is", "activities are")
        yield f"{activities} of the unknown type {name!r}, which no score counts yet."
    if report.rejects is not None:
        yield f"What was not taken, and why: {report.rejects}"


def _counted(count: int, one: str, more: str) -> str:
    return f"{count:,} {one if count == 1 else more}"
