"""Roles: the six every tenant begins with, and its own."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from domain.events import EventType
from domain.folding import fold
from domain.identifiers import RoleId, TenantId, derived
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


def default_role(tenant: TenantId, name: str) -> RoleId:
    """The id of a default role of a tenant."""
    return RoleId(derived("role", tenant, fold(name)))


async def seed(ctx: Context) -> None:
    """Store the default roles; those that are there stay as they are."""
    await ctx.stores.roles.insert_many(
        [
            (_document(ctx, default_role(ctx.viewer.tenant, name), name, is_default=True), [])
            for name in DEFAULT_ROLES
        ]
    )
    await ctx.stores.identities.claim_all(
        "role.name",
        {fold(name): default_role(ctx.viewer.tenant, name) for name in DEFAULT_ROLES},
    )


async def create_role(ctx: Context, name: str) -> RoleId | Invalid | NameTaken:
    """Add a role of the tenant's own; 20 roles in all."""
    ctx.viewer.require(Right.EDIT_COMPONENTS)
    if fault := naming.check_text("name", name):
        return fault
    if await ctx.stores.roles.count() >= MOST_ROLES:
        return Invalid("name", f"a tenant has at most {MOST_ROLES} roles")
    owner = await naming.claim(ctx, ctx.stores.roles, "role", name, ctx.new_id("role"))
    if isinstance(owner, NameTaken):
        return owner
    created = stamps.event(ctx, EventType.ROLE_CREATED, owner, after={"name": name})
    await ctx.stores.roles.insert(_document(ctx, owner, name, is_default=False), [created])
    return RoleId(owner)


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


def _document(ctx: Context, id: str, name: str, *, is_default: bool) -> dict[str, object]:
    return {
        "_id": id,
        "name": name,
        "folded": {"name": fold(name)},
        "is_default": is_default,
        **stamps.created(ctx),
    }
