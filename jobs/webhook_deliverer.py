"""The deliverer of a process: looks round the tenants for endpoints to tell, and tells several.

It goes round each second, or when it is woken. An endpoint is told by one worker at a time.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import aclosing, suppress
from datetime import timedelta
from typing import Final

from domain.identifiers import WebhookEndpointId
from execution.context import Context, Right
from jobs.webhook_telling import Telling, tell
from store.deployment import in_short, is_passing
from store.driver import Document
from store.webhook_endpoints import is_active, is_due

PAUSE_SECONDS: Final = 1.0
ENDPOINTS_AT_ONCE: Final = 32
REST_SECONDS: Final = 10.0
"""How long an endpoint is left alone by this process after an error that nobody expected."""

PURGE_SECONDS: Final = 600.0
ORPHANED_FOR: Final = timedelta(hours=1)
"""How old a delivery is at least that goes because its endpoint is gone."""

_log = logging.getLogger(__name__)

Contexts = Callable[[], Awaitable[Sequence[Context]]]


async def deliver(
    contexts: Contexts, telling: Telling, *, log_days: int, pause: float = PAUSE_SECONDS
) -> None:
    """Tell the endpoints of every tenant, again and again, until the end has come.

    `contexts` gives a context of the system's own for each tenant there is now. The log of what was
    delivered or given up is kept for `log_days`. What fails is logged and tried again.
    """
    await _Deliverer(telling, log_days, pause).run(contexts)


class _Deliverer:
    """The endpoints that are told in this process, and the tenants whose events wake it.

    Where there is no room for all, who was told last, tenant or endpoint, comes last again.
    """

    def __init__(self, telling: Telling, log_days: int, pause: float) -> None:
        self._telling = telling
        self._log_days = log_days
        self._pause = pause
        self._busy: dict[str, asyncio.Task[None]] = {}
        self._followed: dict[str, asyncio.Task[None]] = {}
        self._woken: set[str] = set()
        self._passed_over: set[str] = set()
        self._begun: dict[str, float] = {}
        self._is_woken = asyncio.Event()
        self._purged_at = float("-inf")

    async def run(self, contexts: Contexts) -> None:
        tenants: Sequence[Context] = ()
        looked_at = float("-inf")
        ending = asyncio.create_task(self._end())
        try:
            while not self._telling.ending.is_set():
                is_round = _clock() >= looked_at + self._pause
                woken, self._woken = self._woken, set()
                try:
                    if is_round:
                        looked_at = _clock()
                        tenants = await contexts()
                        await self._purge(tenants)
                    for ctx in sorted(tenants, key=lambda each: self._order(each.viewer.tenant)):
                        if is_round or ctx.viewer.tenant in woken:
                            await self._look_after(ctx)
                except Exception as error:
                    _tell(error, "looking for webhooks to send")
                await self._wait(looked_at + self._pause)
            await asyncio.gather(*self._busy.values(), return_exceptions=True)
        finally:
            tasks = [ending, *self._busy.values(), *self._followed.values()]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _look_after(self, ctx: Context) -> None:
        glances = await ctx.stores.webhook_endpoints.glance()
        self._follow(ctx, is_wanted=any(map(is_active, glances)))
        tenant = ctx.viewer.tenant
        for id in sorted(await due_endpoints(ctx, self._telling.worker, glances), key=self._order):
            if id in self._busy:
                continue
            if len(self._busy) >= ENDPOINTS_AT_ONCE:
                self._passed_over.add(tenant)
                return
            self._begun[tenant] = self._begun[id] = _clock()
            self._busy[id] = asyncio.create_task(self._told(ctx, id))

    def _order(self, name: str) -> float:
        return self._begun.get(name, 0.0)

    async def _told(self, ctx: Context, id: WebhookEndpointId) -> None:
        try:
            await tell(ctx, id, self._telling)
        except Exception as error:
            _tell(error, f"telling webhook endpoint {id}")
            # It may come again at once, and every attempt reaches a receiver.
            with suppress(TimeoutError):
                async with asyncio.timeout(REST_SECONDS):
                    await self._telling.ending.wait()
        finally:
            del self._busy[id]
            # What came in when it was about to end has woken nobody.
            self._wake_for(ctx)
            self._woken |= self._passed_over
            self._passed_over.clear()

    def _follow(self, ctx: Context, *, is_wanted: bool) -> None:
        tenant = ctx.viewer.tenant
        if is_wanted and tenant not in self._followed:
            self._followed[tenant] = asyncio.create_task(self._listen(ctx))
        elif not is_wanted and tenant in self._followed:
            self._followed.pop(tenant).cancel()

    async def _listen(self, ctx: Context) -> None:
        """Look after a tenant as soon as it has new events."""
        tenant = ctx.viewer.tenant
        try:
            last = await ctx.stores.event_log.last()
            async with aclosing(ctx.stores.feed.after(tenant, last)) as batches:
                async for batch in batches:
                    if batch.events:
                        self._wake_for(ctx)
        except Exception as error:
            _tell(error, f"following the events of tenant {tenant}")
        finally:
            self._followed.pop(tenant, None)

    async def _end(self) -> None:
        await self._telling.ending.wait()
        self._is_woken.set()

    def _wake_for(self, ctx: Context) -> None:
        self._woken.add(ctx.viewer.tenant)
        self._is_woken.set()

    async def _wait(self, until: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout_at(until):
                await self._is_woken.wait()
        self._is_woken.clear()

    async def _purge(self, tenants: Sequence[Context]) -> None:
        if _clock() >= self._purged_at + PURGE_SECONDS:
            for ctx in tenants:
                await purge(ctx, self._log_days)
            self._purged_at = _clock()


async def due_endpoints(
    ctx: Context, worker: str, glances: Sequence[Document] | None = None
) -> list[WebhookEndpointId]:
    """The endpoints of a tenant for which there is something to be done, and nobody at it."""
    ctx.viewer.require(Right.RUN_JOBS)
    if glances is None:
        glances = await ctx.stores.webhook_endpoints.glance()
    if not glances:
        return []
    last = await ctx.stores.event_log.last()
    now = ctx.now()
    return [WebhookEndpointId(g["_id"]) for g in glances if is_due(g, worker, now, last)]


async def purge(ctx: Context, log_days: int) -> int:
    """Take away deliveries that the log has kept for long enough, and those to nobody; how many."""
    ctx.viewer.require(Right.RUN_JOBS)
    endpoints = [glance["_id"] for glance in await ctx.stores.webhook_endpoints.glance()]
    now = ctx.now()
    return await ctx.stores.webhook_deliveries.purge(
        now - timedelta(days=log_days), endpoints, now - ORPHANED_FOR
    )


def _clock() -> float:
    return asyncio.get_running_loop().time()


def _tell(error: Exception, what: str) -> None:
    if is_passing(error):
        _log.warning("MongoDB does not answer; %s waits: %s", what, in_short(error))
    else:
        _log.error("Unexpected error; %s is tried again.", what, exc_info=error)
