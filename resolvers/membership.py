"""Membership commands: every method's word about people in a group goes through here."""

import asyncio
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from functools import partial
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
from domain.idempotency import KeptAnswer, KeyedCommand
from domain.identifiers import AccountId, BuyingGroupId, PersonId, RoleId, RoleTemplateId
from domain.membership import Action, Assign, Command, Method, Release
from domain.role_templates import RoleTemplate
from execution.context import Context, Right
from resolvers import (
    letting_go,
    members_required,
    merged_accounts,
    naming,
    readiness,
    repeating,
    roles,
    scoring,
)
from resolvers.group_changes import follows_another, membership_change
from resolvers.outcomes import Conflict, Invalid, NotFound
from resolvers.repeating import PersonOutcome
from store.driver import Document
from store.groups import FOR_DECIDING, ToldOf, to_group
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
class CommandsDone:
    """The outcomes in the order of the people given; the group holds them at `version`."""

    group: BuyingGroupId
    version: int
    outcomes: tuple[PersonOutcome, ...]


CommandResult = CommandsDone | NotFound | Conflict | Invalid
_Asked = tuple[PersonId, Action | Refusal]


@dataclass(frozen=True, slots=True)
class _Said:
    """A command as it is decided, again and again if need be: the people it names are loaded.

    `template` and `accounts` were looked for where they were lacking: what the group follows, and
    all ids by which its account may be named in people's relations.
    """

    asked: Sequence[_Asked]
    people: Mapping[str, Document]
    method: Method
    reason: str | None
    members_only: bool
    keyed: KeyedCommand | None
    template: RoleTemplate | None = None
    accounts: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Lacking:
    """What a decision could not be made without: the group's template, its account's names."""

    template: RoleTemplateId
    account: AccountId


_Answer = Changed | Missing | Raced | CommandsDone | Invalid | _Lacking


async def assign_members(
    ctx: Context,
    group: str,
    assignments: Sequence[Assignment],
    method: Method = Method.MANUAL,
    reason: str | None = None,
    key: str | None = None,
) -> CommandResult:
    """Put people of the group's account into roles of its template, 50 at most."""
    ctx.viewer.require(RIGHTS[method])
    given = [[each.person, each.role] for each in assignments]
    keyed = repeating.keyed(ctx, "assignMembers", key, [group, given, method.value, reason])
    asked = await _assigning(ctx, assignments)
    return await _command(ctx, group, "members", asked, method, reason, keyed)


async def change_member_roles(
    ctx: Context,
    group: str,
    assignments: Sequence[Assignment],
    method: Method = Method.MANUAL,
    reason: str | None = None,
    key: str | None = None,
) -> CommandResult:
    """Give members of the group other roles; who is no member is refused alone."""
    ctx.viewer.require(RIGHTS[method])
    given = [[each.person, each.role] for each in assignments]
    keyed = repeating.keyed(ctx, "changeMemberRoles", key, [group, given, method.value, reason])
    asked = await _assigning(ctx, assignments)
    return await _command(ctx, group, "members", asked, method, reason, keyed, members_only=True)


async def remove_members(
    ctx: Context,
    group: str,
    people: Sequence[PersonId],
    method: Method = Method.MANUAL,
    reason: str | None = None,
    key: str | None = None,
) -> CommandResult:
    """Take people out of the group; weaker methods will not put them back."""
    ctx.viewer.require(RIGHTS[method])
    given = list(people)
    keyed = repeating.keyed(ctx, "removeMembers", key, [group, given, method.value, reason])
    asked = [(person, membership.Remove()) for person in people]
    return await _command(ctx, group, "personIds", asked, method, reason, keyed)


async def release_members(
    ctx: Context,
    group: str,
    people: Sequence[PersonId],
    method: Method = Method.MANUAL,
    reason: str | None = None,
    key: str | None = None,
) -> CommandResult:
    """Withdraw the method's claims about people: what a weaker method said last decides."""
    ctx.viewer.require(RIGHTS[method])
    given = list(people)
    keyed = repeating.keyed(ctx, "releaseMembers", key, [group, given, method.value, reason])
    asked = [(person, Release()) for person in people]
    return await _command(ctx, group, "personIds", asked, method, reason, keyed)


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
    field: str,
    asked: Sequence[_Asked],
    method: Method,
    reason: str | None,
    keyed: KeyedCommand | Invalid | None,
    *,
    members_only: bool = False,
) -> CommandResult:
    if fault := _check(field, asked, reason):
        return fault
    if isinstance(keyed, Invalid):
        return keyed
    people = await ctx.stores.people.by_ids({p for p, _ in asked}, {"relations.account_id": 1})
    if keyed and await ctx.stores.groups.answered_elsewhere(group_id, keyed, ctx.now()):
        return repeating.REUSED
    said = _Said(asked, people, method, reason, members_only, keyed)
    while True:
        answer = await _decided(ctx, BuyingGroupId(group_id), said)
        if not isinstance(answer, _Lacking):
            return answer
        template, accounts = await asyncio.gather(
            ctx.stores.role_templates.as_written(answer.template),
            merged_accounts.known_as(ctx, answer.account, people.values()),
        )
        if template is None:
            return NotFound("role template", answer.template)
        said = replace(said, template=template, accounts=accounts)


async def _decided(ctx: Context, group_id: BuyingGroupId, said: _Said) -> CommandResult | _Lacking:
    done: list[PersonOutcome] = []
    followed: list[RoleTemplate] = []

    def decide(document: Document) -> Change | CommandsDone | Invalid | _Lacking:
        if said.keyed and (answer := repeating.repeated(ctx, document, said.keyed)):
            return _again(document, answer)
        template, accounts = _template(ctx, document, said), _accounts(document, said)
        if template is None or accounts is None:
            return _Lacking(document["role_template_id"], document["account_id"])
        followed[:] = [template]
        group = to_group(document)
        checked = [
            (person, _refusal(group, template, accounts, said, person, action) or action)
            for person, action in said.asked
        ]
        after, done[:], changes = _apply(ctx, group, checked, said)
        if not changes and not said.keyed:
            return CommandsDone(group.id, group.version, tuple(done))
        change = Change({})
        if changes:
            change = membership_change(
                ctx, document, after, changes, template, said.method, said.reason
            )
        answers = repeating.kept(ctx, document, said.keyed, done) if said.keyed else {}
        return Change({**change.set, **answers}, change.events)

    answer: _Answer = await ctx.stores.groups.change(
        group_id, readiness.kept(ctx, decide), FOR_DECIDING
    )
    match answer:
        case Changed(version):
            [template] = followed
            kind = f"{template.id}|{template.revision}|{ctx.viewer.actor}"
            told = ToldOf(group_id, frozenset(said.people))
            await ctx.stores.groups.turns.take(kind, told, partial(_follow, ctx, template))
            return CommandsDone(group_id, version, tuple(done))
        case Missing():
            return NotFound("buying group", group_id)
        case Raced():
            return Conflict("buying group", group_id)
        case CommandsDone():
            await ctx.stores.groups.confirm(group_id)
            return answer
        case Invalid() | _Lacking():
            return answer


def _template(ctx: Context, document: Document, said: _Said) -> RoleTemplate | None:
    """What the group follows, if it is known; whoever follows the change looks for a later one."""
    at_hand = ctx.stores.role_templates.at_hand(document["role_template_id"])
    known = [each for each in (said.template, at_hand) if each is not None]
    return next((each for each in known if not follows_another(document, each)), None)


def _accounts(document: Document, said: _Said) -> Set[str] | None:
    """All ids by which the group's account may be named in people's relations, if known."""
    account = document["account_id"]
    if account in said.accounts or merged_accounts.are_all_of(account, said.people.values()):
        return said.accounts | {account}
    return None


async def _follow(ctx: Context, template: RoleTemplate, told: Sequence[ToldOf]) -> None:
    """What changes of groups bring with them; one of those who made some does it for all.

    Groups of one template, saved with one revision of it on behalf of one actor, go together.
    """
    groups = list(dict.fromkeys(each.group for each in told))
    await letting_go.leave_groups_if_deleted(ctx, {p for each in told for p in each.people})
    await members_required.catch_up(ctx, template, groups)
    await scoring.score_groups(ctx, groups)


def _again(document: Document, answer: KeptAnswer | Invalid) -> CommandsDone | Invalid:
    """The answer the command was given the first time."""
    if isinstance(answer, Invalid):
        return answer
    group = BuyingGroupId(document["_id"])
    return CommandsDone(group, document["version"], repeating.outcomes_of(answer))


def _check(field: str, asked: Sequence[_Asked], reason: str | None) -> Invalid | None:
    if len(asked) > buying_groups.COMMAND_SIZE:
        most = buying_groups.COMMAND_SIZE
        return Invalid(field, f"a command takes at most {most} people, not {len(asked)}")
    if not asked:
        return Invalid(field, "a command needs at least one person")
    return naming.check_text("reason", reason, REASON_LENGTH) if reason is not None else None


def _refusal(
    group: BuyingGroup,
    template: RoleTemplate,
    accounts: Set[str],
    said: _Said,
    person: PersonId,
    action: Action | Refusal,
) -> Refusal | None:
    """Why nothing can be said about this person in this way, or None."""
    if not isinstance(action, Action):
        return action
    if person not in said.people:
        return PersonUnknown(person)
    member = next((m for m in group.members if m.person == person), None)
    is_related = any(r["account_id"] in accounts for r in said.people[person]["relations"])
    is_known = member is not None and bool(member.claims)
    if not is_related and (isinstance(action, Assign) or not is_known):
        return PersonOutsideAccount(person)
    if isinstance(action, Assign) and all(r.role != action.role for r in template.roles):
        return RoleNotInTemplate(action.role)
    if said.members_only and (member is None or member.role is None):
        return NotAMember(person)
    return None


def _apply(
    ctx: Context, group: BuyingGroup, checked: Sequence[_Asked], said: _Said
) -> tuple[BuyingGroup, list[PersonOutcome], list[MemberChange]]:
    commands = [
        Command(person, action, said.method, ctx.viewer.actor, ctx.now(), said.reason)
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
