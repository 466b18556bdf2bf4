"""`quorum export`: everything of a tenant in one file."""

from contextlib import AsyncExitStack, aclosing
from pathlib import Path
from typing import Final

import click

from server.commands import installed, run_to_its_end, settings_or_exit
from server.exported_files import standard_output, written
from server.process import CommandFailed
from server.settings import Settings
from store.exporting import exported
from store.snapshots import SnapshotLost, long_history

_STANDARD_OUTPUT: Final = Path("-")
_LINES_AROUND: Final = 2


def run_export(file: Path | None, tenant: str | None) -> None:
    """Write a tenant to a file whose folder exists, or to standard output."""
    settings = settings_or_exit()
    try:
        run_to_its_end(_export(settings, None if file == _STANDARD_OUTPUT else file, tenant))
    except OSError as error:
        target = error.filename or file or "Standard output"
        raise CommandFailed(f"{target} cannot be written: {error.strerror}.") from error


async def _export(settings: Settings, file: Path | None, tenant: str | None) -> None:
    async with installed(settings) as installation, AsyncExitStack() as stack:
        context = await installation.tenant_context(tenant)
        if settings.mongodb_uri is None:
            await stack.enter_async_context(long_history(installation.opened.client))
        database, name = installation.opened.database, context.viewer.tenant
        count = -_LINES_AROUND
        try:
            async with aclosing(exported(database, name, context.now())) as lines:
                with written(file) if file else standard_output() as target:
                    async for line in lines:
                        target.write(line)
                        count += 1
        except SnapshotLost as error:
            raise CommandFailed(
                "The export is not complete: MongoDB kept the moment it shows for too short a"
                " time. Try again, or let it keep moments for longer"
                " (minSnapshotHistoryWindowInSeconds)."
            ) from error
    click.echo(f"Exported the tenant {name}: {count:,} documents.", err=True)
