"""Deleting a job: it goes no further, and a creation job is in force no more; its groups stay."""

from collections.abc import Sequence
from dataclasses import dataclass

from domain.events import EventType
from domain.identifiers import JobId
from domain.jobs import JobTrigger
from execution.context import Context, Right
from resolvers import stamps
from resolvers.outcomes import Conflict, NotFound
from store.deletions import Deleted, Deletion
from store.driver import Document
from store.records import Conflict as Raced
from store.records import Missing


@dataclass(frozen=True, slots=True)
class JobIsDaily:
    """The job is part of a day's run, which has each of its jobs once."""

    id: JobId


async def delete_job(ctx: Context, id: str) -> JobId | JobIsDaily | NotFound | Conflict:
    """Delete a job that somebody started; whoever works on it stops after the slice at hand."""
    ctx.viewer.require(Right.RUN_JOBS)

    def decide(document: Document, uses: Sequence[int]) -> Deletion | JobIsDaily:
        if document.get("trigger") == JobTrigger.DAILY.value:
            return JobIsDaily(JobId(id))
        before = {key: document[key] for key in ("kind", "status", "parameters")}
        return Deletion(stamps.event(ctx, EventType.JOB_DELETED, id, before=before))

    match await ctx.stores.deletions.delete(ctx.stores.jobs, id, decide):
        case Deleted():
            return JobId(id)
        case Missing():
            return NotFound("job", id)
        case Raced():
            return Conflict("job", id)
        case refusal:
            return refusal
