"""Which plan belongs to which kind of job, and the turn of a tenant's jobs."""

import asyncio
from collections.abc import Mapping
from typing import Final

from domain.identifiers import JobId
from domain.jobs import JobKind
from execution.context import Context
from jobs import (
    audience_refresh,
    creation,
    maintenance,
    members_required,
    scoring,
    template_migration,
)
from jobs.plans import Plan
from jobs.running import Progress, run

PLANS: Final[Mapping[JobKind, Plan]] = {
    JobKind.AUDIENCE_REFRESH: audience_refresh.PLAN,
    JobKind.CREATION: creation.PLAN,
    JobKind.MAINTENANCE: maintenance.PLAN,
    JobKind.SCORING: scoring.PLAN,
    JobKind.MEMBERS_REQUIRED: members_required.PLAN,
    JobKind.TEMPLATE_MIGRATION: template_migration.PLAN,
}


async def run_job(
    ctx: Context,
    id: JobId,
    worker: str,
    progress: Progress | None = None,
    seconds: float | None = None,
    ending: asyncio.Event | None = None,
) -> bool:
    """Work a job off by its kind, for so long at most; whether it has ended here."""
    job = await ctx.stores.jobs.one(id, {"kind": 1})
    if job is None:
        return False
    plan = PLANS[JobKind(job["kind"])]
    return await run(ctx, id, plan, worker, progress=progress, seconds=seconds, ending=ending)


async def run_open_jobs(
    ctx: Context,
    worker: str,
    seconds: float | None = None,
    ending: asyncio.Event | None = None,
) -> int:
    """Work off the tenant's jobs that wait or were left behind, for so long at most.

    How many have ended. One that is cut short comes last the next time. None is begun once the
    process is `ending`.
    """
    clock = asyncio.get_running_loop().time
    end = None if seconds is None else clock() + seconds
    ended = 0
    for id in await ctx.stores.jobs.open_jobs(worker, ctx.now()):
        left = None if end is None else end - clock()
        if (left is not None and left <= 0) or (ending is not None and ending.is_set()):
            break
        ended += await run_job(ctx, JobId(id), worker, seconds=left, ending=ending)
    return ended
