"""Turns: what many want done about one thing at the same time is done once for all who wait.

Work that has begun may have missed what its askers changed since, so whoever asks while it goes on
waits for the next turn, and shares that one with everybody else who waits for it.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field


@dataclass(slots=True)
class _Turn:
    """One piece of work; `is_over` once it has ended by itself."""

    is_over: bool = False


@dataclass(slots=True)
class _Queue:
    """Who is at work on one thing, and the turn of those who wait."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    next: _Turn = field(default_factory=_Turn)
    askers: int = 0


class Turns:
    """The turns of a process, by the id of what the work is about."""

    def __init__(self) -> None:
        self._queues: dict[str, _Queue] = {}

    async def take(self, id: str, work: Callable[[], Awaitable[None]]) -> None:
        """Return once a piece of work about this thing has ended that began after now.

        It is that of one of those who wait. An error in it, or its cancellation, is told to that
        one alone: the next of them does their own.
        """
        queue = self._queues.setdefault(id, _Queue())
        mine = queue.next
        queue.askers += 1
        try:
            async with queue.lock:
                if mine.is_over:
                    return
                if queue.next is mine:
                    queue.next = _Turn()
                await work()
                mine.is_over = True
        finally:
            queue.askers -= 1
            if not queue.askers:
                del self._queues[id]
