"""Followers of a run: a reader of positions, a subscriber and a receiver of webhooks."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from execution.context import Context
from store.driver import Document
from tests.chaos.fleet import Fleet
from tests.chaos.reader import Reader
from tests.chaos.receiver import Receiver, receiver
from tests.chaos.subscriber import KINDS, Subscriber
from tests.concurrency.judgement import events_of


@dataclass(frozen=True, slots=True)
class Followers:
    """Each of them is to be told everything that it asked for."""

    reader: Reader
    subscriber: Subscriber
    receiver: Receiver | None

    async def to_the_end(self, ctx: Context) -> None:
        """Return once they have caught up, or nothing comes any more.

        That nothing of groups has come since, the subscriber is told ten seconds later: nobody
        waits for that.
        """
        events = await events_of(ctx)
        of_groups = [event["position"] for event in events if event["type"] in KINDS]
        await self.subscriber.until(max(of_groups, default=0))
        if self.receiver is not None:
            await self.receiver.until(events)
        await self.reader.to_the_end()

    def faults(self, events: Sequence[Document]) -> Iterator[str]:
        """Where they were told something else than there is."""
        everything = [(each["position"], each["event_id"]) for each in events]
        of_groups = [
            (each["position"], each["event_id"]) for each in events if each["type"] in KINDS
        ]
        for who, given, there in (
            ("a reader", self.reader.read, everything),
            ("a subscriber", self.subscriber.told, of_groups),
        ):
            if given != there:
                yield f"{who} {_misread(given, there)}"
        if self.receiver is not None:
            yield from self.receiver.faults(events)


@asynccontextmanager
async def following(ctx: Context, fleet: Fleet, *, has_webhook: bool) -> AsyncIterator[Followers]:
    """Let them follow a tenant for as long as the block lasts."""
    tenant = ctx.viewer.tenant
    async with receiver() as listening:
        if has_webhook:
            await listening.register(fleet.addresses[0], tenant)
        made = Followers(
            Reader(fleet.addresses, tenant),
            Subscriber(fleet.addresses, tenant),
            listening if has_webhook else None,
        )
        tasks = [asyncio.create_task(each.follow()) for each in (made.reader, made.subscriber)]
        try:
            yield made
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)


def _misread(read: Sequence[tuple[int, str]], told: Sequence[tuple[int, str]]) -> str:
    """Where somebody got something else than there is."""
    pairs = enumerate(zip(read, told, strict=False))
    place = next((place for place, (one, other) in pairs if one != other), None)
    if place is None:
        return f"got {len(read)} events of {len(told)}"
    return f"got {read[place]} where there is {told[place]}"
