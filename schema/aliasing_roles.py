"""Role aliases: what other systems call a role."""

from typing import Annotated

import strawberry

import resolvers.roles
from domain.role_aliases import MOST_ALIASES
from execution.context import Right
from execution.fields import one
from execution.sources import Sourced
from schema.errors import Conflict, InvalidInput, NameTaken, NotFound, refusal_of
from schema.info import Info
from schema.repeating import Repeatable, once
from schema.roles import Role


@strawberry.input(description="What other systems call a role.")
class SetRoleAliasesInput(Repeatable):
    role_id: strawberry.ID = strawberry.field(description="The role; a default one as well.")
    aliases: list[str] = strawberry.field(
        description=f"All its aliases from now on, at most {MOST_ALIASES}, in the place of those "
        "there were; none takes them away. Case, blanks, hyphens and underscores do not matter: "
        "`Decision-Maker` and `DECISION_MAKER` need no alias for Decision Maker."
    )


@strawberry.type(description="The role is known by these aliases.")
class SetRoleAliasesSuccess(Sourced):
    role: Role = one("role_id", description="The role.")


SetRoleAliasesResult = Annotated[
    SetRoleAliasesSuccess | NameTaken | InvalidInput | NotFound | Conflict,
    strawberry.union("SetRoleAliasesResult"),
]


async def set_role_aliases(info: Info, input: SetRoleAliasesInput) -> SetRoleAliasesResult:
    """Let a role be meant by other names."""
    done = await resolvers.roles.set_role_aliases(info.context, input.role_id, input.aliases)
    if isinstance(done, str):
        return SetRoleAliasesSuccess.of({"role_id": done})
    return refusal_of(done)


@strawberry.type
class RoleAliases:
    """What `Mutation` has of role aliases."""

    set_role_aliases = strawberry.mutation(
        resolver=once(set_role_aliases, Right.EDIT_COMPONENTS),
        description=(
            "Say what other systems call a role, so that imports find it. Right: EDIT_COMPONENTS."
        ),
    )
