"""The demo's jobs: each is made once and seen to its end, whichever process works it off."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from demo.records import DemoFailed
from domain.identifiers import JobId
from domain.jobs import JobKind, JobStatus
from execution.context import Context
from jobs.kinds import run_job
from store.driver import Document

ACTOR: Final = "demo"
PATIENCE_SECONDS: Final = 120.0
PAUSE_SECONDS: Final = 0.1
_FAILED: Final = (JobStatus.FAILED, JobStatus.FINISHED_WITH_FAILURES, JobStatus.CANCELLED)


async def done_once(
    ctx: Context,
    kind: JobKind,
    parameters: Mapping[str, str | None],
    start: Callable[[], Awaitable[object]],
    *,
    number: int = 1,
) -> None:
    """See the demo's first job of this kind to its end, or a later one; started if need be."""
    jobs = await own_jobs(ctx, kind, parameters)
    id = jobs[number - 1]["_id"] if len(jobs) >= number else await start()
    if not isinstance(id, str):
        raise DemoFailed(str(id))
    deadline = asyncio.get_running_loop().time() + PATIENCE_SECONDS
    while True:
        await run_job(ctx, JobId(id), ACTOR)
        job = await ctx.stores.jobs.one(id)
        if job is None or JobStatus(job["status"]) in _FAILED:
            raise DemoFailed(f"job {id} has failed: {job and job['failure']}")
        if job["status"] == JobStatus.DONE.value:
            return
        if asyncio.get_running_loop().time() > deadline:
            raise DemoFailed(f"job {id} does not end")
        await asyncio.sleep(PAUSE_SECONDS)


async def own_jobs(
    ctx: Context, kind: JobKind, parameters: Mapping[str, str | None]
) -> list[Document]:
    """The demo's jobs of this kind that have not failed, in the order they were made."""
    own = [
        job
        for job in await ctx.stores.jobs.all()
        if (job["created_by"], job["kind"], job["parameters"]) == (ACTOR, kind.value, parameters)
        and JobStatus(job["status"]) not in _FAILED
    ]
    return sorted(own, key=lambda job: (job["created_at"], job["_id"]))
