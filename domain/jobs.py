"""Jobs: what there is to do, how it stands, and how long it will go on."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Final


class JobKind(Enum):
    """What a job does."""

    AUDIENCE_REFRESH = "audience_refresh"
    CREATION = "creation"
    MAINTENANCE = "maintenance"
    SCORING = "scoring"
    MEMBERS_REQUIRED = "members_required"
    TEMPLATE_MIGRATION = "template_migration"


class JobStatus(Enum):
    """How a job stands."""

    WAITING = "waiting"
    RUNNING = "running"
    PAUSED = "paused"
    DONE = "done"
    FINISHED_WITH_FAILURES = "finished_with_failures"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_open(self) -> bool:
        """Whether a worker takes it up, or has done so."""
        return self in OPEN


class JobTrigger(Enum):
    """What has started a job: somebody who asked for it, or the daily run."""

    ON_DEMAND = "on_demand"
    DAILY = "daily"


class JobCommand(Enum):
    """What people tell a job that is there."""

    PAUSE = "pause"
    RESUME = "resume"
    CANCEL = "cancel"
    RETRY = "retry"


@dataclass(frozen=True, slots=True)
class ItemFailure:
    """One thing a job could not do: which, where in it the fault lies if that is known, and why."""

    item: str
    field: str | None
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class StatusForbids:
    """The job cannot be told this as it stands; it could in one of the states `needed`."""

    status: JobStatus
    needed: tuple[JobStatus, ...]


OPEN: Final = (JobStatus.WAITING, JobStatus.RUNNING)
UNFINISHED: Final = (*OPEN, JobStatus.PAUSED)
"""States in which something may be left to do."""

MOST_FAILURES_KEPT: Final = 100
"""How many of its failures a job names; it counts them all."""

_NEEDED: Final[Mapping[JobCommand, tuple[JobStatus, ...]]] = {
    JobCommand.PAUSE: OPEN,
    JobCommand.RESUME: (JobStatus.PAUSED,),
    JobCommand.CANCEL: UNFINISHED,
    JobCommand.RETRY: (JobStatus.FAILED, JobStatus.FINISHED_WITH_FAILURES),
}
_BECOMES: Final[Mapping[JobCommand, JobStatus]] = {
    JobCommand.PAUSE: JobStatus.PAUSED,
    JobCommand.RESUME: JobStatus.WAITING,
    JobCommand.CANCEL: JobStatus.CANCELLED,
    JobCommand.RETRY: JobStatus.WAITING,
}


def told(status: JobStatus, command: JobCommand) -> JobStatus | StatusForbids:
    """How a job stands after a command, or why it cannot be given now."""
    needed = _NEEDED[command]
    return _BECOMES[command] if status in needed else StatusForbids(status, needed)


def ended(failures: int) -> JobStatus:
    """How a job stands that has gone through everything, so many failures noted."""
    return JobStatus.FINISHED_WITH_FAILURES if failures else JobStatus.DONE


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
