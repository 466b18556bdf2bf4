"""Members required: the groups of a template are recomputed with what its roles need by now.

They are gone through in the order of their ids. The template is read anew in every step, so that a
further change is followed by the groups that are left; the others are behind once more, and that
change has a job of its own.
"""

from typing import Final

from domain.identifiers import JobId
from execution.context import Context, Right
from jobs.running import JobFailed, Plan, Slice
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
    template = await ctx.stores.role_templates.template(_template(job))
    if template is None:
        raise JobFailed("The role template is gone.")
    ids = await ctx.stores.groups.of_template(template.id, job["cursor"], GROUPS_AT_ONCE)
    if not ids:
        return Slice(None, {})
    await members_required.recompute_groups(ctx, template, ids, JobId(job["_id"]))
    changed = await ctx.stores.groups.recomputed_by(job["_id"], ids)
    return Slice(ids[-1], {"done": len(ids), "groups_changed": changed})


def _template(job: Document) -> str:
    return str(job["parameters"]["role_template_id"])


def _require_rights(ctx: Context) -> None:
    ctx.viewer.require(Right.RUN_JOBS)
    ctx.viewer.require(Right.ACT_AS_SYSTEM)


PLAN: Final = Plan(total, step)
