"""The worker of a process: takes up waiting jobs, and what ended processes left behind."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from execution.context import Context
from jobs.kinds import run_open_jobs
from resolvers import scoring

PAUSE_SECONDS: Final = 1.0


async def work(
    contexts: Callable[[], Awaitable[Sequence[Context]]],
    worker: str,
    pause: float = PAUSE_SECONDS,
) -> None:
    """Look after every tenant, again and again, until cancelled or the database fails.

    `contexts` gives a context of the system's own for each tenant there is now.
    """
    while True:
        for ctx in await contexts():
            await work_once(ctx, worker)
        await asyncio.sleep(pause)


async def work_once(ctx: Context, worker: str) -> int:
    """One round for one tenant: events left in outboxes, jobs, groups whose score is due.

    How many jobs were worked off.
    """
    await ctx.stores.relay.sweep()
    done = await run_open_jobs(ctx, worker)
    await scoring.score_due_groups(ctx)
    return done
