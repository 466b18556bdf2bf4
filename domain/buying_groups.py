"""The buying group: its members with their claims, and what follows from them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final

from domain import completeness, membership
from domain.identifiers import (
    AccountId,
    BuyingGroupId,
    PersonId,
    RoleId,
    SolutionInterestId,
    TenantId,
    derived,
)
from domain.membership import Assign, Claim, Claims, Command, Decision, Method, Remove
from domain.role_templates import TemplateRole, Weighting

STATUS_LENGTH: Final = 50
COMMAND_SIZE: Final = 50


@dataclass(frozen=True, slots=True)
class Member:
    """Everything said about one person in the group; `unrelated` flags a lost relation."""

    person: PersonId
    claims: Claims
    unrelated: bool = False

    @property
    def role(self) -> RoleId | None:
        claim = membership.deciding(self.claims)
        return claim.role if claim else None

    @property
    def deciding(self) -> Claim | None:
        return membership.deciding(self.claims)


@dataclass(frozen=True, slots=True)
class RoleState:
    """A role of the group's template and how far it is filled."""

    role: RoleId
    weighting: Weighting
    is_required: bool
    members_required: int
    assigned: int

    @property
    def filled(self) -> Fraction:
        return completeness.of_role(self.assigned, self.members_required)

    @property
    def is_missing(self) -> bool:
        """Whether nobody has it although completeness counts it."""
        return completeness.is_missing(self.is_required, self.assigned)


@dataclass(frozen=True, slots=True)
class BuyingGroup:
    """What a decision about a group needs to know of it."""

    id: BuyingGroupId
    account: AccountId
    solution_interest: SolutionInterestId
    version: int
    members: tuple[Member, ...]


@dataclass(frozen=True, slots=True)
class RoleNotInTemplate:
    """The group's template has no such role."""

    role: RoleId


@dataclass(frozen=True, slots=True)
class NotAMember:
    """Only a member's role can be changed."""

    person: PersonId


@dataclass(frozen=True, slots=True)
class PersonUnknown:
    """There is no such person."""

    person: PersonId


@dataclass(frozen=True, slots=True)
class PersonOutsideAccount:
    """The person has no current relation to the group's account."""

    person: PersonId


Refusal = RoleNotInTemplate | NotAMember | PersonUnknown | PersonOutsideAccount


@dataclass(frozen=True, slots=True)
class MemberChange:
    """A changed member: its place among the members, and what was said before and after."""

    place: int
    before: Claims
    after: Member


def identifier(
    tenant: TenantId, account: AccountId, solution_interest: SolutionInterestId
) -> BuyingGroupId:
    """The one id of the group of this account for this solution interest."""
    return BuyingGroupId(derived("bg", tenant, account, solution_interest))


def name(solution_interest: str, account: str) -> str:
    """How a group is called, by the names of its solution interest and account."""
    return f"{solution_interest} for {account}"


def apply(
    group: BuyingGroup, commands: Sequence[Command]
) -> tuple[BuyingGroup, list[Decision], list[MemberChange]]:
    """The group after the commands in their order, each one's decision, and the members changed.

    A person named twice is changed twice, in order; the change says where it began and ended, and
    where it ended as it began there is none.
    """
    said = {member.person: member.claims for member in group.members}
    decisions = []
    for command in commands:
        decision = membership.decide(said.get(command.person, {}), command, group.version + 1)
        said[command.person] = decision.claims
        decisions.append(decision)
    members = [_saying(member, said.pop(member.person)) for member in group.members]
    members += [Member(person, claims) for person, claims in said.items() if claims]
    before = [member.claims for member in group.members]
    before += [{}] * (len(members) - len(before))
    changes = [
        MemberChange(place, claims, member)
        for place, (claims, member) in enumerate(zip(before, members, strict=True))
        if member.claims != claims
    ]
    return replace(group, members=tuple(members)), decisions, changes


def _saying(member: Member, claims: Claims) -> Member:
    return member if claims is member.claims else replace(member, claims=claims)


def role_states(roles: Sequence[TemplateRole], members: Sequence[Member]) -> list[RoleState]:
    """How far each role of the template is filled, in template order."""
    counts: dict[RoleId, int] = {}
    for member in members:
        role = member.role
        if role is not None:
            counts[role] = counts.get(role, 0) + 1
    return [
        RoleState(
            entry.role,
            entry.weighting,
            entry.is_required,
            entry.members_required,
            counts.get(entry.role, 0),
        )
        for entry in roles
    ]


def completeness_of(states: Sequence[RoleState]) -> Fraction:
    """The group's completeness, 0 to 1: the mean over the roles required for it."""
    return completeness.of_group(state.filled for state in states if state.is_required)


def system_actions(
    placed: Mapping[PersonId, RoleId | None], members: Sequence[Member]
) -> list[tuple[PersonId, Assign | Remove]]:
    """What SYSTEM has to say anew, in the order of the people's ids.

    `placed` holds every current person of the account with the role the rules give, or None.
    SYSTEM takes back an assignment that no rule supports any more, and says "removed" of anyone
    known to the group who is no longer of the account.
    """
    said = {
        member.person: claim.role
        for member in members
        if (claim := member.claims.get(Method.SYSTEM)) is not None
    }
    actions: dict[PersonId, Assign | Remove] = {}
    for person, role in placed.items():
        if role is not None and (person not in said or said[person] != role):
            actions[person] = Assign(role)
        elif role is None and said.get(person) is not None:
            actions[person] = Remove()
    for member in members:
        is_gone = member.person not in placed and bool(member.claims)
        if is_gone and (member.person not in said or said[member.person] is not None):
            actions[member.person] = Remove()
    return sorted(actions.items())
