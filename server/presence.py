"""Presence: whether the database is there, known without asking it.

While it is away a request would wait in vain for a server to be selected, and take one of the
driver's few threads with it: a hundred requests would wait for each other. So each is told at once.
"""

import asyncio
import time
from collections.abc import Callable
from typing import Final

PATIENCE_SECONDS: Final = 2.0
"""How long an absence is waited for: a restart or an election may be over by then."""
_LOOK_AGAIN_SECONDS: Final = 0.05


class Presence:
    """Whether the database takes writes; `takes_writes` looks at what heartbeats have told."""

    def __init__(
        self,
        takes_writes: Callable[[], bool],
        patience: float = PATIENCE_SECONDS,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._takes_writes = takes_writes
        self._patience = patience
        self._seconds = seconds
        self._away_since: float | None = None

    async def is_there(self) -> bool:
        """Whether it is there, or back before it has been away for longer than is waited for."""
        while not self._takes_writes():
            now = self._seconds()
            if self._away_since is None:
                self._away_since = now
            if now - self._away_since >= self._patience:
                return False
            await asyncio.sleep(_LOOK_AGAIN_SECONDS)
        self._away_since = None
        return True
