"""Side by side: commands of one kind sent at once, so that MongoDB has work while we think."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, TypeVar

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
