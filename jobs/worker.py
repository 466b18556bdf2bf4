"""The worker of a process: takes up waiting jobs, and what ended processes left behind."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from execution.context import Context
from jobs.kinds import run_open_jobs
from resolvers import scoring

PAUSE_SECONDS: Final = 1.0
_log = logging.getLogger(__name__)


async def work(
    contexts: Callable[[], Awaitable[Sequence[Context]]],
    worker: str,
    pause: float = PAUSE_SECONDS,
) -> None:
    """Look after every tenant, again and again, until cancelled.

    `contexts` gives a context of the system's own for each tenant there is now. A failure, such
    as a database that is away, is logged and tried again after the pause.
    """
    while True:
        try:
            for ctx in await contexts():
                await work_once(ctx, worker)
        except Exception:
            _log.exception("The worker could not finish its round.")
        await asyncio.sleep(pause)


async def work_once(ctx: Context, worker: str) -> int:
    """One round for one tenant: events left in outboxes, jobs, groups whose score is due."""
    await ctx.stores.relay.sweep()
    done = await run_open_jobs(ctx, worker)
    await scoring.score_due_groups(ctx)
    return done
