"""`quorum demo`: a server with something to look at, loaded once and kept."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from demo.job_runs import ACTOR
from demo.loading import DemoProgress, DemoReport, is_loaded, load_demo
from demo.records import DemoFailed
from execution.context import Context
from server import logs
from server.commands import Installation, installed, run_command, settings_or_exit
from server.commands_serve import serve_until_signalled
from server.examples import EXAMPLES
from server.graphiql import PATH
from server.process import CommandFailed, listen
from server.settings import Settings


def run_demo() -> None:
    """Serve with demo data until a signal; the second start finds the data of the first."""
    settings = settings_or_exit()
    logs.configure("warning", settings.log_format)  # what is printed here is to stay in sight
    run_command(_demo(settings))


async def _demo(settings: Settings) -> None:
    with listen(settings) as listener:
        click.echo("Starting MongoDB ...")
        async with installed(settings) as installation:
            await _fill(installation)
            for line in greeting(settings):
                click.echo(line)
            await serve_until_signalled(installation, listener)


async def _fill(installation: Installation) -> None:
    """Load the demo data, or what is missing of it, unless the tenant has data of its own."""
    context = await installation.tenant_context(None)
    if await is_loaded(context):
        click.echo("The demo data is there.")
        return
    if await _has_own_data(context):
        click.echo("The store has data of its own: it is served as it is, without demo data.")
        return
    try:
        with _bar() as progress:
            report = await load_demo(context, progress)
    except asyncio.CancelledError:
        click.echo("The demo data is not complete yet: run it again to continue.")
        raise
    except DemoFailed as error:
        raise CommandFailed(f"The demo data could not be loaded: {error}.") from error
    click.echo(_summary(report))


async def _has_own_data(context: Context) -> bool:
    """Whether somebody else than the demo has stored something; a broken off demo is continued."""
    stores = context.stores
    others = {"tenant": context.viewer.tenant, "created_by": {"$ne": ACTOR}}
    for records in (stores.accounts, stores.people, stores.solution_interests):
        if await records.collection.find_one(others, {"_id": 1}) is not None:
            return True
    return False


@contextmanager
def _bar() -> Iterator[Callable[[DemoProgress], None]]:
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bars:
        bar = bars.add_task("Loading demo data")

        def show(progress: DemoProgress) -> None:
            title = f"Demo data: {progress.step}".ljust(40)
            bars.update(
                bar,
                description=title,
                total=progress.steps,
                completed=progress.number + progress.part,
            )

        yield show


def _summary(report: DemoReport) -> str:
    return (
        f"Loaded {report.accounts:,} accounts, {report.people:,} people,"
        f" {report.opportunities:,} opportunities, {report.activities:,} activities"
        f" and {report.buying_groups:,} buying groups."
    )


def greeting(settings: Settings) -> Iterator[str]:
    """Where GraphiQL is, and what to try there."""
    yield ""
    yield f"GraphiQL: {settings.address}{PATH}"
    yield "Three queries worth trying; they wait there, a tab each:"
    for number, example in enumerate(EXAMPLES, start=1):
        yield ""
        yield f"{number}. {example.title}"
        yield from (f"   {line}" for line in example.query.splitlines())
    yield ""
    yield f"All of this waits at {settings.address}{PATH}; Ctrl-C ends it, the data stays."
