"""A job is run: leased, worked off slice by slice, and finished or failed, once."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, TypeAlias

from domain.events import EventType
from domain.identifiers import JobId
from execution.context import Context
from resolvers import stamps
from store.driver import Document
from store.records import Change, Changed, Conflict, Missing

LEASE: Final = timedelta(seconds=30)
_log = logging.getLogger(__name__)

Progress: TypeAlias = Callable[[Document], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Slice:
    """What one step of a job has done: where the next begins, and what to add to the progress.

    `after` is None when nothing was left to do.
    """

    after: str | None
    counts: Mapping[str, int]


class JobFailed(Exception):
    """The job cannot go on; the text says why, for the person who started it."""


Step: TypeAlias = Callable[[Context, Document], Awaitable[Slice]]


async def run(
    ctx: Context, id: JobId, step: Step, worker: str, progress: Progress | None = None
) -> bool:
    """Work a job off, from wherever it stands, until it is done or failed.

    False when another worker has it. A step is done again if the process ended before it was
    noted, so a step leaves things as they are where it has been before.
    """
    job = await ctx.stores.jobs.lease(id, worker, ctx.now(), LEASE)
    if job is None:
        return False
    while True:
        if progress is not None:
            await progress(job)
        try:
            done = await step(ctx, job)
        except JobFailed as failure:
            await _finish(ctx, id, worker, "failed", str(failure))
            return True
        except Exception:
            _log.exception("Job %s failed.", id)
            await _finish(ctx, id, worker, "failed", "Unexpected error; the log says more.")
            return True
        if done.after is None:
            await _finish(ctx, id, worker, "done", None)
            return True
        noted = await ctx.stores.jobs.advance(
            id, worker, job["cursor"], done.after, counts=done.counts, now=ctx.now(), length=LEASE
        )
        taken = await ctx.stores.jobs.one(id)
        if not noted or taken is None:
            return False
        job = taken


async def _finish(ctx: Context, id: JobId, worker: str, status: str, failure: str | None) -> None:
    type = EventType.JOB_FAILED if failure else EventType.JOB_FINISHED

    def decide(job: Document) -> Change | None:
        lease = job["lease"]
        if job["status"] != "running" or lease is None or lease["owner"] != worker:
            return None
        after = {"status": status, "progress": job["progress"], "failure": failure}
        marks = {"lease": None, "finished_at": ctx.now(), **stamps.updated(ctx)}
        event = stamps.event(ctx, type, id, after=after)
        return Change({"status": status, "failure": failure, **marks}, (event,))

    match await ctx.stores.jobs.change(id, decide):
        case Conflict():
            _log.warning("Job %s could not be finished; its lease will run out.", id)
        case Changed() | Missing() | None:
            pass
