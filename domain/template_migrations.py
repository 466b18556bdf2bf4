"""Template migrations: what people said about a group's members, in the words of another version.

A claim keeps its method, actor, moment and place among the claims; only its role is another one.
A role that becomes nobody takes its claims with it, and what a weaker method said decides.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from domain.buying_groups import Member
from domain.identifiers import JobId, PersonId, RoleId, RoleTemplateId
from domain.membership import Claim, Claims, Method
from domain.role_templates import RoleTemplate

RoleMap: TypeAlias = Mapping[RoleId, RoleId | None]
"""Which role of the new version each role of the old one becomes; None: its members go."""

Replaced: TypeAlias = Mapping[PersonId, Claims]
"""The claims that a migration has changed or withdrawn, as they were, by person and method."""


@dataclass(frozen=True, slots=True)
class Migration:
    """A solution interest's last one: the job at it, both versions, the plan, and whether it was
    undone, so that its groups go back.

    `asked` are the roles of the old version that readiness asked for when it began.
    """

    job: JobId
    old: RoleTemplateId
    new: RoleTemplateId
    plan: RoleMap
    is_undone: bool = False
    asked: tuple[RoleId, ...] = ()

    @property
    def source(self) -> RoleTemplateId:
        """The version that groups leave."""
        return self.new if self.is_undone else self.old

    @property
    def target(self) -> RoleTemplateId:
        """The version that groups are to follow."""
        return self.old if self.is_undone else self.new


@dataclass(frozen=True, slots=True)
class PlanFault:
    """Why a plan cannot be followed: because of which role, and the reason."""

    role: RoleId
    reason: str


def completed(old: RoleTemplate, new: RoleTemplate, given: RoleMap) -> RoleMap | PlanFault:
    """The plan for every role of the old version; a role that is not named stays what it is."""
    before = [entry.role for entry in old.roles]
    after = {entry.role for entry in new.roles}
    for role, becomes in given.items():
        if role not in before:
            return PlanFault(role, "is no role of the version that groups follow now")
        if becomes is not None and becomes not in after:
            return PlanFault(role, "is to become a role that the new version does not have")
    plan = {role: given.get(role, role) for role in before}
    lost = next((r for r, becomes in plan.items() if becomes and becomes not in after), None)
    if lost is not None:
        return PlanFault(lost, "is not in the new version: say what becomes of it")
    return plan


def backwards(old: RoleTemplate, plan: RoleMap) -> RoleMap:
    """The way back: for each role of the new version the one it stands for in the old one.

    Where several have become one, it is the role of that name, else the first in the old order.
    """
    back: dict[RoleId, RoleId | None] = {}
    for entry in old.roles:
        becomes = plan.get(entry.role)
        if becomes is not None and (becomes not in back or becomes == entry.role):
            back[becomes] = entry.role
    return back


def asked_at_target(
    migration: Migration, back: RoleMap, roles: Sequence[RoleId]
) -> tuple[RoleId, ...]:
    """The roles that readiness asks for, in the version that groups are to follow.

    What becomes nobody is asked for no more; on the way back, what the migration left as it was
    is again what had been asked for.
    """
    return (_asked_before if migration.is_undone else _asked_after)(migration, back, roles)


def asked_at_source(
    migration: Migration, back: RoleMap, roles: Sequence[RoleId]
) -> tuple[RoleId, ...]:
    """The roles that readiness asks for, in the version that groups leave."""
    return (_asked_after if migration.is_undone else _asked_before)(migration, back, roles)


def migrated(members: Sequence[Member], plan: RoleMap) -> tuple[list[Member], Replaced]:
    """The members with their claims in the new version's roles, and the claims that changed."""
    after, replaced = [], {}
    for member in members:
        claims = {
            method: moved
            for method, claim in member.claims.items()
            if (moved := _moved(claim, plan)) is not None
        }
        changed = {
            method: claim for method, claim in member.claims.items() if claims.get(method) != claim
        }
        if changed:
            replaced[member.person] = changed
            member = replace(member, claims=claims)
        after.append(member)
    return after, replaced


def put_back(
    members: Sequence[Member], plan: RoleMap, back: RoleMap, replaced: Replaced
) -> list[Member]:
    """The members with their claims in the old version's roles again.

    A claim that is still as the migration left it becomes what it was. One that was said since
    keeps its meaning as far as the old version has a role for it, and goes otherwise.
    """
    after = []
    for member in members:
        before = replaced.get(member.person, {})
        claims = {
            method: claim
            for method in Method
            if (claim := _before(member.claims.get(method), before.get(method), plan, back))
        }
        after.append(member if claims == member.claims else replace(member, claims=claims))
    return after


def _asked_after(
    migration: Migration, back: RoleMap, roles: Sequence[RoleId]
) -> tuple[RoleId, ...]:
    return _in_words_of(migration.plan, roles)


def _asked_before(
    migration: Migration, back: RoleMap, roles: Sequence[RoleId]
) -> tuple[RoleId, ...]:
    is_as_left = _in_words_of(migration.plan, migration.asked) == tuple(roles)
    return migration.asked if is_as_left else _in_words_of(back, roles)


def _in_words_of(plan: RoleMap, roles: Sequence[RoleId]) -> tuple[RoleId, ...]:
    """What these roles become, each once; those that become nobody are left out."""
    return tuple(dict.fromkeys(becomes for role in roles if (becomes := plan.get(role))))


def _before(now: Claim | None, was: Claim | None, plan: RoleMap, back: RoleMap) -> Claim | None:
    if was is not None:
        left = _moved(was, plan)
        if now is None and left is None:
            return was
        if now is not None and left is not None and replace(left, reason=now.reason) == now:
            return replace(was, reason=now.reason)
    return _moved(now, back) if now is not None else None


def _moved(claim: Claim, roles: RoleMap) -> Claim | None:
    """The claim with the role that its role becomes; None if that is nobody."""
    if claim.role is None:
        return claim
    becomes = roles.get(claim.role)
    if becomes is None:
        return None
    return claim if becomes == claim.role else replace(claim, role=becomes)
