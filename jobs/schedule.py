"""The daily run of a tenant: audiences are refreshed, whoever has joined gets groups, then
maintenance, then scoring.

Each of its jobs has an id made of what it does and the day, so any number of schedulers start it
once. What comes next is found in the jobs that are there: a scheduler remembers nothing, and goes
on where another one ended.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, time
from zoneinfo import ZoneInfo

from domain.daily import due_day, moment_of
from domain.identifiers import AudienceId
from domain.jobs import JobKind, JobStatus
from execution.context import Context, Right
from resolvers.audience_refreshes import live_audiences
from resolvers.daily_schedules import schedule_of
from resolvers.jobs import daily_job_id, start_daily_job
from store.driver import Document

_Parameters = Mapping[str, str | None]


async def start_due_jobs(ctx: Context, at: time) -> None:
    """Start what is next of the tenant's daily run, if a day's is due and nothing of it is open.

    `at` is the time of its days at which a run begins, unless the tenant has set one.
    """
    ctx.viewer.require(Right.RUN_JOBS)
    tenant = await ctx.stores.tenants.own()
    if tenant is None:
        return
    own = schedule_of(tenant)
    if not own.is_on:
        return
    at, last = at if own.at is None else own.at, tenant.get("daily")
    zone = ZoneInfo(own.time_zone or tenant["time_zone"])
    done = date.fromisoformat(last["day"]) if last else None
    day = due_day(ctx.now(), at, zone, tenant["created_at"], done)
    if day is None or await ctx.stores.jobs.has_open_daily_job():
        return
    await ctx.stores.daily_runs.begin(day, ctx.now())
    begun = moment_of(day, at, zone)
    carried_on = [job for job in await ctx.stores.jobs.in_force() if job["created_at"] < begun]
    for kind, wanted in _stages(await live_audiences(ctx), carried_on):
        if not await _is_over(ctx, kind, wanted, day):
            return
    await ctx.stores.daily_runs.finish(day, ctx.now())
    await ctx.stores.tenants.note_daily_run(day)


def _stages(
    audiences: Sequence[AudienceId], carried_on: Sequence[Document]
) -> Iterator[tuple[JobKind, list[_Parameters]]]:
    """What a run consists of, in this order; each stage begins when the one before is over."""
    yield JobKind.AUDIENCE_REFRESH, [{"audience_id": id} for id in audiences]
    creation: list[_Parameters] = []
    for job in carried_on:
        if job["parameters"] not in creation:
            creation.append(job["parameters"])
    yield JobKind.CREATION, creation
    yield JobKind.MAINTENANCE, [{"solution_interest_id": None}]
    yield JobKind.SCORING, [{}]


async def _is_over(ctx: Context, kind: JobKind, wanted: Sequence[_Parameters], day: date) -> bool:
    """Whether a stage's jobs have all ended; those that are not there yet are started now."""
    ids = [daily_job_id(ctx, kind, each, day) for each in wanted]
    there = await ctx.stores.jobs.by_ids(ids, {"status": 1})
    for id, parameters in zip(ids, wanted, strict=True):
        if id not in there:
            await start_daily_job(ctx, kind, parameters, day)
    is_open = [JobStatus(job["status"]).is_open for job in there.values()]
    return len(there) == len(ids) and not any(is_open)
