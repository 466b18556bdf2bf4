"""The daily run: which day's is due, in the tenant's time zone and whatever its clocks do."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final

_DAY = timedelta(days=1)
_TIME_OF_DAY: Final = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")


@dataclass(frozen=True, slots=True)
class DailySchedule:
    """When a tenant's daily run begins: at its own time, or at that of the server.

    The time is that of the given zone, or that of the tenant's days.
    """

    at: time | None = None
    time_zone: str | None = None
    is_on: bool = True


def time_of_day(text: str) -> time | None:
    """The time of a text such as 02:30; None when it is no time of day."""
    found = _TIME_OF_DAY.fullmatch(text)
    return time(int(found[1]), int(found[2])) if found else None


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
