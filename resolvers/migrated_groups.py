"""Migrated groups: those of a solution interest change over to the version it follows by now.

Each is changed by one guarded write: the version, the claims in its roles, and what follows from
them. Until then it is a group of the other version, and everything works on it as such.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from domain.buying_groups import MemberChange
from domain.events import EventType
from domain.identifiers import BuyingGroupId, JobId, RoleTemplateId
from domain.role_templates import RoleTemplate
from domain.template_migrations import (
    Migration,
    asked_at_target,
    backwards,
    migrated,
    put_back,
)
from execution.context import Context, Right
from resolvers import letting_go, members_required, readiness, scoring, stamps
from resolvers.group_changes import membership_change
from store.driver import Document
from store.groups import FOR_DECIDING, to_group
from store.readiness import thresholds_document, to_thresholds
from store.records import Change, Changed
from store.template_migrations import replaced_documents, to_migration, to_replaced

GROUPS_AT_ONCE: Final = 200
WHAT_WAS: Final = "before_migration"
"""Where a group keeps its claims as they were."""


@dataclass(frozen=True, slots=True)
class Way:
    """A migration under way, with both versions of the template."""

    migration: Migration
    old: RoleTemplate
    new: RoleTemplate

    @property
    def target(self) -> RoleTemplate:
        """The version that groups are to follow."""
        return self.old if self.migration.is_undone else self.new


async def way(ctx: Context, interest: str) -> Way | None:
    """How groups of a solution interest are migrated; None where there is nothing to migrate."""
    ctx.viewer.require(Right.ACT_AS_SYSTEM)
    return await _way(ctx, interest)


async def move_groups(ctx: Context, way: Way, ids: Sequence[BuyingGroupId], job: JobId) -> None:
    """Let these groups follow the other version, as far as they do not; and score them.

    A group that is changed keeps that it was this job.
    """
    ctx.viewer.require(Right.ACT_AS_SYSTEM)
    await _move(ctx, way, ids, job)


async def move_late_groups(ctx: Context, interest: str, way: Way, job: JobId) -> None:
    """Do so with groups that were made behind the job's back."""
    ctx.viewer.require(Right.ACT_AS_SYSTEM)
    late = {"solution_interest_id": interest, "role_template_id": way.migration.source}
    while found := await ctx.stores.groups.found(late, {"_id": 1}, limit=GROUPS_AT_ONCE):
        if not await _move(ctx, way, [BuyingGroupId(group["_id"]) for group in found], job):
            return


async def catch_up(
    ctx: Context, interest: str, template: RoleTemplateId, made: Sequence[BuyingGroupId]
) -> None:
    """After groups were made by this template: see to it that the interest follows it still.

    It follows what was permitted, and asks for no right of its own.
    """
    known = await ctx.stores.solution_interests.one(interest, {"role_template_id": 1})
    if known is None or known["role_template_id"] == template:
        return
    found = await _way(ctx, interest)
    if found is not None:
        await _move(ctx, found, made, found.migration.job)


async def _way(ctx: Context, interest: str) -> Way | None:
    document = await ctx.stores.solution_interests.one(interest, {"migration": 1})
    migration = to_migration(document) if document else None
    if migration is None:
        return None
    old = await ctx.stores.role_templates.template(migration.old)
    new = await ctx.stores.role_templates.template(migration.new)
    return Way(migration, old, new) if old is not None and new is not None else None


async def _move(
    ctx: Context, way: Way, ids: Sequence[BuyingGroupId], job: JobId
) -> list[BuyingGroupId]:
    def decide(document: Document) -> Change | None:
        if document["role_template_id"] != way.migration.source:
            return None
        return _moved(ctx, way, document, job)

    documents = await ctx.stores.groups.by_ids(ids, {**FOR_DECIDING, WHAT_WAS: 1})
    answers = await ctx.stores.groups.change_all(documents.values(), readiness.kept(ctx, decide))
    changed = [BuyingGroupId(id) for id, each in answers.items() if isinstance(each, Changed)]
    await members_required.catch_up(ctx, way.target, changed)
    if way.migration.is_undone:  # it may have put back somebody who is gone since
        kept = (each for document in documents.values() for each in document.get(WHAT_WAS) or ())
        await letting_go.leave_groups_if_deleted(ctx, {each["person_id"] for each in kept})
    await scoring.score_groups(ctx, changed)
    return changed


def _moved(ctx: Context, way: Way, document: Document, job: JobId) -> Change:
    """The group in the other version, with an event of that and one of every claim it changes."""
    group, plan = to_group(document), way.migration.plan
    paths: dict[str, object] = {"role_template_id": way.target.id, "migrated_by_job": job}
    if document.get("readiness"):
        paths["readiness"] = _asked_of(way, document["readiness"])
    if way.migration.is_undone:
        was = to_replaced(document.get(WHAT_WAS))
        members = put_back(group.members, plan, backwards(way.old, plan), was)
    else:
        members, replaced = migrated(group.members, plan)
        paths[WHAT_WAS] = replaced_documents(replaced)
    changes = [
        MemberChange(place, before.claims, after)
        for place, (before, after) in enumerate(zip(group.members, members, strict=True))
        if after is not before
    ]
    after = replace(group, members=tuple(members))
    change = membership_change(ctx, document, after, changes, way.target, None)
    event = stamps.event(
        ctx,
        EventType.BUYING_GROUP_MIGRATED,
        group.id,
        buying_group_id=group.id,
        account_id=group.account,
        solution_interest_id=group.solution_interest,
        before={"role_template_id": document["role_template_id"]},
        after={"role_template_id": way.target.id, "job_id": job},
    )
    return replace(
        change,
        set={**change.set, **paths},
        events=(event, *change.events),
        unset=(WHAT_WAS,) if way.migration.is_undone else (),
    )


def _asked_of(way: Way, measured: Document) -> Document:
    """By what a group is measured, in the roles of the version it is to follow."""
    asked, back = to_thresholds(measured["thresholds"]), backwards(way.old, way.migration.plan)
    roles = asked_at_target(way.migration, back, asked.roles)
    return {**measured, "thresholds": thresholds_document(replace(asked, roles=roles))}
