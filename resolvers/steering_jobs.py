"""Jobs are paused, resumed, cancelled and retried.

Each is one guarded update that takes the job out of its worker's hands: whatever the worker notes
after that finds the job no longer its own, and the slice at hand is done again if the job goes on.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from domain.events import EventType
from domain.identifiers import JobId
from domain.jobs import JobCommand, JobStatus, StatusForbids, told
from execution.context import Context, Right
from resolvers import stamps
from resolvers.outcomes import Conflict, NotFound
from store.driver import Document
from store.records import Change, Changed, Missing
from store.records import Conflict as Raced

Steered = JobId | StatusForbids | NotFound | Conflict

_EVENTS: Final[Mapping[JobCommand, EventType]] = {
    JobCommand.PAUSE: EventType.JOB_PAUSED,
    JobCommand.RESUME: EventType.JOB_RESUMED,
    JobCommand.CANCEL: EventType.JOB_CANCELLED,
    JobCommand.RETRY: EventType.JOB_RETRIED,
}


async def pause_job(ctx: Context, id: str) -> Steered:
    """Let a job rest where it stands; a creation job in force rests in the daily runs as well."""
    ctx.viewer.require(Right.RUN_JOBS)
    return await _steer(ctx, id, JobCommand.PAUSE)


async def resume_job(ctx: Context, id: str) -> Steered:
    """Let a paused job go on where it stands."""
    ctx.viewer.require(Right.RUN_JOBS)
    return await _steer(ctx, id, JobCommand.RESUME)


async def cancel_job(ctx: Context, id: str) -> Steered:
    """End a job before it is done; what it did stays, and it is in force no more."""
    ctx.viewer.require(Right.RUN_JOBS)
    return await _steer(ctx, id, JobCommand.CANCEL)


async def retry_job(ctx: Context, id: str) -> Steered:
    """Let a job that has failed go on where it was, after another try with what failed in it.

    If more has failed than the job has kept the ids of, it goes through everything again.
    """
    ctx.viewer.require(Right.RUN_JOBS)
    return await _steer(ctx, id, JobCommand.RETRY)


async def _steer(ctx: Context, id: str, command: JobCommand) -> Steered:
    def decide(job: Document) -> Change | StatusForbids:
        before = JobStatus(job["status"])
        after = told(before, command)
        if isinstance(after, StatusForbids):
            return after
        event = stamps.event(
            ctx,
            _EVENTS[command],
            id,
            before={"status": before.value},
            after={"status": after.value},
        )
        marks = {"status": after.value, "lease": None, **stamps.updated(ctx)}
        unset = ("in_force",) if command is JobCommand.CANCEL else ()
        return Change({**marks, **_paths(ctx.now(), job, command)}, (event,), unset)

    match await ctx.stores.jobs.change(id, decide):
        case Changed():
            return JobId(id)
        case Missing():
            return NotFound("job", id)
        case Raced():
            return Conflict("job", id)
        case refusal:
            return refusal


def _paths(now: datetime, job: Document, command: JobCommand) -> Mapping[str, object]:
    """What else a command alters."""
    match command:
        case JobCommand.PAUSE:
            return {"paused_at": now}
        case JobCommand.RESUME:
            return {"paused_at": None, **_since(now, job, job["paused_at"])}
        case JobCommand.CANCEL:
            return {"finished_at": now}
        case JobCommand.RETRY:
            return {
                "failed_steps": 0,
                "failure": None,
                "finished_at": None,
                **_since(now, job, job["finished_at"]),
                **_again(job),
            }


def _since(now: datetime, job: Document, rested_since: datetime) -> Mapping[str, object]:
    """The estimate of the time left is made without the time for which the job rested."""
    since = job["progress"].get("since")
    return {} if since is None else {"progress.since": since + (now - rested_since)}


def _again(job: Document) -> Mapping[str, object]:
    failures, count = job.get("failures", ()), job.get("failure_count", 0)
    fresh: dict[str, object] = {"failures": [], "failure_count": 0}
    if count <= len(failures):
        return {**fresh, "to_retry": [failure["item_id"] for failure in failures]}
    groups = ("groups_created", "members_assigned", "groups_changed")
    done = ("done", *groups, "accounts_joined", "accounts_left")
    return {**fresh, "cursor": "", "to_retry": [], **{f"progress.{name}": 0 for name in done}}
