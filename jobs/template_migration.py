"""Template migration: a solution interest's groups change over to another version, or go back.

They are gone through in the order of their ids. The interest itself has changed over before, so
that whatever is made meanwhile follows the version already.
"""

from typing import Final

from domain.identifiers import JobId
from execution.context import Context, Right
from jobs.plans import Plan, Slice
from resolvers import migrated_groups
from store.driver import Document

GROUPS_AT_ONCE: Final = 200


async def total(ctx: Context, job: Document) -> int | None:
    """How many groups the solution interest has."""
    _require_rights(ctx)
    return await ctx.stores.groups.count_found({"solution_interest_id": _interest(job)})


async def step(ctx: Context, job: Document) -> Slice:
    """Change the next groups over; nothing once another job has the migration in hand."""
    _require_rights(ctx)
    id, interest = JobId(job["_id"]), _interest(job)
    way = await migrated_groups.way(ctx, interest)
    if way is None or way.migration.job != id:
        return Slice(None, {})
    ids = await ctx.stores.groups.of_interest(interest, job["cursor"], GROUPS_AT_ONCE)
    if not ids:
        await migrated_groups.move_late_groups(ctx, interest, way, id)
        return Slice(None, {})
    await migrated_groups.move_groups(ctx, way, ids, id)
    changed = await ctx.stores.groups.migrated_by(id, ids)
    return Slice(ids[-1], {"done": len(ids), "groups_changed": changed})


def _interest(job: Document) -> str:
    return str(job["parameters"]["solution_interest_id"])


def _require_rights(ctx: Context) -> None:
    ctx.viewer.require(Right.RUN_JOBS)
    ctx.viewer.require(Right.ACT_AS_SYSTEM)


PLAN: Final = Plan(total, step)
