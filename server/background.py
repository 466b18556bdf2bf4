"""Background work of a serving process: kept running beside the requests, cancelled at the end."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Final

from server.stopping import CutOff

LOG: Final = logging.getLogger("quorum.background")

FIRST_PAUSE_SECONDS: Final = 1.0
LONGEST_PAUSE_SECONDS: Final = 60.0

Work = Callable[[], Awaitable[None]]


@asynccontextmanager
async def running(works: Mapping[str, Work]) -> AsyncIterator[None]:
    """Run each work by its name until the block ends; wait until every one is cancelled."""
    tasks = [asyncio.create_task(kept_running(name, work)) for name, work in works.items()]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def kept_running(
    name: str, work: Work, pauses: Sequence[float] = (FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS)
) -> None:
    """Start the work again whenever it fails, after pauses that double from the first to the last.

    A work that returns is done and not started again; nor is one that is cut off at the end.
    """
    pause, longest = pauses
    while True:
        try:
            await work()
        except CutOff:
            return
        except Exception:
            LOG.exception("%s failed; it starts again in %g s.", name, pause)
        else:
            return
        await asyncio.sleep(pause)
        pause = min(pause * 2, longest)
