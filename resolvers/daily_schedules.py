"""The daily schedule of a tenant: when its daily run begins, in which time zone, or never."""

from domain.daily import DailySchedule, time_of_day
from domain.events import EventType
from domain.identifiers import TenantId
from execution.context import Context, Right
from resolvers import stamps, tenants
from resolvers.outcomes import Conflict, Invalid, NotFound
from resolvers.unsaid import Unsaid, settled
from store.driver import Document
from store.records import Change, Missing
from store.records import Conflict as Raced


async def daily_schedule(ctx: Context) -> Document:
    """The tenant's schedule, with the zone that counts and the last day whose run is over."""
    ctx.viewer.require(Right.READ)
    tenant = await ctx.stores.tenants.own() or {}
    own = schedule_of(tenant)
    return {
        "at": own.at.isoformat("minutes") if own.at is not None else None,
        "time_zone": own.time_zone or tenant.get("time_zone", "UTC"),
        "is_on": own.is_on,
        "last_day": (tenant.get("daily") or {}).get("day"),
    }


async def update_daily_schedule(
    ctx: Context,
    at: str | Unsaid | None = Unsaid.STAYS,
    time_zone: str | Unsaid | None = Unsaid.STAYS,
    *,
    is_on: bool | Unsaid = Unsaid.STAYS,
) -> TenantId | Invalid | NotFound | Conflict:
    """Let the tenant's daily run begin at this time, such as 02:30, of this zone's days.

    None is the time that the server begins runs at, and the zone of the tenant's days. A day that
    had its run has no other, whatever is changed.
    """
    ctx.viewer.require(Right.ADMIN)
    if isinstance(at, str) and time_of_day(at) is None:
        return Invalid("at", "must be a time of day such as 02:30")
    if isinstance(time_zone, str) and (fault := tenants.check_time_zone(time_zone)):
        return fault
    tenant = ctx.viewer.tenant

    def decide(document: Document) -> Change | None:
        stored = document.get("daily_schedule") or {}
        before = {
            "at": stored.get("at"),
            "time_zone": stored.get("time_zone"),
            "is_on": stored.get("is_on", True),
        }
        after = {
            "at": settled(at, before["at"]),
            "time_zone": settled(time_zone, before["time_zone"]),
            "is_on": settled(is_on, before["is_on"]),
        }
        if before == after:
            return None
        changed = stamps.event(
            ctx,
            EventType.TENANT_UPDATED,
            tenant,
            before={"daily_schedule": before},
            after={"daily_schedule": after},
        )
        return Change({"daily_schedule": after, **stamps.updated(ctx)}, (changed,))

    match await ctx.stores.tenants.change(tenant, decide):
        case Missing():
            return NotFound("tenant", tenant)
        case Raced():
            return Conflict("tenant", tenant)
        case _:
            return tenant


def schedule_of(tenant: Document) -> DailySchedule:
    """The schedule that a tenant's document holds; one that was never set is the server's."""
    stored = tenant.get("daily_schedule") or {}
    at = stored.get("at")
    return DailySchedule(
        time_of_day(at) if at is not None else None,
        stored.get("time_zone"),
        stored.get("is_on", True),
    )
