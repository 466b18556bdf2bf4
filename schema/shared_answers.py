"""Shared answers: what many subscribers ask in the same words is executed once for all of them."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Final
from weakref import WeakValueDictionary

FRESH_SECONDS: Final = 1.0


class SharedAnswer:
    """The last answer of one operation of one viewer, while anybody is subscribed to it."""

    def __init__(self) -> None:
        self._mark: Hashable = None
        self._made: asyncio.Task[str] | None = None
        self._at = 0.0

    async def of(self, mark: Hashable, make: Callable[[], Awaitable[str]]) -> str:
        """The answer to what bears this mark: the one there is, or a new one after a second."""
        now = asyncio.get_running_loop().time()
        if self._made is None or self._mark != mark or now > self._at + FRESH_SECONDS:
            self._mark, self._at = mark, now
            self._made = asyncio.ensure_future(make())
        return await asyncio.shield(self._made)


class SharedAnswers:
    """The operations that somebody is subscribed to, by whatever tells them apart."""

    def __init__(self) -> None:
        self._known: WeakValueDictionary[Hashable, SharedAnswer] = WeakValueDictionary()

    def of(self, key: Hashable) -> SharedAnswer:
        """The one of this operation; whoever asks keeps it for as long as they are subscribed."""
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = SharedAnswer()
        return found
