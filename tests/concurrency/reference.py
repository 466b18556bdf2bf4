"""What a call does to a group when nobody else is there: the domain's pure functions, no more."""

from collections.abc import Sequence
from dataclasses import dataclass

from domain import buying_groups
from domain.buying_groups import BuyingGroup, MemberChange
from domain.identifiers import PersonId, RoleId
from domain.membership import Action, Assign, Claims, Command, Method, Release, Remove
from resolvers.repeating import PersonOutcome
from tests.builders import NOON
from tests.concurrency.arena import NOBODY, NOT_IN_TEMPLATE, Arena
from tests.concurrency.calls import Call, Kind, told

Written = tuple[PersonId, Claims, Claims]


@dataclass(frozen=True, slots=True)
class Decided:
    """The group after a call, what its caller is told, and whose claims were what and are now."""

    group: BuyingGroup
    outcomes: tuple[str, ...]
    written: list[Written]


def decided(arena: Arena, call: Call, group: BuyingGroup) -> Decided:
    """What the call does to the group; the version it writes is the next one."""
    said = _said(arena, call, group)
    commands = [what for _, what in said if isinstance(what, Command)]
    after, decisions, changes = buying_groups.apply(group, commands)
    remaining = iter(decisions)
    outcomes = tuple(
        told(PersonOutcome(person, next(remaining))) if isinstance(what, Command) else what
        for person, what in said
    )
    return Decided(after, outcomes, [_written(change) for change in changes])


def _said(arena: Arena, call: Call, group: BuyingGroup) -> list[tuple[PersonId, Command | str]]:
    people = arena.people_of(arena.groups.index(call.group))
    if call.kind is Kind.MAINTAIN:
        placed = {person: arena.placed[person] for person in people}
        return [
            (person, Command(person, action, Method.SYSTEM, call.id, NOON))
            for person, action in buying_groups.system_actions(placed, group.members)
        ]
    return [
        (person, refusal or Command(person, action, call.method, call.id, NOON))
        for person, name in call.said
        for action in [_action(call.kind, arena.roles[name])]
        for refusal in [_refusal(arena, call, group, people, person, name)]
    ]


def _action(kind: Kind, role: RoleId) -> Action:
    if kind is Kind.REMOVE:
        return Remove()
    return Release() if kind is Kind.RELEASE else Assign(role)


def _refusal(
    arena: Arena,
    call: Call,
    group: BuyingGroup,
    people: Sequence[PersonId],
    person: PersonId,
    role: str,
) -> str | None:
    """Why nothing can be said about a person; the group is told as it was before the call."""
    assigns = call.kind in (Kind.ASSIGN, Kind.CHANGE)
    if person == NOBODY:
        return "PersonUnknown"
    if person not in people:
        return "PersonOutsideAccount"
    if assigns and role == NOT_IN_TEMPLATE:
        return "RoleNotInTemplate"
    is_member = any(each.person == person and each.role is not None for each in group.members)
    return "NotAMember" if call.kind is Kind.CHANGE and not is_member else None


def _written(change: MemberChange) -> Written:
    return change.after.person, change.before, change.after.claims
