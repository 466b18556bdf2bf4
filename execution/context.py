"""The context of a request: who asks, the clock, the stores and the loaders; one per request."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import Enum

from domain.identifiers import TenantId
from execution.loaders import Loaders
from execution.new_ids import new_id
from store.stores import Stores


class Right(Enum):
    """What a viewer may do; `ADMIN` stands for all of them."""

    READ = "read"
    EDIT_DATA = "edit_data"
    EDIT_COMPONENTS = "edit_components"
    EDIT_GROUPS = "edit_groups"
    ACT_AS_JOURNEY = "act_as_journey"
    ACT_AS_SYSTEM = "act_as_system"
    RUN_JOBS = "run_jobs"
    ADMIN = "admin"


class NotPermitted(Exception):
    """The viewer lacks the right that a field or a mutation asks for."""

    def __init__(self, right: Right) -> None:
        super().__init__(right.name)
        self.right = right


@dataclass(frozen=True, slots=True)
class Viewer:
    """On whose behalf a request runs: the tenant it sees, its name in events, its rights."""

    tenant: TenantId
    actor: str
    rights: frozenset[Right]

    def require(self, right: Right) -> None:
        """Nothing when the viewer has the right or is an admin; else `NotPermitted` is raised."""
        if right not in self.rights and Right.ADMIN not in self.rights:
            raise NotPermitted(right)


@dataclass(slots=True)
class Context:
    """What every resolver is handed.

    `now` gives the time in UTC, cut to milliseconds; `new_id("acc")` an id of that prefix that
    nobody has; `request_id` stands in the log and in the answer to an unexpected error;
    `has_begun` once a mutation may have stored something. Whoever follows events may go on from a
    position beyond which nothing is older than `cursor_age`. `allow_private_webhooks`: whether
    webhooks may go to this machine and into private networks. `command` names the repeatable
    command that is being done.
    """

    viewer: Viewer
    now: Callable[[], datetime]
    stores: Stores
    new_id: Callable[[str], str]
    request_id: str = ""
    has_begun: bool = False
    cursor_age: timedelta = timedelta(days=30)
    allow_private_webhooks: bool = False
    command: str | None = None
    loaders: Loaders = field(init=False)

    def __post_init__(self) -> None:
        self.loaders = Loaders(self.stores.reader)

    def at_one_moment(self) -> "Context":
        """The same at a clock that stands: for what is decided about much at once."""
        at = self.now()
        return replace(self, now=lambda: at, new_id=lambda prefix: new_id(prefix, at))
