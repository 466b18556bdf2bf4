"""Merged members: in every group, what was said of a person merged away is said of the survivor.

It follows changes that were permitted, and asks for no right of its own. What is done again finds
nothing left to do.
"""

from domain import merged_members
from domain.identifiers import BuyingGroupId, PersonId
from domain.role_templates import RoleTemplate
from execution.context import Context
from resolvers import members_required, readiness, scoring
from resolvers.group_changes import follows_another, membership_change
from store.driver import Document
from store.groups import FOR_DECIDING, to_group
from store.records import Change, Changed, Conflict


class _TemplateMovedOn:
    """The group follows a later revision of its template than the one that was loaded."""


def known_to(person: str) -> dict[str, object]:
    """Finds the groups in which something is said of a person."""
    return {"$or": [{"member_ids": person}, {"removed_ids": person}]}


async def move_everywhere(ctx: Context, merged: PersonId, survivor: PersonId) -> bool:
    """Do so in all groups of the person merged away; False when others kept changing one."""
    groups = await ctx.stores.groups.found(known_to(merged), {"_id": 1})
    moved = [await _move(ctx, BuyingGroupId(group["_id"]), merged, survivor) for group in groups]
    return all(moved)


async def _move(ctx: Context, id: BuyingGroupId, merged: PersonId, survivor: PersonId) -> bool:
    while True:
        document = await ctx.stores.groups.one(id, {"role_template_id": 1})
        if document is None:
            return True
        template = await ctx.stores.role_templates.template(document["role_template_id"])
        if template is None:
            return True
        answer = await _decided(ctx, id, template, merged, survivor)
        if isinstance(answer, bool):
            return answer


async def _decided(
    ctx: Context, id: BuyingGroupId, template: RoleTemplate, merged: PersonId, survivor: PersonId
) -> bool | _TemplateMovedOn:
    def decide(document: Document) -> Change | _TemplateMovedOn | None:
        if follows_another(document, template):
            return _TemplateMovedOn()
        after, changes = merged_members.merge_people(to_group(document), merged, survivor)
        if not changes:
            return None
        return membership_change(ctx, document, after, changes, template, None)

    answer = await ctx.stores.groups.change(id, readiness.kept(ctx, decide), FOR_DECIDING)
    if isinstance(answer, Changed):
        await members_required.catch_up(ctx, template, [id])
        await scoring.score_groups(ctx, [id])
    if isinstance(answer, _TemplateMovedOn):
        return answer
    return not isinstance(answer, Conflict)
