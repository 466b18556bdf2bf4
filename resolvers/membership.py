"""Membership commands: every method's word about people in a group goes through here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from domain import buying_groups, membership
from domain.buying_groups import (
    BuyingGroup,
    MemberChange,
    NotAMember,
    PersonOutsideAccount,
    PersonUnknown,
    Refusal,
    RoleNotInTemplate,
)
from domain.events import Event, EventType
from domain.identifiers import BuyingGroupId, PersonId, RoleId
from domain.membership import Action, Assign, Command, Decision, Method, Release
from domain.role_templates import RoleTemplate
from execution.context import Context, Right
from resolvers import naming, roles, scoring, stamps
from resolvers.outcomes import Conflict, Invalid, NotFound
from store.driver import Document
from store.groups import FOR_DECIDING, claims_document, derived_paths, member_paths, to_group
from store.records import Change, Changed, Missing
from store.records import Conflict as Raced

RIGHTS: Final = {
    Method.MANUAL: Right.EDIT_GROUPS,
    Method.JOURNEY: Right.ACT_AS_JOURNEY,
    Method.SYSTEM: Right.ACT_AS_SYSTEM,
}
REASON_LENGTH: Final = 500


@dataclass(frozen=True, slots=True)
class Assignment:
    """A person and the role, by id or by name, to put them into."""

    person: PersonId
    role: str


@dataclass(frozen=True, slots=True)
class PersonOutcome:
    """What came of the command about one person."""

    person: PersonId
    result: Decision | Refusal


@dataclass(frozen=True, slots=True)
class CommandsDone:
    """The outcomes in the order of the people given; the group holds them at `version`."""

    group: BuyingGroupId
    version: int
    outcomes: tuple[PersonOutcome, ...]


CommandResult = CommandsDone | NotFound | Conflict | Invalid
_Asked = tuple[PersonId, Action | Refusal]


async def assign_members(
    ctx: Context,
    group: str,
    assignments: Sequence[Assignment],
    method: Method = Method.MANUAL,
    reason: str | None = None,
) -> CommandResult:
    """Put people of the group's account into roles of its template, 50 at most."""
    ctx.viewer.require(RIGHTS[method])
    asked = await _assigning(ctx, assignments)
    return await _command(ctx, group, asked, method, reason)


async def change_member_roles(
    ctx: Context,
    group: str,
    assignments: Sequence[Assignment],
    method: Method = Method.MANUAL,
    reason: str | None = None,
) -> CommandResult:
    """Give members of the group other roles; who is no member is refused alone."""
    ctx.viewer.require(RIGHTS[method])
    asked = await _assigning(ctx, assignments)
    return await _command(ctx, group, asked, method, reason, members_only=True)


async def remove_members(
    ctx: Context,
    group: str,
    people: Sequence[PersonId],
    method: Method = Method.MANUAL,
    reason: str | None = None,
) -> CommandResult:
    """Take people out of the group; weaker methods will not put them back."""
    ctx.viewer.require(RIGHTS[method])
    asked = [(person, membership.Remove()) for person in people]
    return await _command(ctx, group, asked, method, reason)


async def release_members(
    ctx: Context,
    group: str,
    people: Sequence[PersonId],
    method: Method = Method.MANUAL,
    reason: str | None = None,
) -> CommandResult:
    """Withdraw the method's claims about people: what a weaker method said last decides."""
    ctx.viewer.require(RIGHTS[method])
    asked = [(person, Release()) for person in people]
    return await _command(ctx, group, asked, method, reason)


async def _assigning(ctx: Context, assignments: Sequence[Assignment]) -> list[_Asked]:
    directory = await roles.directory(ctx)
    return [
        (each.person, Assign(role) if role else RoleNotInTemplate(RoleId(each.role)))
        for each in assignments
        for role in [directory.find(each.role)]
    ]


async def _command(
    ctx: Context,
    group_id: str,
    asked: Sequence[_Asked],
    method: Method,
    reason: str | None,
    *,
    members_only: bool = False,
) -> CommandResult:
    if fault := _check(asked, reason):
        return fault
    document = await ctx.stores.groups.one(group_id, {"role_template_id": 1})
    if document is None:
        return NotFound("buying group", group_id)
    template = await ctx.stores.role_templates.template(document["role_template_id"])
    if template is None:
        return NotFound("role template", document["role_template_id"])
    people = await ctx.stores.people.by_ids({p for p, _ in asked}, {"relations.account_id": 1})
    done: list[PersonOutcome] = []

    def decide(document: Document) -> Change | CommandsDone:
        group = to_group(document)
        checked = [
            (person, _refusal(group, template, people, person, action, members_only) or action)
            for person, action in asked
        ]
        after, done[:], changes = _apply(ctx, group, checked, method, reason)
        if not changes:
            return CommandsDone(group.id, group.version, tuple(done))
        return membership_change(ctx, document, after, changes, template, method)

    answer = await ctx.stores.groups.change(group_id, decide, FOR_DECIDING)
    match answer:
        case Changed(version):
            await scoring.score_groups(ctx, [BuyingGroupId(group_id)])
            return CommandsDone(BuyingGroupId(group_id), version, tuple(done))
        case Missing():
            return NotFound("buying group", group_id)
        case Raced():
            return Conflict("buying group", group_id)
        case CommandsDone() as unchanged:
            await ctx.stores.groups.confirm(group_id)
            return unchanged


def _check(asked: Sequence[_Asked], reason: str | None) -> Invalid | None:
    if len(asked) > buying_groups.COMMAND_SIZE:
        most = buying_groups.COMMAND_SIZE
        return Invalid("people", f"a command takes at most {most} people, not {len(asked)}")
    if not asked:
        return Invalid("people", "a command needs at least one person")
    return naming.check_text("reason", reason, REASON_LENGTH) if reason is not None else None


def _refusal(
    group: BuyingGroup,
    template: RoleTemplate,
    people: Mapping[str, Document],
    person: PersonId,
    action: Action | Refusal,
    members_only: bool,
) -> Refusal | None:
    """Why nothing can be said about this person in this way, or None."""
    if not isinstance(action, Action):
        return action
    if person not in people:
        return PersonUnknown(person)
    member = next((m for m in group.members if m.person == person), None)
    is_related = any(r["account_id"] == group.account for r in people[person]["relations"])
    is_known = member is not None and bool(member.claims)
    if not is_related and (isinstance(action, Assign) or not is_known):
        return PersonOutsideAccount(person)
    if isinstance(action, Assign) and all(r.role != action.role for r in template.roles):
        return RoleNotInTemplate(action.role)
    if members_only and (member is None or member.role is None):
        return NotAMember(person)
    return None


def _apply(
    ctx: Context,
    group: BuyingGroup,
    checked: Sequence[_Asked],
    method: Method,
    reason: str | None,
) -> tuple[BuyingGroup, list[PersonOutcome], list[MemberChange]]:
    commands = [
        Command(person, action, method, ctx.viewer.actor, ctx.now(), reason)
        for person, action in checked
        if isinstance(action, Action)
    ]
    after, decisions, changes = buying_groups.apply(group, commands)
    decided = iter(decisions)
    outcomes = [
        PersonOutcome(person, next(decided) if isinstance(action, Action) else action)
        for person, action in checked
    ]
    return after, outcomes, changes


def membership_change(
    ctx: Context,
    document: Document,
    after: BuyingGroup,
    changes: Sequence[MemberChange],
    template: RoleTemplate,
    method: Method,
) -> Change:
    """What is stored when members changed: their places, what follows, and an event each."""
    derived = derived_paths(after.members, template.roles, template.revision)
    events = [membership_event(ctx, after, change, method) for change in changes]
    events += completeness_events(ctx, document, derived)
    due = {"score_due": document["version"] + 1}
    return Change({**member_paths(changes), **derived, **due, **stamps.updated(ctx)}, tuple(events))


def completeness_events(
    ctx: Context, document: Document, derived: Mapping[str, object]
) -> list[Event]:
    """The event that a group's completeness is another than before, if it is."""
    before, after = document["completeness"], derived["completeness"]
    if before == after:
        return []
    return [
        stamps.event(
            ctx,
            EventType.COMPLETENESS_CHANGED,
            document["_id"],
            buying_group_id=document["_id"],
            account_id=document["account_id"],
            solution_interest_id=document["solution_interest_id"],
            before={"completeness": before, "missing_role_ids": document.get("missing_role_ids")},
            after={"completeness": after, "missing_role_ids": derived["missing_role_ids"]},
        )
    ]


def membership_event(
    ctx: Context, group: BuyingGroup, change: MemberChange, method: Method
) -> Event:
    """The event of a member's changed claims, with all of them before and after."""
    before, after = membership.deciding(change.before), change.after.deciding
    return stamps.event(
        ctx,
        EventType.MEMBERSHIP_CHANGED,
        group.id,
        method=method.value,
        buying_group_id=group.id,
        account_id=group.account,
        solution_interest_id=group.solution_interest,
        person_id=change.after.person,
        before={
            "role_id": before.role if before else None,
            "claims": claims_document(change.before),
        },
        after={
            "role_id": after.role if after else None,
            "claims": claims_document(change.after.claims),
        },
    )
