"""Maintenance of a group: SYSTEM says anew what the rules say of the people there are now."""

from dataclasses import dataclass, replace

from domain import buying_groups
from domain.buying_groups import BuyingGroup, MemberChange
from domain.events import Event, EventType
from domain.identifiers import AccountId, BuyingGroupId, PersonId, RoleId
from domain.membership import Assign, Command, Method, Remove
from domain.role_templates import RoleTemplate
from execution.context import Context, Right
from resolvers import group_names, groups, members_required, scoring, stamps
from resolvers.group_changes import membership_change
from store.driver import Document
from store.groups import FOR_DECIDING, member_paths, to_group
from store.records import Change, Changed


@dataclass(frozen=True, slots=True)
class Maintained:
    """How many groups were looked at, how many changed, and how many claims were written."""

    groups: int
    changed: int
    claims: int


async def maintain_groups(ctx: Context, ids: list[BuyingGroupId]) -> Maintained:
    """Apply the rules to the current people of these groups' accounts, and rescore who changed."""
    ctx.viewer.require(Right.ACT_AS_SYSTEM)
    reference = await groups.score_reference(ctx)
    documents = await ctx.stores.groups.by_ids(ids, FOR_DECIDING)
    template_ids = {document["role_template_id"] for document in documents.values()}
    templates = {
        template.id: template
        for id in sorted(template_ids)
        if (template := await ctx.stores.role_templates.template(id)) is not None
    }
    account_ids = sorted({document["account_id"] for document in documents.values()})
    accounts = await ctx.stores.accounts.by_ids(account_ids)
    people = await groups.people_of(ctx, account_ids)
    changed: list[BuyingGroupId] = []
    claims = 0
    for id, document in documents.items():
        template, account = (
            templates[document["role_template_id"]],
            accounts[document["account_id"]],
        )
        placed = groups.placements(template, account, people[account["_id"]], reference)
        written = await _maintain(ctx, document, template, placed)
        if written is not None:
            changed.append(BuyingGroupId(id))
            claims += written
    for template in templates.values():
        following = [id for id in changed if documents[id]["role_template_id"] == template.id]
        await members_required.catch_up(ctx, template, following)
    await group_names.follow_accounts(ctx, [AccountId(id) for id in account_ids])
    await scoring.score_groups(ctx, changed)
    return Maintained(len(documents), len(changed), claims)


async def _maintain(
    ctx: Context,
    loaded: Document,
    template: RoleTemplate,
    placed: dict[PersonId, RoleId | None],
) -> int | None:
    """How many claims were written; None when the group already says what the rules say."""
    written = 0

    def decide(document: Document) -> Change | None:
        nonlocal written
        if document["template_revision"] > template.revision:
            return None  # the next look, with the current template, will do it
        group = to_group(document)
        commands = [
            Command(
                person,
                action,
                Method.SYSTEM,
                ctx.viewer.actor,
                ctx.now(),
                _reason(action, is_related=person in placed),
            )
            for person, action in buying_groups.system_actions(placed, group.members)
        ]
        after, _, changes = buying_groups.apply(group, commands)
        written = len(changes)
        after, flags = _flag(after, placed)
        change = membership_change(ctx, document, after, changes, template, Method.SYSTEM)
        is_current = document["template_revision"] == template.revision
        if not changes and not flags and is_current:
            return None
        flagged = tuple(_flagged(ctx, after, flag) for flag in flags)
        return replace(
            change,
            set={**change.set, **member_paths(flags)},
            events=change.events + flagged,
        )

    if decide(loaded) is None:
        return None
    answer = await ctx.stores.groups.change(loaded["_id"], decide, FOR_DECIDING)
    return written if isinstance(answer, Changed) else None


def _reason(action: Assign | Remove, *, is_related: bool) -> str | None:
    if isinstance(action, Assign):
        return None
    return "no rule of the template holds any more" if is_related else "no longer of the account"


def _flag(
    group: BuyingGroup, placed: dict[PersonId, RoleId | None]
) -> tuple[BuyingGroup, list[MemberChange]]:
    """The group with every member flagged who stays although no longer of the account."""
    members, flags = list(group.members), []
    for place, member in enumerate(members):
        unrelated = member.role is not None and member.person not in placed
        if unrelated != member.unrelated:
            members[place] = replace(member, unrelated=unrelated)
            flags.append(MemberChange(place, member.claims, members[place]))
    return replace(group, members=tuple(members)), flags


def _flagged(ctx: Context, group: BuyingGroup, flag: MemberChange) -> Event:
    return stamps.event(
        ctx,
        EventType.MEMBER_FLAGGED,
        group.id,
        method=Method.SYSTEM.value,
        buying_group_id=group.id,
        account_id=group.account,
        solution_interest_id=group.solution_interest,
        person_id=flag.after.person,
        before={"unrelated": not flag.after.unrelated},
        after={"unrelated": flag.after.unrelated},
    )
