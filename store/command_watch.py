"""Watching the driver: how long each command takes, its span, and how many connections there are.

The driver tells it from threads of its own. Nothing of what a command carries is looked at.
"""

from collections.abc import Callable
from typing import Final

from pymongo.monitoring import (
    CommandFailedEvent,
    CommandListener,
    CommandStartedEvent,
    CommandSucceededEvent,
    ConnectionCheckedInEvent,
    ConnectionCheckedOutEvent,
    ConnectionCheckOutFailedEvent,
    ConnectionCheckOutStartedEvent,
    ConnectionClosedEvent,
    ConnectionCreatedEvent,
    ConnectionPoolListener,
    ConnectionReadyEvent,
    PoolClearedEvent,
    PoolClosedEvent,
    PoolCreatedEvent,
    PoolReadyEvent,
)

Told = Callable[[str, float, bool], None]
"""A command's name, its seconds, and whether it succeeded."""

Begin = Callable[[str, str], Callable[[bool], None] | None]
"""Is told a command's name and collection, and gives what ends its span, if it has one."""

_MICROSECONDS: Final = 1_000_000


class CommandWatch(CommandListener):
    """Tells of each command that has ended; not of one that waits for what is to come."""

    def __init__(self, told: Told) -> None:
        self._told = told
        self._waiting: set[int] = set()

    def started(self, event: CommandStartedEvent) -> None:
        if event.command_name == "getMore" and "maxTimeMS" in event.command:
            self._waiting.add(event.request_id)

    def succeeded(self, event: CommandSucceededEvent) -> None:
        if event.request_id in self._waiting:
            self._waiting.discard(event.request_id)
        else:
            self._told(event.command_name, event.duration_micros / _MICROSECONDS, True)

    def failed(self, event: CommandFailedEvent) -> None:
        self._waiting.discard(event.request_id)
        self._told(event.command_name, event.duration_micros / _MICROSECONDS, False)


class CommandTrace(CommandListener):
    """Begins a span for each command, by its name and collection, and ends it."""

    def __init__(self, begin: Begin) -> None:
        self._begin = begin
        self._open: dict[int, Callable[[bool], None]] = {}

    def started(self, event: CommandStartedEvent) -> None:
        collection = event.command.get(event.command_name)
        if event.command_name == "getMore":
            collection = event.command.get("collection")
        end = self._begin(event.command_name, collection if isinstance(collection, str) else "")
        if end is not None:
            self._open[event.request_id] = end

    def succeeded(self, event: CommandSucceededEvent) -> None:
        self._end(event.request_id, succeeded=True)

    def failed(self, event: CommandFailedEvent) -> None:
        self._end(event.request_id, succeeded=False)

    def _end(self, request: int, *, succeeded: bool) -> None:
        end = self._open.pop(request, None)
        if end is not None:
            end(succeeded)


class ConnectionWatch(ConnectionPoolListener):
    """Tells by how much the number of connections changes, and of those that work."""

    def __init__(self, open: Callable[[int], None], in_use: Callable[[int], None]) -> None:
        self._open = open
        self._in_use = in_use

    def connection_created(self, event: ConnectionCreatedEvent) -> None:
        self._open(1)

    def connection_closed(self, event: ConnectionClosedEvent) -> None:
        self._open(-1)

    def connection_checked_out(self, event: ConnectionCheckedOutEvent) -> None:
        self._in_use(1)

    def connection_checked_in(self, event: ConnectionCheckedInEvent) -> None:
        self._in_use(-1)

    def connection_ready(self, event: ConnectionReadyEvent) -> None:
        """Of no interest, like those below; the driver asks for them all."""

    def connection_check_out_started(self, event: ConnectionCheckOutStartedEvent) -> None: ...
    def connection_check_out_failed(self, event: ConnectionCheckOutFailedEvent) -> None: ...
    def pool_created(self, event: PoolCreatedEvent) -> None: ...
    def pool_ready(self, event: PoolReadyEvent) -> None: ...
    def pool_cleared(self, event: PoolClearedEvent) -> None: ...
    def pool_closed(self, event: PoolClosedEvent) -> None: ...
