"""Tenants are made with what every tenant begins with."""

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from domain.events import EventType
from domain.identifiers import TenantId
from execution.context import Context, Right
from resolvers import naming, roles, stamps, weighting_models
from resolvers.outcomes import Invalid


async def create_tenant(ctx: Context, name: str, time_zone: str) -> TenantId | Invalid:
    """Make the viewer's tenant with its default roles and the standard weighting model.

    A tenant that is there keeps its settings and gets whatever it lacks.
    """
    ctx.viewer.require(Right.ADMIN)
    if fault := naming.check_text("name", name) or _check_time_zone(time_zone):
        return fault
    tenant = ctx.viewer.tenant
    document = ctx.stores.tenants.new(name, time_zone, ctx.now(), ctx.viewer.actor)
    created = stamps.event(ctx, EventType.TENANT_CREATED, tenant, after={"time_zone": time_zone})
    await ctx.stores.tenants.insert(document, [created])
    await roles.seed(ctx)
    await weighting_models.seed_standard(ctx)
    return tenant


def _check_time_zone(time_zone: str) -> Invalid | None:
    try:
        ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return Invalid("timeZone", f"there is no time zone {time_zone!r}; try Europe/Berlin")
    return None
