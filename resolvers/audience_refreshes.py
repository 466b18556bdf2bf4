"""Refreshes of audiences: started when somebody asks, and when others belong than before."""

from domain.audiences import AudienceNotLive, AudienceStatus, status_of
from domain.identifiers import AudienceId, JobId, derived
from execution.context import Context, Right
from resolvers import jobs
from resolvers.audience_members import revision_of
from resolvers.outcomes import NotFound

DRAFT = AudienceStatus.DRAFT.value
_SHOWN = {"status": 1, "revision": 1}


async def refresh_account_audience(ctx: Context, id: str) -> JobId | AudienceNotLive | NotFound:
    """Store the job that lets accounts join and leave a live audience as its rule says now."""
    ctx.viewer.require(Right.RUN_JOBS)
    audience = await ctx.stores.audiences.one(id, _SHOWN)
    if audience is None:
        return NotFound("account audience", id)
    if status_of(audience.get("status")) is not AudienceStatus.LIVE:
        return AudienceNotLive(AudienceId(id))
    return await jobs.start_audience_refresh_job(ctx, AudienceId(id))


async def start_due_refreshes(ctx: Context) -> None:
    """Store a job for each revision of a live audience that its members do not follow yet, once."""
    ctx.viewer.require(Right.RUN_JOBS)
    due = await ctx.stores.audiences.found({"refresh_due": True}, _SHOWN)
    wanted = {_job_of(ctx, AudienceId(each["_id"]), revision_of(each)): each for each in due}
    known = set(await ctx.stores.jobs.by_ids(wanted, {"_id": 1}))
    known |= await ctx.stores.deletions.among(wanted)
    for job, audience in wanted.items():
        if job not in known:
            await jobs.start_audience_refresh_job(ctx, AudienceId(audience["_id"]), job)


async def live_audiences(ctx: Context) -> list[AudienceId]:
    """The audiences that have members, in the order of their ids.

    It serves those who have asked for a right of their own.
    """
    found = await ctx.stores.audiences.found({"status": {"$ne": DRAFT}}, {"_id": 1})
    return [AudienceId(each["_id"]) for each in found]


def _job_of(ctx: Context, audience: AudienceId, revision: int) -> JobId:
    return JobId(derived("job", ctx.viewer.tenant, "audience", audience, str(revision)))
