"""The commands a test sends to MongoDB, as they are seen on the wire."""

from pymongo.monitoring import (
    CommandFailedEvent,
    CommandListener,
    CommandStartedEvent,
    CommandSucceededEvent,
)

_HOUSEKEEPING = frozenset({"hello", "isMaster", "ping", "endSessions", "getMore"})


class Commands(CommandListener):
    """Notes every command as `find accounts`; forgets them with `clear`."""

    def __init__(self) -> None:
        self.sent: list[str] = []

    def clear(self) -> None:
        self.sent = []

    def started(self, event: CommandStartedEvent) -> None:
        if event.command_name not in _HOUSEKEEPING:
            target = event.command.get(event.command_name)
            name = f" {target}" if isinstance(target, str) else ""
            self.sent.append(event.command_name + name)

    def succeeded(self, event: CommandSucceededEvent) -> None:
        """Only what is sent counts."""

    def failed(self, event: CommandFailedEvent) -> None:
        """Only what is sent counts."""
