"""Members required: the groups of a template are recomputed with what its roles need by now.

They are gone through in the order of their ids. The template is read anew in every step, so that a
further change is followed by the groups that are left; the others are behind once more, and that
change has a job of its own.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from domain.identifiers import BuyingGroupId, JobId
from domain.role_templates import RoleTemplate
from execution.context import Context, Right
from jobs.plans import Items, JobFailed, Plan, Slice
from resolvers import members_required
from store.driver import Document

GROUPS_AT_ONCE: Final = 500


async def total(ctx: Context, job: Document) -> int | None:
    """How many groups follow the template."""
    _require_rights(ctx)
    return await ctx.stores.groups.count_found({"role_template_id": _template(job)})


async def step(ctx: Context, job: Document) -> Slice:
    """Recompute the next groups, as far as they are behind."""
    _require_rights(ctx)
    ids = await _next_groups(ctx, job)
    if not ids:
        return Slice(None, {})
    changed = await _recompute(ctx, job, ids)
    return Slice(ids[-1], {"done": len(ids), "groups_changed": changed})


async def _next_groups(ctx: Context, job: Document) -> list[BuyingGroupId]:
    template = await _template_of(ctx, job)
    return await ctx.stores.groups.of_template(template.id, job["cursor"], GROUPS_AT_ONCE)


async def _recompute_one(ctx: Context, job: Document, id: str) -> Mapping[str, int]:
    return {"groups_changed": await _recompute(ctx, job, [BuyingGroupId(id)])}


async def _recompute(ctx: Context, job: Document, ids: Sequence[BuyingGroupId]) -> int:
    template = await _template_of(ctx, job)
    await members_required.recompute_groups(ctx, template, ids, JobId(job["_id"]))
    return await ctx.stores.groups.recomputed_by(job["_id"], ids)


async def _template_of(ctx: Context, job: Document) -> RoleTemplate:
    template = await ctx.stores.role_templates.template(_template(job))
    if template is None:
        raise JobFailed("The role template is gone.")
    return template


def _template(job: Document) -> str:
    return str(job["parameters"]["role_template_id"])


def _require_rights(ctx: Context) -> None:
    ctx.viewer.require(Right.RUN_JOBS)
    ctx.viewer.require(Right.ACT_AS_SYSTEM)


PLAN: Final = Plan(total, step, Items(_next_groups, _recompute_one))
