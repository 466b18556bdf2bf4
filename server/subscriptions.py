"""The subscriptions of a process: how many there may be, and the end of all of them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from execution.error_codes import ErrorCode
from execution.metrics import METRICS
from server.refusals import Refusal

_SUBSCRIBERS: Final = METRICS.gauge("quorum_subscribers", "Subscriptions that are open.")

End = Callable[[Refusal], None]


class Subscriptions:
    """Counts the subscriptions and knows the connections they come through."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._open: set[End] = set()
        self._stopping: Refusal | None = None
        self.count = 0

    @contextmanager
    def connection(self, end: End) -> Iterator[Refusal | None]:
        """Whether a connection may stay; if it may, `end` tells it later that it may no longer."""
        refusal = self._stopping or self._full(len(self._open))
        if refusal is None:
            self._open.add(end)
        try:
            yield refusal
        finally:
            self._open.discard(end)

    @contextmanager
    def place(self) -> Iterator[Refusal | None]:
        """Whether there is room for a subscription, which it takes for as long as the block."""
        refusal = self._stopping or self._full(self.count)
        taken = refusal is None
        self.count += taken
        _SUBSCRIBERS.set(self.count)
        try:
            yield refusal
        finally:
            self.count -= taken
            _SUBSCRIBERS.set(self.count)

    def close(self, reason: str) -> None:
        """End every subscription with this reason, and let nobody in any more."""
        self._stopping = Refusal(503, ErrorCode.STOPPING, reason)
        for end in tuple(self._open):
            end(self._stopping)

    def _full(self, count: int) -> Refusal | None:
        if count < self._limit:
            return None
        message = f"This server takes no more subscriptions than {self._limit}."
        return Refusal(503, ErrorCode.TOO_MANY_SUBSCRIPTIONS, message)
