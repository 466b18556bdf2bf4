"""Roles: the six every tenant begins with, and its own."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from domain.events import EventType
from domain.folding import fold, words
from domain.identifiers import RoleId, TenantId, derived
from domain.identities import Identity
from execution.context import Context, Right
from resolvers import naming, stamps
from resolvers.outcomes import Invalid, NameTaken

DEFAULT_ROLES: Final = (
    "Decision Maker",
    "Influencer",
    "Practitioner",
    "Executive Steering Committee",
    "Champion",
    "Other",
)
MOST_ROLES: Final = 20
KIND: Final = naming.Kind("role", "role", EventType.ROLE_CREATED)


def default_role(tenant: TenantId, name: str) -> RoleId:
    """The id of a default role of a tenant."""
    return RoleId(derived("role", tenant, fold(name)))


async def seed(ctx: Context) -> None:
    """Store the default roles; those that are there stay as they are."""
    ctx.viewer.require(Right.ADMIN)
    await ctx.stores.roles.insert_many([(_default(ctx, name), []) for name in DEFAULT_ROLES])
    await ctx.stores.identities.claim_all(
        "role.name",
        {fold(name): default_role(ctx.viewer.tenant, name) for name in DEFAULT_ROLES},
    )


async def create_role(ctx: Context, name: str) -> RoleId | Invalid | NameTaken:
    """Add a role of the tenant's own; 20 roles in all."""
    ctx.viewer.require(Right.EDIT_COMPONENTS)
    if fault := naming.check_text("name", name):
        return fault
    full = Invalid("name", f"a tenant has at most {MOST_ROLES} roles")
    if await ctx.stores.roles.count() >= MOST_ROLES:
        return full
    fields = {"is_default": False}
    made = await naming.create(ctx, ctx.stores.roles, KIND, name, lambda _: fields)
    if isinstance(made, NameTaken):
        return made
    return RoleId(made) if await _fits(ctx, made, name) else full


async def _fits(ctx: Context, id: str, name: str) -> bool:
    """Whether the new role is within the limit; otherwise it goes again.

    Several may have been added at once. Each looks after it is stored, so all of them see too
    many or none does; those who do give way.
    """
    if await ctx.stores.roles.count() <= MOST_ROLES:
        return True
    gone = stamps.event(ctx, EventType.ROLE_DELETED, id)
    await ctx.stores.roles.remove(id, 1, gone, Identity("role.name", fold(name)))
    return False


@dataclass(frozen=True, slots=True)
class Directory:
    """The roles of a tenant, found by id or by name."""

    ids: Mapping[str, RoleId]

    def find(self, reference: str) -> RoleId | None:
        """The role of this id or name, however the name is written; None of none."""
        return self.ids.get(reference) or self.ids.get(fold(reference))


async def directory(ctx: Context) -> Directory:
    """Every role of the tenant by id and by folded name."""
    roles = await ctx.stores.roles.all()
    names = {fold(role["name"]): RoleId(role["_id"]) for role in roles}
    return Directory(names | {role["_id"]: RoleId(role["_id"]) for role in roles})


def _default(ctx: Context, name: str) -> dict[str, object]:
    return {
        "_id": default_role(ctx.viewer.tenant, name),
        "name": name,
        "folded": {"name": fold(name)},
        "search": list(words(name)),
        "is_default": True,
        **stamps.created(ctx),
    }
