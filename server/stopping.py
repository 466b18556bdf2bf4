"""Stopping: nothing new is begun, what is under way gets its time, and then is cut off.

A second signal means now: what is under way is cut off at once. Either way everything is closed in
its order, and the database last.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Final

_CLOSING_SECONDS: Final = 5.0
"""How long what was cut off may take to put things in order."""


class CutOff(Exception):
    """The process ends before the work could."""


class Stopping:
    """The end of a serving process, as those see it who are to end with it."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        """Set once the process is to end: begin nothing new, and come to an end."""
        self._hastened = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._under_way: set[asyncio.Timeout] = set()
        self._told: list[Callable[[], None]] = []

    @property
    def is_asked(self) -> bool:
        return self.asked.is_set()

    def tell(self, callback: Callable[[], None]) -> None:
        """Call this, once, as soon as the process is to end."""
        self._told.append(callback)

    @asynccontextmanager
    async def under_way(self) -> AsyncIterator[None]:
        """A block that the process waits for; `CutOff` ends it when its time is over."""
        limit = asyncio.timeout(None)
        self._under_way.add(limit)
        self._idle.clear()
        try:
            async with limit:
                yield
        except TimeoutError:
            if limit.expired():
                raise CutOff from None
            raise
        finally:
            self._under_way.discard(limit)
            if not self._under_way:
                self._idle.set()

    async def end(self, seconds: float) -> None:
        """Ask everything under way to end; what has not after so long is cut off."""
        self.asked.set()
        for callback in self._told:
            callback()
        waiting = [asyncio.create_task(event.wait()) for event in (self._idle, self._hastened)]
        await asyncio.wait(waiting, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        for task in waiting:
            task.cancel()
        now = asyncio.get_running_loop().time()
        for limit in self._under_way:
            limit.reschedule(now)
        with suppress(TimeoutError):
            async with asyncio.timeout(_CLOSING_SECONDS):
                await self._idle.wait()

    def hasten(self) -> None:
        """Wait for nothing any more."""
        self._hastened.set()
