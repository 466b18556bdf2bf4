"""Maintenance: the rules are applied anew to the groups there are, in the order of their ids.

Over all groups, the derived fields of accounts come first: the rules may ask about them. A daily
run leaves out the groups for which nothing can have changed since the last time.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from domain.identifiers import BuyingGroupId, JobId
from domain.jobs import JobTrigger
from execution.context import Context, Right
from jobs.plans import Items, Plan, Slice
from resolvers import derived_fields, maintenance, opportunities, touched_groups
from store.driver import Document

GROUPS_AT_ONCE: Final = 100

PARTS: Final = 10
"""How many times as many the slices of a daily run have: what has changed is read once for each."""

_DERIVING: Final = "derived:"
_GROUPS: Final = "bg"
"""What every group's id begins with, and so comes before them all."""


async def total(ctx: Context, job: Document) -> int | None:
    """How many groups are to be gone through, of one solution interest or of all."""
    _require_rights(ctx)
    touched = await _touched(ctx, job, "", None)
    if touched is not None:
        return len(touched)
    interest = job["parameters"]["solution_interest_id"]
    found = {} if interest is None else {"solution_interest_id": interest}
    return await ctx.stores.groups.count_found(found)


async def step(ctx: Context, job: Document) -> Slice:
    """Maintain the next groups; products that a killed process left in doubt come first."""
    _require_rights(ctx)
    if not job["cursor"]:
        await opportunities.settle_products(ctx)
    if _is_deriving(job):
        last = await derived_fields.refresh_next(ctx, job["cursor"].removeprefix(_DERIVING))
        if last is not None:
            return Slice(_DERIVING + last, {})
        if job["cursor"]:
            return Slice(_GROUPS, {})
    ids = await _next_groups(ctx, job)
    if not ids:
        return Slice(None, {})
    changed = await _maintain(ctx, job, ids)
    return Slice(ids[-1], {"done": len(ids), "groups_changed": changed})


def _is_deriving(job: Document) -> bool:
    is_of_all = job["parameters"]["solution_interest_id"] is None
    return is_of_all and (not job["cursor"] or job["cursor"].startswith(_DERIVING))


async def _next_groups(ctx: Context, job: Document) -> list[BuyingGroupId]:
    interest = job["parameters"]["solution_interest_id"]
    after = _GROUPS if job["cursor"].startswith(_DERIVING) else job["cursor"]
    touched = await _touched(ctx, job, after, GROUPS_AT_ONCE * PARTS)
    if touched is not None:
        return touched
    return await ctx.stores.groups.of_interest(interest, after, GROUPS_AT_ONCE)


async def _touched(
    ctx: Context, job: Document, after: str, limit: int | None
) -> list[BuyingGroupId] | None:
    """The next groups of a daily run; None where all groups are gone through."""
    if job.get("trigger") != JobTrigger.DAILY.value:
        return None
    since = await touched_groups.since(ctx, JobId(job["_id"]))
    return None if since is None else await touched_groups.next_touched(ctx, since, after, limit)


async def _maintain_one(ctx: Context, job: Document, id: str) -> Mapping[str, int]:
    return {"groups_changed": await _maintain(ctx, job, [BuyingGroupId(id)])}


async def _maintain(ctx: Context, job: Document, ids: Sequence[BuyingGroupId]) -> int:
    """Maintain groups; how many of them the job has changed, now or when it did them before."""
    for start in range(0, len(ids), GROUPS_AT_ONCE):
        await maintenance.maintain_groups(
            ctx, ids[start : start + GROUPS_AT_ONCE], JobId(job["_id"])
        )
    return await ctx.stores.groups.maintained_by(job["_id"], ids)


def _require_rights(ctx: Context) -> None:
    ctx.viewer.require(Right.RUN_JOBS)
    ctx.viewer.require(Right.ACT_AS_SYSTEM)


PLAN: Final = Plan(total, step, Items(_next_groups, _maintain_one))
