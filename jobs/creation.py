"""Creation: a group for every account of an audience that has none for the solution interest.

Rules may ask how engaged people are, and a new group is scored against the tenant's reference. So
a tenant that was never scored is scored first, slice by slice like the rest.
"""

from typing import Final

from domain.attributes import Scope
from domain.identifiers import JobId
from domain.jobs import JobTrigger
from domain.placing import asked_fields
from execution.context import Context, Right
from jobs.running import JobFailed, Plan, Slice
from resolvers import audience_accounts, groups, scoring
from resolvers.outcomes import NotFound
from store.driver import Document

ACCOUNTS_AT_ONCE: Final = 200
"""How many groups are stored in one transaction."""

PARTS: Final = 10
"""How many such transactions a slice has."""

_SCORING: Final = "scoring:"


async def total(ctx: Context, job: Document) -> int | None:
    """How many accounts the audience has; None while people are scored first."""
    _require_rights(ctx)
    if await _is_scoring(ctx, job):
        return None
    return await audience_accounts.count_accounts(ctx, await _audience(ctx, job))


async def step(ctx: Context, job: Document) -> Slice:
    """Make the groups of the next accounts, in the order of their ids."""
    _require_rights(ctx)
    if await _is_scoring(ctx, job):
        scored = await scoring.go_on(ctx, job["cursor"].removeprefix(_SCORING))
        return Slice("" if scored.after is None else _SCORING + scored.after, {})
    parameters = job["parameters"]
    is_daily = job.get("trigger") == JobTrigger.DAILY.value
    if is_daily and not await ctx.stores.jobs.is_in_force(parameters):
        return Slice(None, {})  # the job it carried on was deleted
    what = await groups.interest(
        ctx, parameters["solution_interest_id"], parameters.get("entry_stage")
    )
    if isinstance(what, NotFound):
        raise JobFailed(f"There is no {what.what} {what.id} any more.")
    audience = await _audience(ctx, job)
    shown = dict.fromkeys(asked_fields(what.template, Scope.ACCOUNT) | {"name"}, 1)
    accounts = await audience_accounts.next_accounts(
        ctx, audience, shown, after=job["cursor"], limit=ACCOUNTS_AT_ONCE * PARTS
    )
    if not accounts:
        await scoring.score_due_groups(ctx)
        return Slice(None, {})
    ids = await groups.create_groups(ctx, what, accounts, JobId(job["_id"]), ACCOUNTS_AT_ONCE)
    created, members = await ctx.stores.groups.created_by(job["_id"], ids)
    return Slice(
        accounts[-1]["_id"],
        {"done": len(accounts), "groups_created": created, "members_assigned": members},
    )


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


PLAN: Final = Plan(total, step)
