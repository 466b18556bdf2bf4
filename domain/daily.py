"""The daily run: which day's is due, in the tenant's time zone and whatever its clocks do."""

from datetime import UTC, date, datetime, time, timedelta, tzinfo

_DAY = timedelta(days=1)


def moment_of(day: date, at: time, zone: tzinfo) -> datetime:
    """When a day's run begins, in UTC: the first time the clocks show it.

    Where clocks are set forward over it, it is as long after midnight as on any other day.
    """
    return datetime.combine(day, at, zone).astimezone(UTC)


def due_day(
    now: datetime, at: time, zone: tzinfo, since: datetime, last: date | None
) -> date | None:
    """The day whose run is to be done now, or None: it is the latest that has begun.

    `since` is when the tenant was made, `last` the last day that was done. However many days were
    missed, one run makes up for all of them.
    """
    day = now.astimezone(zone).date()
    while moment_of(day, at, zone) > now:
        day -= _DAY
    if moment_of(day, at, zone) <= since or (last is not None and day <= last):
        return None
    return day
