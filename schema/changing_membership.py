"""The four membership commands: assign, remove, change roles, release."""

from typing import Annotated, TypeVar

import strawberry

import resolvers.membership
from domain.identifiers import PersonId
from resolvers.membership import Assignment, CommandResult, CommandsDone
from schema.errors import Conflict, InvalidInput, NotFound, refusal_of
from schema.info import Info
from schema.members import MembershipMethod
from schema.membership_outcomes import MembershipCommandSuccess, done_document
from schema.repeating import Repeatable


@strawberry.input(description="A person and the role to have.")
class MemberRoleInput:
    person_id: strawberry.ID = strawberry.field(description="A person of the group's account.")
    role: str = strawberry.field(description="A role of the group's template, by id or by name.")


@strawberry.input
class _Command(Repeatable):
    """What every membership command takes."""

    buying_group_id: strawberry.ID = strawberry.field(description="The group.")
    method: MembershipMethod = strawberry.field(
        default=MembershipMethod.MANUAL,
        description="By which method it is said; each asks for its right. Stronger methods "
        "prevail: MANUAL over JOURNEY over SYSTEM.",
    )
    reason: str | None = strawberry.field(
        default=None,
        description="Why, in at most 500 characters; kept with the claim and in the event.",
    )


@strawberry.input(description="Who is to join a group, in which roles.")
class AssignMembersInput(_Command):
    members: list[MemberRoleInput] = strawberry.field(description="1 to 50 people.")


@strawberry.input(description="Which members are to have other roles.")
class ChangeMemberRolesInput(_Command):
    members: list[MemberRoleInput] = strawberry.field(description="1 to 50 members.")


@strawberry.input(description="Who is to leave a group.")
class RemoveMembersInput(_Command):
    person_ids: list[strawberry.ID] = strawberry.field(description="1 to 50 people.")


@strawberry.input(description="About whom a method withdraws what it said.")
class ReleaseMembersInput(_Command):
    person_ids: list[strawberry.ID] = strawberry.field(description="1 to 50 people.")


@strawberry.type(description="The assignments were decided.")
class AssignMembersSuccess(MembershipCommandSuccess):
    """What came of `assignMembers`."""


@strawberry.type(description="The role changes were decided.")
class ChangeMemberRolesSuccess(MembershipCommandSuccess):
    """What came of `changeMemberRoles`."""


@strawberry.type(description="The removals were decided.")
class RemoveMembersSuccess(MembershipCommandSuccess):
    """What came of `removeMembers`."""


@strawberry.type(description="The releases were decided.")
class ReleaseMembersSuccess(MembershipCommandSuccess):
    """What came of `releaseMembers`."""


AssignMembersResult = Annotated[
    AssignMembersSuccess | NotFound | Conflict | InvalidInput,
    strawberry.union("AssignMembersResult"),
]
ChangeMemberRolesResult = Annotated[
    ChangeMemberRolesSuccess | NotFound | Conflict | InvalidInput,
    strawberry.union("ChangeMemberRolesResult"),
]
RemoveMembersResult = Annotated[
    RemoveMembersSuccess | NotFound | Conflict | InvalidInput,
    strawberry.union("RemoveMembersResult"),
]
ReleaseMembersResult = Annotated[
    ReleaseMembersSuccess | NotFound | Conflict | InvalidInput,
    strawberry.union("ReleaseMembersResult"),
]
S = TypeVar("S", bound=MembershipCommandSuccess)


async def assign_members(info: Info, input: AssignMembersInput) -> AssignMembersResult:
    """Put people into roles."""
    done = await resolvers.membership.assign_members(
        info.context,
        input.buying_group_id,
        _assignments(input.members),
        input.method,
        input.reason,
        input.idempotency_key,
    )
    return _result(done, AssignMembersSuccess)


async def change_member_roles(info: Info, input: ChangeMemberRolesInput) -> ChangeMemberRolesResult:
    """Give members other roles."""
    done = await resolvers.membership.change_member_roles(
        info.context,
        input.buying_group_id,
        _assignments(input.members),
        input.method,
        input.reason,
        input.idempotency_key,
    )
    return _result(done, ChangeMemberRolesSuccess)


async def remove_members(info: Info, input: RemoveMembersInput) -> RemoveMembersResult:
    """Take people out."""
    people = [PersonId(person) for person in input.person_ids]
    done = await resolvers.membership.remove_members(
        info.context,
        input.buying_group_id,
        people,
        input.method,
        input.reason,
        input.idempotency_key,
    )
    return _result(done, RemoveMembersSuccess)


async def release_members(info: Info, input: ReleaseMembersInput) -> ReleaseMembersResult:
    """Withdraw claims."""
    people = [PersonId(person) for person in input.person_ids]
    done = await resolvers.membership.release_members(
        info.context,
        input.buying_group_id,
        people,
        input.method,
        input.reason,
        input.idempotency_key,
    )
    return _result(done, ReleaseMembersSuccess)


def _assignments(members: list[MemberRoleInput]) -> list[Assignment]:
    return [Assignment(PersonId(member.person_id), member.role) for member in members]


def _result(done: CommandResult, success: type[S]) -> S | NotFound | Conflict | InvalidInput:
    if isinstance(done, CommandsDone):
        return success.of(done_document(done))
    return refusal_of(done)
