"""Roles of a tenant's own: added, renamed, deleted."""

from typing import Annotated

import strawberry

import domain.roles
import resolvers.roles
from execution.fields import one, stored
from execution.limits import at_most
from execution.sources import Sourced
from schema import uses
from schema.errors import Conflict, InvalidInput, NameTaken, NotFound, UserError, refusal_of
from schema.info import Info
from schema.repeating import Repeatable
from schema.roles import Role
from schema.unsaid import null_in, said, said_in_full
from schema.uses import User


@strawberry.type(description="The six default roles cannot be changed or deleted.")
class RoleIsDefault(UserError):
    role_id: strawberry.ID = strawberry.field(description="The role.")


@strawberry.type(description="Role templates, buying groups or account audiences use the role.")
class RoleInUse(UserError):
    role_id: strawberry.ID = strawberry.field(description="The role.")
    role_templates: int = strawberry.field(
        description="How many templates have it, or count its members in a rule."
    )
    buying_groups: int = strawberry.field(description="How many groups have it.")
    account_audiences: int = strawberry.field(description="How many audiences count its members.")
    users: list[User] = strawberry.field(
        metadata=at_most(resolvers.roles.MOST_USERS_NAMED),
        description="Some of them, templates first; at most 10.",
    )


@strawberry.input(description="A role of the tenant's own.")
class CreateRoleInput(Repeatable):
    name: str = strawberry.field(description="Unique; at most 255 characters.")
    description: str | None = strawberry.field(default=None, description="Free text.")


@strawberry.input(
    description="What is to change of a role of the tenant's own; what is left out stays."
)
class UpdateRoleInput(Repeatable):
    role_id: strawberry.ID = strawberry.field(description="The role.")
    name: str | None = strawberry.field(
        default=strawberry.UNSET, description="Unique; at most 255 characters; not null."
    )
    description: str | None = strawberry.field(
        default=strawberry.UNSET, description="Free text; null takes it away."
    )


@strawberry.input(description="The role to delete.")
class DeleteRoleInput(Repeatable):
    role_id: strawberry.ID = strawberry.field(description="The role.")


@strawberry.type(description="The role was created.")
class CreateRoleSuccess(Sourced):
    role: Role = one("role_id", description="The new role.")


@strawberry.type(description="The role is called what was asked for, wherever it is used.")
class UpdateRoleSuccess(Sourced):
    role: Role = one("role_id", description="The role.")


@strawberry.type(description="The role is gone, and its name is free again.")
class DeleteRoleSuccess(Sourced):
    role_id: strawberry.ID = stored(description="The id it had.")


CreateRoleResult = Annotated[
    CreateRoleSuccess | InvalidInput | NameTaken | Conflict,
    strawberry.union("CreateRoleResult"),
]
UpdateRoleResult = Annotated[
    UpdateRoleSuccess | RoleIsDefault | InvalidInput | NameTaken | NotFound | Conflict,
    strawberry.union("UpdateRoleResult"),
]
DeleteRoleResult = Annotated[
    DeleteRoleSuccess | RoleIsDefault | RoleInUse | NotFound | Conflict | InvalidInput,
    strawberry.union("DeleteRoleResult"),
]


async def create_role(info: Info, input: CreateRoleInput) -> CreateRoleResult:
    """Add a role."""
    made = await resolvers.roles.create_role(info.context, input.name, input.description)
    if isinstance(made, str):
        return CreateRoleSuccess.of({"role_id": made})
    return refusal_of(made)


async def update_role(info: Info, input: UpdateRoleInput) -> UpdateRoleResult:
    """Change what a role is called."""
    if fault := null_in(input, "name"):
        return refusal_of(fault)
    made = await resolvers.roles.update_role(
        info.context, input.role_id, said_in_full(input.name), said(input.description)
    )
    if isinstance(made, str):
        return UpdateRoleSuccess.of({"role_id": made})
    if isinstance(made, domain.roles.RoleIsDefault):
        return _is_default(made)
    return refusal_of(made)


async def delete_role(info: Info, input: DeleteRoleInput) -> DeleteRoleResult:
    """Delete a role."""
    gone = await resolvers.roles.delete_role(info.context, input.role_id)
    match gone:
        case str():
            return DeleteRoleSuccess.of({"role_id": gone})
        case domain.roles.RoleIsDefault():
            return _is_default(gone)
        case domain.roles.RoleInUse(_, templates, groups, audiences, users):
            return RoleInUse(
                message=f"The role is in use: role templates: {templates}, buying groups: "
                f"{groups}, account audiences: {audiences}. They are: "
                f"{uses.named(users, templates + groups + audiences)}.",
                role_id=input.role_id,
                role_templates=templates,
                buying_groups=groups,
                account_audiences=audiences,
                users=uses.shown(users),
            )
        case _:
            return refusal_of(gone)


def _is_default(refusal: domain.roles.RoleIsDefault) -> RoleIsDefault:
    message = "It is one of the six default roles, which cannot be changed or deleted."
    return RoleIsDefault(message=message, role_id=strawberry.ID(refusal.id))
