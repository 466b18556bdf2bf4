"""Processes commit at once while subscribers are cut off, servers stopped and streams lost.

Nothing that was acknowledged is missing from what a subscriber has got, nothing else is in it, and
what it got is in order. QUORUM_SUBSCRIBER_CUTS says how often each is cut off.
"""

import asyncio
import os
import random
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

from websockets.exceptions import WebSocketException

from domain.identifiers import TenantId
from execution.context import Context, Right, Viewer
from server.contexts import Contexts
from store.driver import Database
from tests.server.live_server import Live, heard, initialised, live, say
from tests.worlds import some_accounts

CUTS: Final = int(os.environ.get("QUORUM_SUBSCRIBER_CUTS", "3"))
PROCESSES: Final = 2
PEOPLE: Final = 20 * CUTS
SUBSCRIBERS: Final = 3
LONGEST_SECONDS: Final = 60 + 5 * CUTS
QUERY = """subscription ($after: Position) {
  personEvents(after: $after, filter: {types: [PERSON_CREATED]}) {
    position events { id position subjectId }
  }
}"""


@dataclass
class Subscriber:
    """What somebody has dealt with, and the position they have kept; `cuts` are still to come."""

    dice: random.Random
    position: int
    cuts: int = CUTS
    events: dict[str, Any] = field(default_factory=dict)
    order: list[int] = field(default_factory=list)
    has_all: asyncio.Event = field(default_factory=asyncio.Event)

    async def connect_until_cut(self, server: Live) -> None:
        """Follow from the position kept until something cuts the connection."""
        lasts = self.dice.randrange(1, 12)
        async with server.socket() as socket:
            await initialised(socket)
            payload = {"query": QUERY, "variables": {"after": self.position}}
            await say(socket, "subscribe", id="1", payload=payload)
            while True:
                batch = (await heard(socket))["payload"]["data"]["personEvents"]
                lasts -= 1
                if not lasts and self.cuts:
                    self.cuts -= 1
                    if self.dice.random() < 0.5:
                        self.note(batch, is_kept=False)  # it ends before it keeps the position
                    socket.transport.abort()
                    return
                self.note(batch, is_kept=True)

    def note(self, batch: Any, *, is_kept: bool) -> None:
        for event in batch["events"]:
            if event["id"] not in self.events:
                self.order.append(event["position"])
            self.events[event["id"]] = event
        if is_kept:
            self.position = batch["position"]
        if len(self.events) >= PROCESSES * PEOPLE:
            self.has_all.set()


async def committed(mongodb_uri: str, ctx: Context, account: str, name: str) -> list[str]:
    """The ids of those whom another process was told it has stored."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.concurrency.committing"),
        *(mongodb_uri, ctx.stores.database.name, ctx.viewer.tenant, account, name, str(PEOPLE)),
        stdout=subprocess.PIPE,
    )
    out, _ = await process.communicate()
    assert process.returncode == 0
    return out.decode().split()


async def lose_change_streams(database: Database) -> None:
    stages = [
        {"$currentOp": {"idleCursors": True}},
        {"$match": {"cursor.originatingCommand.pipeline.0.$changeStream": {"$exists": True}}},
    ]
    command = {"aggregate": 1, "pipeline": stages, "cursor": {}}
    answer = await database.client.admin.command(command)
    open_cursors = [each["cursor"]["cursorId"] for each in answer["cursor"]["firstBatch"]]
    if open_cursors:
        await database.command({"killCursors": "$cmd.aggregate", "cursors": open_cursors})


async def test_every_subscriber_gets_exactly_what_was_committed_in_order(
    mongodb_uri: str, database: Database, tenant: TenantId
) -> None:
    contexts = Contexts(database)
    ctx = contexts.of(Viewer(tenant, "sam", frozenset(Right)))
    async with live(database, tenant):
        account = (await some_accounts(ctx, "Acme"))["Acme"]
    beginning = await ctx.stores.event_log.last()
    subscribers = [Subscriber(random.Random(seed), beginning) for seed in range(SUBSCRIBERS)]
    names = [f"w{number}x" for number in range(PROCESSES)]

    async with asyncio.timeout(LONGEST_SECONDS):
        committing = asyncio.gather(*(committed(mongodb_uri, ctx, account, name) for name in names))
        servers = 0
        while not all(each.has_all.is_set() for each in subscribers):
            async with live(database, tenant, event_cursor_days=3_650) as server:
                servers += 1
                following = [asyncio.create_task(_follow(each, server)) for each in subscribers]
                await lose_change_streams(database)
                await asyncio.wait({asyncio.ensure_future(committing)}, timeout=1.0)
                if committing.done():
                    await asyncio.gather(*(each.has_all.wait() for each in subscribers))
                for task in following:
                    task.cancel()
                await asyncio.gather(*following, return_exceptions=True)

    acknowledged = [id for ids in await committing for id in ids]
    assert len(set(acknowledged)) == PROCESSES * PEOPLE
    for subscriber in subscribers:
        got = [event["subjectId"] for event in subscriber.events.values()]
        assert sorted(got) == sorted(acknowledged)
        assert subscriber.order == sorted(subscriber.order)
    assert servers > 1
    assert sum(CUTS - each.cuts for each in subscribers) > 0


async def _follow(subscriber: Subscriber, server: Live) -> None:
    """Connect again and again, as an integration does."""
    while True:
        with suppress(WebSocketException, OSError, TimeoutError):
            await subscriber.connect_until_cut(server)
        await asyncio.sleep(0.01)
