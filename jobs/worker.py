"""The worker of a process: takes up waiting jobs, and what ended processes left behind.

It goes round the tenants, some at a time. What is due within a minute is looked after beside the
jobs, so that no job delays it; and each tenant's jobs have their turn, so that nobody's are left
out.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import time
from typing import Final

from execution.context import Context
from jobs.kinds import run_open_jobs
from jobs.schedule import start_due_jobs
from resolvers import (
    audience_refreshes,
    finishing,
    group_names,
    members_required,
    readiness,
    scoring,
)
from store.deployment import in_short, is_passing

PAUSE_SECONDS: Final = 1.0
TURN_SECONDS: Final = 5.0
"""How long a tenant's jobs are worked on before those of others; a slice is not cut short."""

TENDING_SECONDS: Final = 20.0
"""How long a tenant's due scores are worked on before those of others; its events likewise."""

TENANTS_AT_ONCE: Final = 4
RECOMPUTED_AT_MOST: Final = 20
"""How often in a round groups behind their template are looked for."""

FINISHING_PAUSE_SECONDS: Final = 30.0
"""How long it takes until deletions and merges that were broken off are looked for again."""

_log = logging.getLogger(__name__)

Contexts = Callable[[], Awaitable[Sequence[Context]]]


async def work(
    contexts: Contexts,
    worker: str,
    pause: float = PAUSE_SECONDS,
    daily_at: time | None = None,
    ending: asyncio.Event | None = None,
) -> None:
    """Look after every tenant, again and again, until cancelled or told that the end has come.

    `contexts` gives a context of the system's own for each tenant there is now. At `daily_at`, in
    a tenant's time zone, its daily run begins; None: never. What fails is logged and tried again
    in the next round. Once `ending` is set, jobs end their slices and are given back; all else is
    left for later at once.
    """
    end = ending or asyncio.Event()

    async def jobs(ctx: Context) -> None:
        await run_open_jobs(ctx, worker, TURN_SECONDS, end)

    async def schedule(ctx: Context) -> None:
        if daily_at is not None:
            await start_due_jobs(ctx, daily_at)

    async with asyncio.TaskGroup() as group:
        group.create_task(_rounds(contexts, jobs, pause, end))
        rare = max(pause, FINISHING_PAUSE_SECONDS)
        tending = [group.create_task(_rounds(contexts, finish_broken_off, rare, end))]
        tending += [
            group.create_task(_rounds(contexts, visit, pause, end))
            for visit in (
                schedule,
                score_due_groups,
                recompute_behind,
                measure_readiness,
                follow_names,
                refresh_audiences,
                sweep,
            )
        ]
        await end.wait()
        for task in tending:
            task.cancel()


async def score_due_groups(ctx: Context) -> None:
    """Score the tenant's groups whose score is due; what is too much for now waits."""
    with suppress(TimeoutError):
        async with asyncio.timeout(TENDING_SECONDS):
            await scoring.score_due_groups(ctx)


async def recompute_behind(ctx: Context) -> None:
    """Recompute the tenant's groups that are behind their template; the rest waits."""
    with suppress(TimeoutError):
        async with asyncio.timeout(TENDING_SECONDS):
            for _ in range(RECOMPUTED_AT_MOST):
                if not await members_required.recompute_behind(ctx):
                    return


async def measure_readiness(ctx: Context) -> None:
    """Measure the tenant's groups whose readiness may have become another; the rest waits."""
    with suppress(TimeoutError):
        async with asyncio.timeout(TENDING_SECONDS):
            for _ in range(RECOMPUTED_AT_MOST):
                if not await readiness.measure_next(ctx):
                    return


async def follow_names(ctx: Context) -> None:
    """Rename the tenant's groups whose solution interest was given another name."""
    await group_names.follow_interests(ctx)


async def refresh_audiences(ctx: Context) -> None:
    """Start what refreshes the tenant's audiences to which others belong than before."""
    await audience_refreshes.start_due_refreshes(ctx)


async def finish_broken_off(ctx: Context) -> None:
    """Finish the tenant's deletions and merges that were broken off."""
    await finishing.finish_broken_off(ctx)


async def sweep(ctx: Context) -> None:
    """Move the tenant's events that were left in outboxes; what is too much for now waits."""
    with suppress(TimeoutError):
        async with asyncio.timeout(TENDING_SECONDS):
            await ctx.stores.relay.sweep()


async def _rounds(
    contexts: Contexts,
    visit: Callable[[Context], Awaitable[None]],
    pause: float,
    end: asyncio.Event,
) -> None:
    some = asyncio.Semaphore(TENANTS_AT_ONCE)

    async def visit_safely(ctx: Context) -> None:
        async with some:
            try:
                await visit(ctx)
            except Exception as error:
                _tell(error, f"work for tenant {ctx.viewer.tenant}")

    while not end.is_set():
        try:
            tenants = await contexts()
        except Exception as error:
            _tell(error, "looking for tenants")
        else:
            await asyncio.gather(*map(visit_safely, tenants))
        with suppress(TimeoutError):
            async with asyncio.timeout(pause):
                await end.wait()


def _tell(error: Exception, what: str) -> None:
    if is_passing(error):
        _log.warning("MongoDB does not answer; %s waits: %s", what, in_short(error))
    else:
        _log.error("Unexpected error; %s is tried again.", what, exc_info=error)
