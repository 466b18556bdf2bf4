"""The world of a run: a tenant with groups, people and accounts, and what is known of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from domain.buying_groups import identifier
from domain.identifiers import (
    AccountId,
    BuyingGroupId,
    PersonId,
    RoleId,
    SolutionInterestId,
    TenantId,
)
from execution.context import Context, Right, Viewer
from resolvers.tenants import create_tenant
from server.contexts import new_id, now
from store.driver import Database
from store.stores import Stores
from tests.concurrency import arena as arenas
from tests.concurrency.arena import IN_TEMPLATE, Arena
from tests.worlds import SALES_MOVES, SALES_STAGES, a_live_stage_model, some_accounts

STAGES: Final = tuple(stage.name for stage in SALES_STAGES)
ENTRIES: Final = tuple(stage.name for stage in SALES_STAGES if stage.is_entry)
MOVES: Final = frozenset(SALES_MOVES)
BUILDER: Final = "builder"


@dataclass(frozen=True, slots=True)
class World:
    """An arena of groups that follow a stage model, and a yard of those made and deleted.

    `required` are roles of the template by id and name, `first_required` what they need at first,
    `noon` is a moment at which people act.
    """

    arena: Arena
    interest: SolutionInterestId
    accounts: tuple[AccountId, ...]
    people: tuple[PersonId, ...]
    yard: tuple[tuple[AccountId, BuyingGroupId], ...]
    required: tuple[tuple[RoleId, str], ...]
    first_required: Mapping[str, int]
    noon: datetime


@dataclass(frozen=True, slots=True)
class WorldSize:
    """How many groups there are, and people in each; how much of all goes to the first group."""

    groups: int = 24
    people: int = 6
    yard: int = 4
    heat: float = 0.05


def context(database: Database, tenant: str) -> Context:
    """A context of an administrator that shares no stores with anybody."""
    own = TenantId(tenant)
    viewer = Viewer(own, BUILDER, frozenset({Right.ADMIN}))
    return Context(viewer, now, Stores(database, own), new_id)


async def build(ctx: Context, size: WorldSize) -> World:
    """Make the tenant and everything in it."""
    await create_tenant(ctx, "Chaos", "UTC")
    model = await a_live_stage_model(ctx)
    arena = await arenas.build(ctx, "Chaos", size.groups, size.people, size.heat, model)
    groups = await ctx.stores.groups.by_ids(arena.groups)
    template = await ctx.stores.role_templates.template(arena.template)
    assert template is not None
    interest = groups[arena.groups[0]]["solution_interest_id"]
    made = await some_accounts(ctx, *(f"Yard {number}" for number in range(size.yard)))
    yard = [
        (AccountId(account), identifier(ctx.viewer.tenant, AccountId(account), interest))
        for account in made.values()
    ]
    accounts = tuple(groups[group]["account_id"] for group in arena.groups)
    return World(
        arena,
        interest,
        accounts,
        tuple(person for people in arena.people for person in people),
        tuple(yard),
        tuple((arena.roles[name], name) for name in IN_TEMPLATE),
        {role.role: role.members_required for role in template.roles},
        now(),
    )
