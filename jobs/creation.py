"""Creation: a group for every account of an audience that has none for the solution interest.

Rules may ask how engaged people are, and a new group is scored against the tenant's reference. So
a tenant that was never scored is scored first, slice by slice like the rest. Then the audience is
refreshed, unless a daily run has just done so: whoever is a member after that gets a group.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from domain.attributes import Scope
from domain.identifiers import JobId
from domain.jobs import JobTrigger
from domain.placing import asked_fields
from execution.context import Context, Right
from jobs import audience_refresh
from jobs.plans import Items, JobFailed, Plan, Slice
from resolvers import audience_accounts, groups, new_groups, scoring
from resolvers.outcomes import NotFound
from store.driver import Document

ACCOUNTS_AT_ONCE: Final = 200
"""How many groups are stored in one transaction."""

PARTS: Final = 10
"""How many such transactions a slice has."""

_SCORING: Final = "scoring:"
_REFRESHING: Final = "refreshing:"
_REFRESHED: Final = "refreshed:"
"""The place of a job that has refreshed its audience and made no group yet."""


async def total(ctx: Context, job: Document) -> int | None:
    """How many accounts the audience has; None while other things are done first."""
    _require_rights(ctx)
    if await _is_scoring(ctx, job):
        return None
    audience = await _audience(ctx, job)
    if _is_refreshing(job, audience):
        return None
    return await audience_accounts.count_accounts(ctx, audience)


async def step(ctx: Context, job: Document) -> Slice:
    """Make the groups of the next accounts, in the order of their ids."""
    _require_rights(ctx)
    if await _is_scoring(ctx, job):
        scored = await scoring.go_on(ctx, job["cursor"].removeprefix(_SCORING))
        return Slice("" if scored.after is None else _SCORING + scored.after, {})
    is_daily = job.get("trigger") == JobTrigger.DAILY.value
    if is_daily and not await ctx.stores.jobs.is_in_force(job["parameters"]):
        return Slice(None, {})  # the job it carried on was deleted, or is paused
    audience = await _audience(ctx, job)
    if _is_refreshing(job, audience):
        return await _refresh(ctx, job, audience)
    what = await _interest(ctx, job)
    accounts = await _next_accounts(ctx, job, audience, _shown(what))
    if not accounts:
        await scoring.score_due_groups(ctx)
        return Slice(None, {})
    counts = await _create(ctx, job, what, accounts)
    return Slice(accounts[-1]["_id"], {"done": len(accounts), **counts})


async def _next_ids(ctx: Context, job: Document) -> list[str]:
    """The accounts of the next slice; none while other things are done first."""
    if await _is_scoring(ctx, job):
        return []
    audience = await _audience(ctx, job)
    if _is_refreshing(job, audience):
        return []
    return [account["_id"] for account in await _next_accounts(ctx, job, audience, {"_id": 1})]


async def _create_one(ctx: Context, job: Document, id: str) -> Mapping[str, int]:
    what = await _interest(ctx, job)
    account = await ctx.stores.accounts.one(id, _shown(what))
    return {} if account is None else await _create(ctx, job, what, [account])


async def _create(
    ctx: Context, job: Document, what: new_groups.Interest, accounts: Sequence[Document]
) -> Mapping[str, int]:
    """Make the groups these accounts lack; what the job has made, now or before."""
    ids = await groups.create_groups(ctx, what, accounts, JobId(job["_id"]), ACCOUNTS_AT_ONCE)
    created, members = await ctx.stores.groups.created_by(job["_id"], list(ids))
    return {"groups_created": created, "members_assigned": members}


async def _interest(ctx: Context, job: Document) -> new_groups.Interest:
    parameters = job["parameters"]
    what = await new_groups.interest(
        ctx, parameters["solution_interest_id"], parameters.get("entry_stage")
    )
    if isinstance(what, NotFound):
        raise JobFailed(f"There is no {what.what} {what.id} any more.")
    return what


def _shown(what: new_groups.Interest) -> Mapping[str, object]:
    """What making a group needs to know of its account."""
    return dict.fromkeys(asked_fields(what.template, Scope.ACCOUNT) | {"name"}, 1)


async def _next_accounts(
    ctx: Context, job: Document, audience: Document, shown: Mapping[str, object]
) -> list[Document]:
    after = "" if job["cursor"] == _REFRESHED else job["cursor"]
    return await audience_accounts.next_accounts(
        ctx, audience, shown, after=after, limit=ACCOUNTS_AT_ONCE * PARTS
    )


def _is_refreshing(job: Document, audience: Document) -> bool:
    """Whether the next slice is one of the audience's refresh."""
    if job["cursor"]:
        return bool(job["cursor"].startswith(_REFRESHING))
    is_daily = job.get("trigger") == JobTrigger.DAILY.value
    return not is_daily or "refreshed_at" not in audience or "refresh_due" in audience


async def _refresh(ctx: Context, job: Document, audience: Document) -> Slice:
    cursor = job["cursor"].removeprefix(_REFRESHING)
    done = await audience_refresh.go_on(ctx, job, audience, cursor)
    if done.after is None:
        return Slice(_REFRESHED, {})
    counts = {name: count for name, count in done.counts.items() if name != "done"}
    return Slice(_REFRESHING + done.after, counts)


def _require_rights(ctx: Context) -> None:
    ctx.viewer.require(Right.RUN_JOBS)
    ctx.viewer.require(Right.ACT_AS_SYSTEM)


async def _is_scoring(ctx: Context, job: Document) -> bool:
    """Whether the next slice is one of the tenant's first scoring run."""
    if job["cursor"]:
        return bool(job["cursor"].startswith(_SCORING))
    return await ctx.stores.scoring.runs.reference() is None


async def _audience(ctx: Context, job: Document) -> Document:
    audience = await ctx.stores.audiences.one(job["parameters"]["audience_id"])
    if audience is None:
        raise JobFailed("The account audience is gone.")
    return audience


PLAN: Final = Plan(total, step, Items(_next_ids, _create_one))
