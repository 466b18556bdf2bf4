"""Shared answers: what many subscribers ask in the same words is executed once for all of them."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Coroutine, Hashable
from typing import Any, Final
from weakref import WeakValueDictionary

FRESH_SECONDS: Final = 1.0
KEPT: Final = 8


class SharedAnswer:
    """The last answers of one operation of one viewer, while anybody is subscribed to it.

    They are several because not all who read are equally far; each is kept for a second.
    """

    def __init__(self) -> None:
        self._made: OrderedDict[Hashable, asyncio.Task[str]] = OrderedDict()

    async def of(self, mark: Hashable, make: Callable[[], Coroutine[Any, Any, str]]) -> str:
        """The answer to what bears this mark: the one there is, or a new one after a second."""
        made = self._made.get(mark)
        if made is None:
            made = self._made[mark] = asyncio.create_task(make())
            asyncio.get_running_loop().call_later(FRESH_SECONDS, self._forget, mark, made)
            if len(self._made) > KEPT:
                self._made.popitem(last=False)
        return await asyncio.shield(made)

    def _forget(self, mark: Hashable, made: asyncio.Task[str]) -> None:
        if self._made.get(mark) is made:
            del self._made[mark]


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
