"""Jobs: what there is to do, how it stands, and how long it will go on."""

from datetime import datetime, timedelta
from enum import Enum
from typing import Final


class JobKind(Enum):
    """What a job does."""

    CREATION = "creation"
    MAINTENANCE = "maintenance"
    SCORING = "scoring"
    MEMBERS_REQUIRED = "members_required"
    TEMPLATE_MIGRATION = "template_migration"


class JobStatus(Enum):
    """How a job stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"

    @property
    def is_open(self) -> bool:
        """Whether there is something left to do."""
        return self in OPEN


class JobTrigger(Enum):
    """What has started a job: somebody who asked for it, or the daily run."""

    ON_DEMAND = "on_demand"
    DAILY = "daily"


OPEN: Final = (JobStatus.WAITING, JobStatus.RUNNING)


def time_left(
    total: int | None, done: int, since: datetime | None, now: datetime
) -> timedelta | None:
    """How long what is left will take, if it takes as long as what was done since a moment.

    None while that cannot be known: the total is unknown, or nothing is done yet.
    """
    if total is None or since is None or done <= 0:
        return None
    passed = max(now - since, timedelta())
    return passed * (max(total - done, 0) / done)
