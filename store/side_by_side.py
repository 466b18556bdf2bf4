"""Side by side: what is sent at once, or behind what goes on, so that nobody waits for MongoDB."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from types import TracebackType
from typing import Any, Final, Self, TypeVar

_AT_ONCE: Final = 2

T = TypeVar("T")


async def in_parts(items: Sequence[T], work: Callable[[Sequence[T]], Awaitable[None]]) -> None:
    """Do the work for neighbouring parts of the items at once, each part in one call.

    It ends when all of them have ended; then the first failure is raised.
    """
    size = max(1, -(-len(items) // _AT_ONCE))
    parts = [items[start : start + size] for start in range(0, len(items), size)]
    ended = await asyncio.gather(*map(work, parts), return_exceptions=True)
    for outcome in ended:
        if outcome is not None:
            raise outcome


class Behind:
    """Work that goes on behind whoever hands it over, so many pieces at a time.

    The block ends when all of it has. A failure is raised where the next piece is handed over, or
    at the end of the block; then, as when the block itself fails, nothing of it goes on.
    """

    def __init__(self, at_once: int) -> None:
        self._at_once = at_once
        self._under_way: set[asyncio.Task[None]] = set()

    async def hand(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Begin a piece of work, once there is room for it."""
        while len(self._under_way) >= self._at_once:
            await self._one_ends()
        self._under_way.add(asyncio.create_task(work()))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            while self._under_way and error is None:
                await self._one_ends()
        finally:
            for task in self._under_way:
                task.cancel()
            await asyncio.gather(*self._under_way, return_exceptions=True)

    async def _one_ends(self) -> None:
        ended, self._under_way = await asyncio.wait(
            self._under_way, return_when=asyncio.FIRST_COMPLETED
        )
        for task in ended:
            task.result()
