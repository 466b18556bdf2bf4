"""Turns: what many want done about one thing at the same time is done once for all who wait.

Work that has begun may have missed what its askers changed since, so whoever asks while it goes on
waits for the next turn, and shares that one with everybody else who waits for it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(slots=True)
class _Turn(Generic[T]):
    """One piece of work, and what each of its askers wants of it.

    `is_over` once it has ended by itself.
    """

    wanted: list[T] = field(default_factory=list)
    is_over: bool = False


@dataclass(slots=True)
class _Queue(Generic[T]):
    """Who is at work of one kind, and the turn of those who wait."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    next: _Turn[T] = field(default_factory=_Turn)
    askers: int = 0


class Turns(Generic[T]):
    """The turns of a process, by the kind of work."""

    def __init__(self) -> None:
        self._queues: dict[str, _Queue[T]] = {}

    async def take(
        self, kind: str, wanted: T, work: Callable[[Sequence[T]], Awaitable[None]]
    ) -> None:
        """Return once a piece of work has ended that began after now and did what is wanted.

        It is that of one of those who wait, and is told what each of them wants. An error in it,
        or its cancellation, is told to that one alone: the next of them does it for all.
        """
        queue = self._queues.setdefault(kind, _Queue())
        mine = queue.next
        mine.wanted.append(wanted)
        queue.askers += 1
        try:
            async with queue.lock:
                if mine.is_over:
                    return
                if queue.next is mine:
                    queue.next = _Turn()
                await work(mine.wanted)
                mine.is_over = True
        finally:
            queue.askers -= 1
            if not queue.askers:
                del self._queues[kind]
