"""Letting go: what refers to a deleted account or person does so no more.

Each follows a change that was permitted, and asks for no right of its own. What is done again
finds nothing left to do.
"""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from domain.buying_groups import Member, MemberChange
from domain.events import EventType
from domain.identifiers import AccountId, BuyingGroupId, OpportunityId, PersonId
from domain.identities import carried
from execution.context import Context
from resolvers import (
    erased_records,
    members_required,
    merged_members,
    merged_records,
    readiness,
    relations,
    scoring,
    stamps,
)
from resolvers.group_changes import follows_another, membership_change
from store.deletions import Deleted, Deletion
from store.driver import Document
from store.groups import FOR_DECIDING, to_group
from store.records import Change, Conflict, Missing
from store.upserted import Saving

PEOPLE_AT_ONCE: Final = 500
OPPORTUNITIES_AT_ONCE: Final = 20
GROUPS_AT_ONCE: Final = 50


async def end_relations(ctx: Context, account: AccountId) -> None:
    """Let nobody be of this account any more; each person's change is an event."""
    related = {"relations.account_id": account}
    while people := await ctx.stores.people.found(
        related, {"version": 1, "relations": 1}, limit=PEOPLE_AT_ONCE
    ):
        await ctx.stores.people.write([], [_unrelated(ctx, person, account) for person in people])


async def leave_groups(ctx: Context, person: PersonId) -> bool:
    """Take back everything said about a person in any group; False when one kept changing.

    The person's place in the list of a group's members stays, without a claim.
    """
    said = {"$or": [{"member_ids": person}, {"removed_ids": person}]}
    while found := await ctx.stores.groups.found(
        said, {"role_template_id": 1}, limit=GROUPS_AT_ONCE
    ):
        by_template: dict[str, list[BuyingGroupId]] = {}
        for group in found:
            by_template.setdefault(group["role_template_id"], []).append(group["_id"])
        left = await asyncio.gather(
            *(_leave(ctx, person, id, groups) for id, groups in by_template.items())
        )
        if not all(left):
            return False
    return True


async def leave_groups_if_deleted(ctx: Context, people: Iterable[str]) -> None:
    """Do so for those of these people who were deleted while a group was told about them.

    What was said of one who was merged into another is said of the other.
    """
    gone = await ctx.stores.deletions.among(people)
    successors = await merged_records.successors(ctx, gone)
    for person in map(PersonId, sorted(gone)):
        if person in successors:
            await merged_members.move_everywhere(ctx, person, PersonId(successors[person]))
        else:
            await leave_groups(ctx, person)
    await erased_records.scrub_late(ctx, gone)


async def drop_opportunities(ctx: Context, account: AccountId) -> bool:
    """Delete the account's opportunities; False when others kept changing one of them."""
    of_account = {"account_id": account}
    while found := await ctx.stores.opportunities.found(
        of_account, {"_id": 1}, limit=OPPORTUNITIES_AT_ONCE
    ):
        dropped = (drop_opportunity(ctx, OpportunityId(each["_id"])) for each in found)
        if any(isinstance(each, Conflict) for each in await asyncio.gather(*dropped)):
            return False
    return True


async def drop_opportunity(ctx: Context, id: OpportunityId) -> Deleted | Missing | Conflict:
    """Delete an opportunity; what its account has won by it is not looked at."""

    def decide(document: Document, uses: Sequence[int]) -> Deletion:
        event = stamps.event(
            ctx,
            EventType.OPPORTUNITY_DELETED,
            id,
            account_id=AccountId(document["account_id"]),
            before={key: document.get(key) for key in ("product", "is_won")},
        )
        return Deletion(event, carried("opportunity", document))

    return await ctx.stores.deletions.delete(ctx.stores.opportunities, id, decide)


async def _leave(
    ctx: Context, person: PersonId, template_id: str, groups: Sequence[BuyingGroupId]
) -> bool:
    """Whether the person has left these groups, or has to leave some of them once more."""
    template = await ctx.stores.role_templates.template(template_id)
    if template is None:
        raise LookupError(f"there is no role template {template_id}")

    def decide(document: Document) -> Change | None:
        if follows_another(document, template):
            return None  # it is decided anew with the current template
        group = to_group(document)
        place = next((p for p, m in enumerate(group.members) if m.person == person), None)
        if place is None or not group.members[place].claims:
            return None
        members = list(group.members)
        members[place] = Member(person, {})
        after = replace(group, members=tuple(members))
        change = MemberChange(place, group.members[place].claims, members[place])
        return membership_change(ctx, document, after, [change], template, None)

    answers = await asyncio.gather(
        *(
            ctx.stores.groups.change(group, readiness.kept(ctx, decide), FOR_DECIDING)
            for group in groups
        )
    )
    await members_required.catch_up(ctx, template, groups)
    await scoring.score_groups(ctx, groups)
    return not any(isinstance(answer, Conflict) for answer in answers)


def _unrelated(ctx: Context, person: Document, account: AccountId) -> Saving:
    left = [each for each in person["relations"] if each["account_id"] != account]
    return relations.changed(ctx, person, left)
