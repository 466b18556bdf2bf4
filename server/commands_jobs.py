"""`quorum jobs run`: start a job and work it off here, with a bar that shows how far it is."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from domain.audiences import AudienceNotLive
from domain.identifiers import JobId
from domain.jobs import JobKind, JobStatus
from execution.context import Context
from jobs.kinds import run_job
from resolvers.jobs import (
    remaining,
    start_creation_job,
    start_maintenance_job,
    start_scoring_job,
)
from resolvers.outcomes import Conflict, Invalid, NotFound
from server.commands import installed, run_to_its_end, settings_or_exit
from server.contexts import new_id
from server.process import CommandFailed
from server.settings import Settings
from store.driver import Document

Started = JobId | NotFound | Invalid | AudienceNotLive | Conflict
Start = Callable[[Context], Awaitable[Started]]
Show = Callable[[Document], Awaitable[None]]

_LOOK_AGAIN_SECONDS: Final = 0.5

_OPTIONS: Final = {"entryStage": "--entry-stage"}
_COUNTED: Final = {
    "groups_created": "groups created",
    "groups_changed": "groups changed",
    "members_assigned": "members assigned",
    "accounts_joined": "accounts joined",
    "accounts_left": "accounts left",
}


def run_creation(
    solution_interest: str, audience: str, entry_stage: str | None, tenant: str | None
) -> None:
    """Run a creation job for a solution interest and an audience, both given by their ids.

    New groups begin in the entry stage of this name or id, or in no stage.
    """

    async def start(context: Context) -> Started:
        return await start_creation_job(context, solution_interest, audience, entry_stage)

    run_to_its_end(_run(settings_or_exit(), tenant, "Creating groups", start))


def run_maintenance(solution_interest: str | None, tenant: str | None) -> None:
    """Run a maintenance job for one solution interest's groups, or for all."""

    async def start(context: Context) -> Started:
        return await start_maintenance_job(context, solution_interest)

    run_to_its_end(_run(settings_or_exit(), tenant, "Maintaining groups", start))


def run_scoring(tenant: str | None) -> None:
    """Run a scoring job."""
    run_to_its_end(_run(settings_or_exit(), tenant, "Scoring", start_scoring_job))


async def _run(settings: Settings, tenant: str | None, title: str, start: Start) -> None:
    async with installed(settings) as installation:
        context = await installation.tenant_context(tenant)
        id = await start(context)
        if isinstance(id, NotFound):
            raise CommandFailed(f"There is no {id.what} {id.id}.")
        if isinstance(id, Invalid):
            raise CommandFailed(f"{_OPTIONS.get(id.field, id.field)}: {id.reason}.")
        if isinstance(id, AudienceNotLive):
            raise CommandFailed(f"The account audience {id.id} is a draft; publish it first.")
        if isinstance(id, Conflict):
            raise CommandFailed(f"Others kept changing the {id.what} {id.id}; try again.")
        console = Console(stderr=True)
        with _bar(console) as progress:
            bar = progress.add_task(title, total=None, left="")

            async def show(job: Document) -> None:
                done = job["progress"]
                left = in_words(remaining(job, context.now()))
                progress.update(bar, total=done["total"], completed=done["done"], left=left)

            job = await _ended(context, id, show)
    _report(job)


def _bar(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[left]}"),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )


def in_words(left: timedelta | None) -> str:
    """About how long a job will go on, as the bar says it; nothing while that is not known."""
    if left is None:
        return ""
    seconds = round(left.total_seconds())
    if seconds < 60:
        return f"about {seconds} s left"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"about {minutes} min left"
    return f"about {minutes // 60} h {minutes % 60} min left"


async def _ended(context: Context, id: JobId, show: Show) -> Document:
    """The job once it has ended: here, or with another worker that was faster to take it."""
    worker = new_id("worker")
    while True:
        job = await context.stores.jobs.one(id)
        if job is None:
            raise CommandFailed(f"The job {id} was deleted.")
        if not JobStatus(job["status"]).is_open:
            return job
        if not await run_job(context, id, worker, show):
            await show(job)
            await asyncio.sleep(_LOOK_AGAIN_SECONDS)


def _report(job: Document) -> None:
    match JobStatus(job["status"]):
        case JobStatus.DONE:
            click.echo(f"{job['_id']} is done: {outcome_of(job)}.")
        case JobStatus.FINISHED_WITH_FAILURES:
            failures, first = job["failure_count"], job["failures"][0]
            raise CommandFailed(
                f"{job['_id']} is done but for {failures:,}: {outcome_of(job)}. "
                f"The first that failed is {first['item_id']}: {first['reason']}."
            )
        case JobStatus.FAILED:
            raise CommandFailed(f"The job {job['_id']} failed: {job['failure']}")
        case other:
            raise CommandFailed(f"The job {job['_id']} was {other.value}.")


def outcome_of(job: Document) -> str:
    """What a job that is done has done, in words."""
    progress = job["progress"]
    counted = [
        f"{progress[name]:,} {words}" for name, words in _COUNTED.items() if progress.get(name)
    ]
    if job["kind"] == JobKind.SCORING.value:
        counted.insert(0, f"scores of people and groups computed: {progress['done']:,}")
    return ", ".join(counted) or "nothing had to change"
