"""A recorder of database commands, so that a test can say exactly which ones it causes."""

from contextvars import ContextVar
from typing import Any, Final

from pymongo.monitoring import (
    CommandFailedEvent,
    CommandListener,
    CommandStartedEvent,
    CommandSucceededEvent,
)

_READS_AND_WRITES: Final = (
    "find",
    "aggregate",
    "count",
    "distinct",
    "getMore",
    "insert",
    "update",
    "delete",
    "findAndModify",
)

ASIDE: Final[ContextVar[bool]] = ContextVar("whether commands are not to be noted", default=False)


class Recorder(CommandListener):
    """Notes every read and write of one client as `find people`; `sent` holds them in full."""

    def __init__(self) -> None:
        self.commands: list[str] = []
        self.sent: list[dict[str, Any]] = []

    def started(self, event: CommandStartedEvent) -> None:
        if event.command_name in _READS_AND_WRITES and not ASIDE.get():
            self.commands.append(f"{event.command_name} {event.command[event.command_name]}")
            self.sent.append(dict(event.command))

    def succeeded(self, event: CommandSucceededEvent) -> None:
        """Only what is started counts."""

    def failed(self, event: CommandFailedEvent) -> None:
        """Only what is started counts."""

    def forget(self) -> None:
        self.commands.clear()
        self.sent.clear()
