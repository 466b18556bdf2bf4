"""Members required: what a live template may still change, and the groups that follow it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from domain.events import EventType
from domain.identifiers import BuyingGroupId, JobId, RoleTemplateId
from domain.role_templates import RoleTemplate
from execution.context import Context, Right
from resolvers import jobs, readiness, roles, stamps
from resolvers.group_changes import completeness_events
from resolvers.outcomes import Conflict, Invalid, NotFound
from store.driver import Document
from store.groups import FOR_DECIDING, derived_paths, to_group
from store.records import Change, Changed, Missing
from store.records import Conflict as Raced
from store.role_templates import to_template

GROUPS_AT_ONCE: Final = 200
GROUPS_WITHOUT_A_JOB: Final = 500
"""How many groups are recomputed without a job that tells how far it is."""


@dataclass(frozen=True, slots=True)
class MembersRequired:
    """The template says what was asked for; `job` recomputes its groups where they are many."""

    template: RoleTemplateId
    job: JobId | None


async def change_members_required(
    ctx: Context, id: str, role: str, members_required: int
) -> MembersRequired | Invalid | NotFound | Conflict:
    """Change how many members a role needs, and recompute groups that use the template.

    Some hundred are recomputed at once, the rest of them within moments by the worker; more than
    500 by a job.
    """
    ctx.viewer.require(Right.EDIT_COMPONENTS)
    if members_required < 1:
        return Invalid("membersRequired", "must be at least 1")
    role_id = (await roles.directory(ctx)).find(role)

    def decide(document: Document) -> Change | Invalid | RoleTemplateId:
        template = to_template(document)
        place = next((p for p, r in enumerate(template.roles) if r.role == role_id), None)
        if place is None:
            return Invalid("role", f"the template has no role {role}")
        before = template.roles[place].members_required
        if before == members_required:
            return template.id
        return Change(
            {
                f"roles.{place}.members_required": members_required,
                "revision": template.revision + 1,
                **stamps.updated(ctx),
            },
            (
                stamps.event(
                    ctx,
                    EventType.MEMBERS_REQUIRED_CHANGED,
                    id,
                    before={"role_id": role_id, "members_required": before},
                    after={"role_id": role_id, "members_required": members_required},
                ),
            ),
        )

    match await ctx.stores.role_templates.change(id, decide):
        case Missing():
            return NotFound("role template", id)
        case Raced():
            return Conflict("role template", id)
        case Invalid() as invalid:
            return invalid
        case Changed():
            pass
        case _:
            await ctx.stores.role_templates.confirm(id)
    return MembersRequired(RoleTemplateId(id), await _recompute_or_start(ctx, id))


async def recompute_behind(ctx: Context) -> int:
    """Bring groups that are behind their template's revision up to it, some at a time; how many.

    Whatever a changed requirement left to do is found here, however it came to be left; but for
    what a job has to do, or would have had somebody not stopped it.
    """
    ctx.viewer.require(Right.ACT_AS_SYSTEM)
    left = await ctx.stores.jobs.left_templates()
    changed = await ctx.stores.role_templates.found({"revision": {"$gt": 1}}, {"revision": 1})
    found = [each["_id"] for each in changed if each["revision"] > left.get(each["_id"], 0)]
    return sum([await _recompute_next(ctx, id) for id in found])


async def recompute_groups(
    ctx: Context, template: RoleTemplate, ids: Sequence[BuyingGroupId], job: JobId
) -> None:
    """Bring those of these groups that are behind up to the template's revision, for a job.

    A group that it changes keeps that it was this job.
    """
    ctx.viewer.require(Right.ACT_AS_SYSTEM)
    groups = await ctx.stores.groups.by_ids(ids, FOR_DECIDING)
    await _recompute(ctx, groups.values(), template, job)


async def catch_up(ctx: Context, template: RoleTemplate, ids: Sequence[BuyingGroupId]) -> None:
    """After these groups were saved with this revision: see to it that it is the current one.

    It follows a change that was permitted, and asks for no right of its own.
    """
    while True:
        current = await ctx.stores.role_templates.one(template.id, {"revision": 1})
        if current is None or current["revision"] <= template.revision:
            return
        later = await ctx.stores.role_templates.template(template.id)
        if later is None:
            return
        template = later
        for start in range(0, len(ids), GROUPS_AT_ONCE):
            part = ids[start : start + GROUPS_AT_ONCE]
            groups = await ctx.stores.groups.by_ids(part, FOR_DECIDING)
            await _recompute(ctx, groups.values(), later)


async def _recompute_or_start(ctx: Context, id: str) -> JobId | None:
    """Recompute the first groups of a template; the job for them if they are too many.

    A job as well where one was stopped: nobody else would do what is left.
    """
    template = await ctx.stores.role_templates.template(id)
    if template is None:
        return None
    most = GROUPS_WITHOUT_A_JOB
    below = await ctx.stores.groups.count_below(id, template.revision, most + 1)
    left = await ctx.stores.jobs.left_templates() if 0 < below <= most else {}
    if below > most or template.revision <= left.get(id, 0):
        return await jobs.start_members_required_job(ctx, template.id, template.revision)
    await _recompute_next(ctx, id)
    return None


async def _recompute_next(ctx: Context, template_id: str) -> int:
    """Bring the next groups of a template up to its revision; how many were behind."""
    template = await ctx.stores.role_templates.template(template_id)
    if template is None:
        return 0
    behind = await ctx.stores.groups.below_revision(template_id, template.revision, GROUPS_AT_ONCE)
    await _recompute(ctx, behind, template)
    return len(behind)


async def _recompute(
    ctx: Context, groups: Iterable[Document], template: RoleTemplate, job: JobId | None = None
) -> None:
    by_job = {"recomputed_by_job": job} if job is not None else {}

    def decide(document: Document) -> Change | None:
        follows_another = document["role_template_id"] != template.id
        if follows_another or document["template_revision"] >= template.revision:
            return None
        members = to_group(document).members
        derived = derived_paths(members, template.roles, template.revision)
        events = completeness_events(ctx, document, derived)
        return Change({**derived, **by_job, **stamps.updated(ctx)}, tuple(events))

    await ctx.stores.groups.change_all(groups, readiness.kept(ctx, decide))
