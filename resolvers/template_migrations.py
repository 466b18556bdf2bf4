"""Template migrations: a solution interest goes over to another version of its template, or back.

The interest changes over at once, so that new groups follow the version from then on; a job changes
the groups there are. Both versions stay live, and a group is worked on as one of the version it
follows, whenever its turn comes.
"""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from domain.events import EventType
from domain.identifiers import JobId, RoleId, RoleTemplateId, SolutionInterestId
from domain.jobs import UNFINISHED, JobStatus
from domain.role_templates import RoleTemplate, TemplateStatus
from domain.template_migrations import (
    Migration,
    PlanFault,
    asked_at_target,
    backwards,
    completed,
    migrated,
)
from execution.context import Context, Right
from resolvers import jobs, roles, stamps
from resolvers.outcomes import Conflict, Invalid, NotFound
from resolvers.solution_interests import TemplateNotLive
from store.driver import Document
from store.groups import FOR_DECIDING, derived_paths, to_group
from store.readiness import thresholds_document, to_thresholds
from store.records import Change, Missing
from store.records import Conflict as Raced
from store.template_migrations import migration_document, to_migration

PREVIEW_SECONDS: Final = 25.0
_GROUPS_AT_ONCE: Final = 200


@dataclass(frozen=True, slots=True)
class Asked:
    """A migration as a client describes it: roles by id or by name, and what each becomes."""

    solution_interest: str
    to: str
    roles: Sequence[tuple[str, str | None]] = ()


@dataclass(frozen=True, slots=True)
class Migrating:
    """The solution interest follows the other version; the job changes its groups over."""

    solution_interest: SolutionInterestId
    job: JobId


@dataclass(slots=True)
class MigrationPreview:
    """How many groups were looked at, what becomes of members by their roles, and whether that is
    all."""

    groups: int = 0
    completeness_changes: int = 0
    is_whole: bool = True
    members: Counter[tuple[RoleId, RoleId | None]] = field(default_factory=Counter)


Refusal = Invalid | NotFound | TemplateNotLive


async def preview_template_migration(ctx: Context, asked: Asked) -> MigrationPreview | Refusal:
    """What a migration would do to the groups there are; nothing is stored."""
    ctx.viewer.require(Right.READ)
    interest = await ctx.stores.solution_interests.one(asked.solution_interest)
    if interest is None:
        return NotFound("solution interest", asked.solution_interest)
    planned = await _planned(ctx, interest, asked)
    if not isinstance(planned, _Planned):
        return planned
    preview, after = MigrationPreview(), ""
    end = asyncio.get_running_loop().time() + PREVIEW_SECONDS
    while ids := await ctx.stores.groups.of_interest(interest["_id"], after, _GROUPS_AT_ONCE):
        if asyncio.get_running_loop().time() > end:
            preview.is_whole = False
            break
        documents = await ctx.stores.groups.by_ids(ids, FOR_DECIDING)
        for document in documents.values():
            if document["role_template_id"] == planned.old.id:
                _count(preview, document, planned)
        after = ids[-1]
        await asyncio.sleep(0)
    return preview


async def start_template_migration(ctx: Context, asked: Asked) -> Migrating | Refusal | Conflict:
    """Let a solution interest follow another version, and start the job that changes its groups.

    Asked for again it is the one that goes on; one that was broken off goes on by its own plan.
    """
    ctx.viewer.require(Right.EDIT_COMPONENTS)
    interest = await ctx.stores.solution_interests.one(asked.solution_interest)
    if interest is None:
        return NotFound("solution interest", asked.solution_interest)
    job, last = JobId(ctx.new_id("job")), to_migration(interest)
    if interest["role_template_id"] == asked.to:
        if last is not None and last.target == asked.to:
            if await _goes_on(ctx, last):
                return Migrating(interest["_id"], last.job)
            if await _left(ctx, interest):
                return await _change_over(ctx, interest, replace(last, job=job))
        return Invalid("toRoleTemplateId", "is what the solution interest follows already")
    planned = await _planned(ctx, interest, asked)
    if not isinstance(planned, _Planned):
        return planned
    if await _left(ctx, interest):
        return Invalid(
            "solutionInterestId", "has groups that still wait for the migration before this one"
        )
    migration = Migration(job, planned.old.id, planned.new.id, planned.plan)
    return await _change_over(ctx, interest, migration)


async def undo_template_migration(
    ctx: Context, solution_interest: str
) -> Migrating | Invalid | NotFound | Conflict:
    """Let a solution interest follow the version of before its last migration, groups and all.

    It may be asked for while the migration goes on. Asked for again it is the one that goes on,
    and one that was broken off goes on.
    """
    ctx.viewer.require(Right.EDIT_COMPONENTS)
    interest = await ctx.stores.solution_interests.one(solution_interest)
    if interest is None:
        return NotFound("solution interest", solution_interest)
    last = to_migration(interest)
    if last is not None and last.is_undone and await _goes_on(ctx, last):
        return Migrating(interest["_id"], last.job)
    if last is None or (last.is_undone and not await _left(ctx, interest)):
        return Invalid("solutionInterestId", "has no migration that could be undone")
    job = JobId(ctx.new_id("job"))
    undone = replace(last, job=job, is_undone=True)
    return await _change_over(ctx, interest, undone)


@dataclass(frozen=True, slots=True)
class _Planned:
    """A migration that can be done: both versions, and what becomes of every role."""

    old: RoleTemplate
    new: RoleTemplate
    plan: Mapping[RoleId, RoleId | None]


async def _planned(ctx: Context, interest: Document, asked: Asked) -> _Planned | Refusal:
    templates = await ctx.stores.role_templates.by_ids(
        [interest["role_template_id"], asked.to], {"template_id": 1, "status": 1}
    )
    if asked.to not in templates:
        return NotFound("role template", asked.to)
    families = {each["template_id"] for each in templates.values()}
    if len(families) > 1:
        return Invalid(
            "toRoleTemplateId", "is no version of the template that the solution interest follows"
        )
    if templates[asked.to]["status"] != TemplateStatus.LIVE.value:
        return TemplateNotLive(asked.to)
    old = await ctx.stores.role_templates.template(interest["role_template_id"])
    new = await ctx.stores.role_templates.template(asked.to)
    if old is None or new is None or old.id == new.id:
        return Invalid("toRoleTemplateId", "is what the solution interest follows already")
    given = await _given(ctx, asked.roles)
    if isinstance(given, Invalid):
        return given
    plan = completed(old, new, given)
    if isinstance(plan, PlanFault):
        return await _fault(ctx, plan, given)
    return _Planned(old, new, plan)


async def _given(
    ctx: Context, asked: Sequence[tuple[str, str | None]]
) -> dict[RoleId, RoleId | None] | Invalid:
    """What becomes of each role that is named, by ids."""
    directory = await roles.directory(ctx)
    given: dict[RoleId, RoleId | None] = {}
    for place, (role, becomes) in enumerate(asked):
        known = directory.find(role)
        target = directory.find(becomes) if becomes is not None else None
        if known is None:
            return Invalid(f"roles[{place}].role", f"there is no role {role}")
        if becomes is not None and target is None:
            return Invalid(f"roles[{place}].becomes", f"there is no role {becomes}")
        if known in given:
            return Invalid(f"roles[{place}].role", "is given twice")
        given[known] = target
    return given


async def _fault(ctx: Context, fault: PlanFault, given: Mapping[RoleId, RoleId | None]) -> Invalid:
    place = next((place for place, role in enumerate(given) if role == fault.role), None)
    role = await ctx.stores.roles.one(fault.role, {"name": 1})
    name = role["name"] if role else fault.role
    return Invalid("roles" if place is None else f"roles[{place}]", f"{name} {fault.reason}")


async def _goes_on(ctx: Context, migration: Migration) -> bool:
    """Whether the job of a migration is there and has not ended."""
    job = await ctx.stores.jobs.one(migration.job, {"status": 1})
    return job is not None and JobStatus(job["status"]) in UNFINISHED


async def _left(ctx: Context, interest: Document) -> bool:
    """Whether groups of the interest follow another version than it does itself."""
    found = {
        "solution_interest_id": interest["_id"],
        "role_template_id": {"$ne": interest["role_template_id"]},
    }
    return bool(await ctx.stores.groups.found(found, {"_id": 1}, limit=1))


async def _change_over(
    ctx: Context, interest: Document, migration: Migration
) -> Migrating | NotFound | Conflict:
    """Let the interest follow the migration's target, and start the job for its groups.

    The roles its readiness asks for become those of that version.
    """
    id = interest["_id"]
    old = await ctx.stores.role_templates.template(migration.old)
    back = backwards(old, migration.plan) if old else {}

    def decide(document: Document) -> Change | None:
        is_as_read = all(
            document.get(key) == interest.get(key) for key in ("role_template_id", "migration")
        )
        if not is_as_read:
            return None
        before, asked = to_thresholds(document["thresholds"]), migration
        if document["role_template_id"] == migration.target:
            after = before
        else:
            asked = asked if asked.is_undone else replace(asked, asked=before.roles)
            after = replace(before, roles=asked_at_target(asked, back, before.roles))
        changed = {"role_template_id": RoleTemplateId(migration.target)}
        thresholds = {} if after == before else {"thresholds": thresholds_document(after)}
        event = stamps.event(
            ctx,
            EventType.SOLUTION_INTEREST_UPDATED,
            id,
            solution_interest_id=SolutionInterestId(id),
            before={key: document[key] for key in {**changed, **thresholds}},
            after={**changed, **thresholds, "job_id": migration.job},
        )
        paths = {**changed, **thresholds, "migration": migration_document(asked)}
        return Change({**paths, **stamps.updated(ctx)}, (event,))

    match await ctx.stores.solution_interests.change(id, decide):
        case Missing():
            return NotFound("solution interest", id)
        case Raced() | None:
            return Conflict("solution interest", id)
        case _:
            await jobs.start_template_migration_job(ctx, migration.job, id, migration)
            return Migrating(SolutionInterestId(id), migration.job)


def _count(preview: MigrationPreview, document: Document, planned: _Planned) -> None:
    """Count a group as it would be by the plan."""
    before = to_group(document).members
    after, _ = migrated(before, planned.plan)
    preview.groups += 1
    for was, becomes in zip(before, after, strict=True):
        if was.role is not None:
            preview.members[was.role, becomes.role] += 1
    derived = derived_paths(after, planned.new.roles, planned.new.revision)
    preview.completeness_changes += derived["completeness"] != document["completeness"]
