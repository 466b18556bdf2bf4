"""Levels: what an operation asks for is gathered until nobody asks for more, then loaded at once.

So everything that stands equally deep in an operation is loaded together, one command for each
kind of thing, in the same way however fast the database answers.
"""

import asyncio
from asyncio import Future, gather
from collections.abc import Awaitable, Callable, Sequence
from contextvars import ContextVar
from typing import Any, Final, Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")

_TURNS_OF_SILENCE: Final = 3
_WITHIN: ContextVar["Levels | None"] = ContextVar("levels within a loader", default=None)


class Levels:
    """Does what is asked of its loaders level by level; the next begins when all of one is done."""

    def __init__(self) -> None:
        self._waiting: dict[Loader[Any, Any], list[tuple[Any, Future[Any]]]] = {}
        self._asked = 0
        self._is_busy = False
        self._task: asyncio.Task[None] | None = None

    def ask(self, loader: "Loader[K, V]", key: K) -> "Future[V]":
        """The future of a key's value, loaded with the level that is being gathered."""
        loop = asyncio.get_running_loop()
        future: Future[V] = loop.create_future()
        self._waiting.setdefault(loader, []).append((key, future))
        self._asked += 1
        if not self._is_busy:
            self._is_busy = True
            loop.call_soon(self._gather, self._asked, _TURNS_OF_SILENCE)
        return future

    def _gather(self, asked: int, turns: int) -> None:
        """Begin the level once nothing was asked for some turns: answers travel one turn a hop."""
        loop = asyncio.get_running_loop()
        if asked != self._asked:
            turns = _TURNS_OF_SILENCE
        if turns:
            loop.call_soon(self._gather, self._asked, turns - 1)
        else:
            self._task = loop.create_task(self._load())

    async def _load(self) -> None:
        level, self._waiting = self._waiting, {}
        outcomes = await gather(
            *(loader.values([key for key, _ in asked]) for loader, asked in level.items()),
            return_exceptions=True,
        )
        for asked, outcome in zip(level.values(), outcomes, strict=True):
            for place, (_, future) in enumerate(asked):
                if future.done():
                    continue
                if isinstance(outcome, BaseException):
                    future.set_exception(outcome)
                else:
                    future.set_result(outcome[place])
        if self._waiting:
            asyncio.get_running_loop().call_soon(self._gather, self._asked, _TURNS_OF_SILENCE)
        else:
            self._is_busy = False


class Loader(Generic[K, V]):
    """Loads the values of many keys at once; what it asks for itself has levels of its own."""

    def __init__(self, levels: Levels, load: Callable[[list[K]], Awaitable[Sequence[V]]]) -> None:
        self._levels = levels
        self._load_all = load

    def load(self, key: K) -> "Future[V]":
        """The future of a key's value."""
        return (_WITHIN.get() or self._levels).ask(self, key)

    async def values(self, keys: list[K]) -> Sequence[V]:
        """The values of the keys, in their order."""
        _WITHIN.set(Levels())
        values = await self._load_all(keys)
        if len(values) != len(keys):
            raise ValueError(f"{len(values)} values were loaded for {len(keys)} keys")
        return values
