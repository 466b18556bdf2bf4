"""Tenants are made with what every tenant begins with."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from domain.events import EventType
from domain.identifiers import TenantId
from execution.context import Context, Right
from resolvers import naming, personas, redating, roles, stamps, weighting_models
from resolvers.outcomes import Conflict, Invalid, NotFound
from store.driver import Document
from store.records import Change, Missing
from store.records import Conflict as Raced


@dataclass(frozen=True, slots=True)
class BeingRestored:
    """A restore of the tenant was begun and has not come to its end: it cannot be made."""

    tenant: TenantId


async def create_tenant(
    ctx: Context, name: str, time_zone: str
) -> TenantId | Invalid | BeingRestored:
    """Make the viewer's tenant with its default roles, personas and weighting model.

    A tenant that is there keeps its settings and gets whatever it lacks.
    """
    ctx.viewer.require(Right.ADMIN)
    if fault := naming.check_text("name", name) or check_time_zone(time_zone):
        return fault
    tenant = ctx.viewer.tenant
    document = ctx.stores.tenants.new(name, time_zone, ctx.now(), ctx.viewer.actor)
    created = stamps.event(ctx, EventType.TENANT_CREATED, tenant, after={"time_zone": time_zone})
    is_new = await ctx.stores.tenants.insert(document, [created])
    if not is_new and await ctx.stores.tenants.is_being_restored():
        return BeingRestored(tenant)
    await roles.seed(ctx)
    await personas.seed(ctx)
    await weighting_models.seed_standard(ctx)
    return tenant


async def change_time_zone(
    ctx: Context, time_zone: str
) -> TenantId | Invalid | NotFound | Conflict:
    """Let the tenant's days be those of another time zone, for activities of before as well.

    From now on activities are stored with it; those of before follow by `redate_next`, which
    every scoring run does, too. Scores are of the new days from the next run on.
    """
    ctx.viewer.require(Right.ADMIN)
    if fault := check_time_zone(time_zone):
        return fault
    tenant = ctx.viewer.tenant

    def decide(document: Document) -> Change | None:
        before = document["time_zone"]
        if before == time_zone:
            return None
        changed = stamps.event(
            ctx,
            EventType.TENANT_UPDATED,
            tenant,
            before={"time_zone": before},
            after={"time_zone": time_zone},
        )
        return Change({"time_zone": time_zone, **stamps.updated(ctx)}, events=(changed,))

    match await ctx.stores.tenants.change(tenant, decide):
        case Missing():
            return NotFound("tenant", tenant)
        case Raced():
            return Conflict("tenant", tenant)
        case _:
            return tenant


async def redate_next(ctx: Context) -> int:
    """Put the next activities that are still dated in another zone on their days; how many."""
    ctx.viewer.require(Right.ADMIN)
    return await redating.redate_next(ctx)


def check_time_zone(time_zone: str) -> Invalid | None:
    """What is wrong with the name of a time zone; None when there is one of that name."""
    try:
        ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return Invalid("timeZone", f"there is no time zone {time_zone!r}; try Europe/Berlin")
    return None
