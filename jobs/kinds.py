"""Which step belongs to which kind of job; and a worker that looks for jobs to do."""

from collections.abc import Mapping
from typing import Final

from domain.identifiers import JobId
from execution.context import Context
from jobs import creation, maintenance, scoring
from jobs.running import Progress, Step, run
from resolvers.jobs import JobKind

STEPS: Final[Mapping[JobKind, Step]] = {
    JobKind.CREATION: creation.step,
    JobKind.MAINTENANCE: maintenance.step,
    JobKind.SCORING: scoring.step,
}


async def run_job(ctx: Context, id: JobId, worker: str, progress: Progress | None = None) -> bool:
    """Work a job off by its kind; False when it is done, unknown, or another worker's."""
    job = await ctx.stores.jobs.one(id, {"kind": 1})
    if job is None:
        return False
    return await run(ctx, id, STEPS[JobKind(job["kind"])], worker, progress)


async def run_open_jobs(ctx: Context, worker: str) -> int:
    """Work off every job of the tenant that waits or was left behind; how many were done."""
    done = 0
    for id in await ctx.stores.jobs.open_jobs(ctx.now()):
        done += await run_job(ctx, JobId(id), worker)
    return done
