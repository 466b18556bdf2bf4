"""What webhooks cost: deliveries a second to a receiver on this machine, and how late they are.

    python -m bench.webhooks [--events 5000] [--small]

The receiver is a process of its own that answers 200 to everything. Events of many groups wait when
the clock is started; what they are told with is the very code of the server, over HTTP without TLS.
"""

import argparse
import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from bench.figures import percentile, processor_time, show
from bench.ground import ground
from domain.accounts import AccountItem
from domain.events import EventType
from domain.identifiers import BuyingGroupId, WebhookEndpointId
from domain.identities import OutsideKey
from execution.context import Context
from jobs.webhook_deliverer import deliver, due_endpoints
from jobs.webhook_sending import Sender
from jobs.webhook_telling import Telling, tell
from resolvers import stamps
from resolvers.accounts import upsert_accounts
from resolvers.webhook_endpoints import WithSecret, WrittenEndpoint, create_webhook_endpoint
from store.event_documents import to_document
from tests.webhook_receiver import a_receiver

PROJECT: Final = Path(__file__).parents[1]
GROUPS: Final = 500
AT_ONCE: Final = 1_000
PATIENCE_SECONDS: Final = 60.0
SECONDS_TO_SETTLE: Final = 2.0


@asynccontextmanager
async def receiver() -> AsyncIterator[tuple[str, int]]:
    """A receiver in a process of its own: its URL, and the process's id."""
    pipe = asyncio.subprocess.PIPE
    started = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.webhooks", "--receive", cwd=PROJECT, stdin=pipe, stdout=pipe
    )
    assert started.stdout is not None
    try:
        yield (await started.stdout.readline()).decode().strip(), started.pid
    finally:
        started.terminate()
        await started.communicate()


async def receive() -> None:
    """Print where the receiver is, and answer until stdin ends."""
    async with a_receiver() as receiving:
        print(receiving.url, flush=True)
        await asyncio.to_thread(sys.stdin.read)


async def an_endpoint(ctx: Context, name: str, url: str) -> WebhookEndpointId:
    """An endpoint that is told of every event from now on."""
    made = await create_webhook_endpoint(ctx, WrittenEndpoint(name, url))
    assert isinstance(made, WithSecret), made
    return made.id


async def happen(ctx: Context, count: int) -> None:
    """So many events of many groups, in the history at once."""
    for start in range(0, count, AT_ONCE):
        events = [
            stamps.event(
                ctx,
                EventType.BUYING_GROUP_UPDATED,
                group,
                buying_group_id=group,
                before={"status": "In talks"},
                after={"status": f"Number {number}"},
            )
            for number in range(start, min(start + AT_ONCE, count))
            for group in [BuyingGroupId(f"bg_{number % GROUPS}")]
        ]
        await ctx.stores.relay._append([to_document(event) for event in events])


async def told_in_all(ctx: Context, telling: Telling, url: str, pid: int, count: int) -> None:
    """Print how fast what waits for one endpoint is told."""
    endpoint = await an_endpoint(ctx, "Backlog", url)
    await happen(ctx, count)
    before = processor_time(os.getpid()), processor_time(pid)
    start = time.perf_counter()
    while await due_endpoints(ctx, telling.worker):
        await tell(ctx, endpoint, telling)
    seconds = time.perf_counter() - start
    own = (processor_time(os.getpid()) - before[0]) / count * 1000
    other = (processor_time(pid) - before[1]) / count * 1000
    show("deliveries to one endpoint", count / seconds, "deliveries/s", f"{count:,} deliveries")
    show("  processor time of Quorum, each", own, "ms")
    show("  processor time of the receiver, each", other, "ms")


async def delayed(ctx: Context, telling: Telling, url: str, count: int) -> None:
    """Print how long after a command was answered its event has been delivered."""
    endpoint = await an_endpoint(ctx, "Prompt", url)

    async def contexts() -> list[Context]:
        return [ctx]

    feed = asyncio.create_task(ctx.stores.feed.run())
    delivering = asyncio.create_task(deliver(contexts, telling, log_days=30))
    await asyncio.sleep(SECONDS_TO_SETTLE)
    taken: list[float] = []
    for number in range(count):
        await upsert_accounts(ctx, [_account(number)])
        start = time.perf_counter()
        async with asyncio.timeout(PATIENCE_SECONDS):
            last = await ctx.stores.event_log.last()
            await _told(ctx, endpoint, last)
        taken.append((time.perf_counter() - start) * 1000)
        await asyncio.sleep(0.05)
    telling.ending.set()
    await delivering
    feed.cancel()
    show("delay of a delivery, the median", percentile(taken, 50), "ms", f"{count} commands")
    show("delay of a delivery, the 99th percentile", percentile(taken, 99), "ms")


def _account(number: int) -> AccountItem:
    return AccountItem(
        fields={"name": f"Account {number}"}, keys=[OutsideKey("bench", f"{number}")]
    )


async def _told(ctx: Context, endpoint: WebhookEndpointId, position: int) -> None:
    """Return once the event at a position has been delivered."""
    found = {"endpoint_id": endpoint, "position": position, "state": "delivered"}
    collection = ctx.stores.webhook_deliveries.collection
    while True:
        if await collection.find_one({"tenant": ctx.viewer.tenant, **found}, {"_id": 1}):
            return
        await asyncio.sleep(0.002)


async def run(events: int, commands: int) -> None:
    """Measure and print."""
    async with ground() as made, receiver() as (url, pid):
        made.ctx.allow_private_webhooks = True
        sender = Sender(allow_private=True)
        try:
            telling = Telling("bench", sender, lambda: 0.0)
            await told_in_all(made.ctx, telling, url, pid, events)
            await delayed(made.ctx, telling, url, commands)
        finally:
            await sender.close()


def main() -> None:
    """The command; with `--receive` it is the receiver."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--events", type=int, default=5_000)
    arguments.add_argument("--small", action="store_true")
    arguments.add_argument("--receive", action="store_true", help=argparse.SUPPRESS)
    given = arguments.parse_args()
    if given.receive:
        asyncio.run(receive())
    elif given.small:
        asyncio.run(run(50, 2))
    else:
        asyncio.run(run(given.events, 100))


if __name__ == "__main__":
    main()
