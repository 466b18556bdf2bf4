"""Redating: activities fall on the days of the tenant's time zone, whichever they were stored in.

It is a part of scoring and of changing the zone, which have asked for their rights.
"""

from functools import partial
from zoneinfo import ZoneInfo

from domain.activities import day_of
from execution.context import Context


async def redate_next(ctx: Context) -> int:
    """Put the next activities of another zone on their days; none when there are none left."""
    tenant = await ctx.stores.tenants.own()
    if tenant is None:
        return 0
    zone = tenant["time_zone"]
    return await ctx.stores.activities.redate(zone, partial(day_of, zone=ZoneInfo(zone)))
