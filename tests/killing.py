"""Processes that end in the middle of their work, or that come too late with it."""

import os
from collections.abc import Awaitable, Callable
from typing import Any, Final

from execution.context import Context

EVERY_POINT: Final = os.environ.get("QUORUM_KILL_POINTS") == "all"
"""Whether every point is tried; otherwise some of them, spread evenly."""


def points(count: int, apart: int = 5) -> range:
    """The points to end at, of so many that there are."""
    return range(count) if EVERY_POINT else range(count % apart, count, apart)


class Killed(BaseException):
    """The process ends here; nothing below catches it."""


class Kill:
    """Ends whoever works with a context at the n-th of the calls it watches, from 0.

    `left` tells how many have yet to come before that.
    """

    def __init__(self, at: int) -> None:
        self.left = at
        self.has_killed = False

    def watch(self, ctx: Context, calls: dict[str, tuple[str, ...]]) -> Context:
        """The context, whose stores' calls count from now on: each before and after it."""
        for store, methods in calls.items():
            watched = getattr(ctx.stores, store)
            for method in methods:
                setattr(watched, method, self._counted(getattr(watched, method)))
        return ctx

    def _counted(self, call: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def counted(*arguments: Any, **named: Any) -> Any:
            self._count()
            answer = await call(*arguments, **named)
            self._count()
            return answer

        return counted

    def _count(self) -> None:
        self.left -= 1
        if self.left < 0:
            self.has_killed = True
            raise Killed


def late(
    ctx: Context, store: str, method: str, meanwhile: Callable[[], Awaitable[object]]
) -> Context:
    """The context, whose store's first call of this method comes only after something else."""
    watched = getattr(ctx.stores, store)
    call, waiting = getattr(watched, method), [meanwhile]

    async def called(*arguments: Any, **named: Any) -> Any:
        while waiting:
            await waiting.pop()()
        return await call(*arguments, **named)

    setattr(watched, method, called)
    return ctx
