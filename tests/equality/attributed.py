"""Attributed commands: which operation sent them, also when several are under way."""

from contextvars import ContextVar
from typing import Final

from pymongo.monitoring import CommandStartedEvent

from tests.recorder import Recorder

SENT: Final[ContextVar[list[str] | None]] = ContextVar("commands of an operation", default=None)


class Attributing(Recorder):
    """Notes every read and write in the list of the operation that sends it.

    What an error has cut off goes on behind the answer, beside the operation that comes next.
    """

    def started(self, event: CommandStartedEvent) -> None:
        self.forget()
        super().started(event)
        own = SENT.get()
        if own is not None:
            own += self.commands
