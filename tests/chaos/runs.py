"""A run: clients act and a reader reads while a fault strikes, and then all of it is judged."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Final

from execution.context import Context
from store.driver import Database
from tests.chaos.clients import Clients
from tests.chaos.faults import Fault, Struck
from tests.chaos.fleet import Fleet
from tests.chaos.followers import following
from tests.chaos.judgement import judge
from tests.chaos.world import WorldSize, build, context
from tests.concurrency.judgement import settle

PATIENCE_SECONDS: Final = 80.0
"""How long answers are waited for at the end: a key that nobody answers is free after a minute."""


@dataclass(frozen=True, slots=True)
class Size:
    """How much of everything in a run."""

    seconds: float
    seed: int
    lanes: int = 8
    world: WorldSize = field(default_factory=WorldSize)
    patience: float = PATIENCE_SECONDS
    has_webhook: bool = True


@dataclass(frozen=True, slots=True)
class Figures:
    """What a run was and what was found."""

    name: str
    seconds: float
    struck: Struck
    violations: Sequence[str]
    events: int = 0
    commands: int = 0
    acknowledged: int = 0
    sent_again: int = 0
    longest_gap: float = 0.0
    elections: int = 0

    @property
    def cells(self) -> list[str]:
        """The figures as a row of the table."""
        return [
            self.name,
            f"{self.seconds:.0f}",
            str(self.struck),
            str(self.elections),
            f"{self.commands:,}",
            f"{self.acknowledged:,}",
            f"{self.commands - self.acknowledged:,}",
            f"{self.sent_again:,}",
            f"{self.events:,}",
            f"{self.longest_gap:.1f}",
            str(len(self.violations)),
        ]


HEADS: Final = (
    "scenario",
    "seconds",
    "struck",
    "elections",
    "commands",
    "answered",
    "never answered",
    "sent again",
    "events",
    "longest without any answer, s",
    "violations",
)


async def run(name: str, database: Database, fleet: Fleet, fault: Fault, size: Size) -> Figures:
    """Let a fault strike while clients act on a new tenant, and judge what is left."""
    tenant = f"{name.replace(' ', '-')}-{size.seed}"
    ctx = context(database, tenant)
    world = await build(ctx, size.world)
    clients = Clients(fleet.addresses, tenant, world, f"{size.seed} {name}")
    struck = Struck()
    start = time.monotonic()
    async with following(ctx, fleet, has_webhook=size.has_webhook) as followers:
        until = time.monotonic() + size.seconds
        striking = asyncio.create_task(fault(until, Random(f"{size.seed} {name}"), struck))
        await clients.act(size.lanes, until, size.patience)
        await striking
        seconds = time.monotonic() - start
        await fleet.ready()
        await at_rest(ctx, tenant)
        await followers.to_the_end(ctx)
    judged = await judge(context(database, tenant), world, clients.sent, followers)
    return Figures(
        name,
        seconds,
        struck,
        [*judged.violations, *clients.defects],
        judged.events,
        len(clients.sent),
        sum(each.answer is not None for each in clients.sent),
        sum(each.attempts > 1 for each in clients.sent),
        clients.longest_gap,
    )


async def at_rest(ctx: Context, tenant: str) -> None:
    """What the servers' workers do within moments, done here and now as well."""
    await settle(context(ctx.stores.database, tenant))
