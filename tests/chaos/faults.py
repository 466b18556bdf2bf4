"""Faults: what strikes while clients act, again and again, until it is told to stop."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

from tests.chaos.fleet import Fleet, Server
from tests.chaos.replica_set import ELECTION_MILLISECONDS, ReplicaSet

LONGEST_PAUSE_SECONDS: Final = 12.0
FURTHEST_STEP_SECONDS: Final = 6 * 3600.0


@dataclass(slots=True)
class Struck:
    """How often something was killed, and what else has struck how often."""

    kills: int = 0
    others: Counter[str] = field(default_factory=Counter)

    def count(self, what: str) -> None:
        """One more of something else."""
        self.others[what] += 1

    def __str__(self) -> str:
        told = [f"{self.kills} kills"] if self.kills else []
        return ", ".join([*told, *(f"{count} {what}" for what, count in self.others.items())])


Fault = Callable[[float, Random, Struck], Coroutine[Any, Any, None]]
"""Strikes until a moment of the monotonic clock."""


def primary_killed(members: ReplicaSet) -> Fault:
    """The member that takes writes is killed as soon as all are well, and comes back.

    Now and then another one goes with it, and there is no majority until one of them is back. Or
    it is cut off first: it goes on for a moment without the others, who know nothing of that.
    """

    async def strike(until: float, random: Random, struck: Struck) -> None:
        while time.monotonic() < until:
            primary = await members.primary()
            await asyncio.sleep(random.uniform(0.3, 2.5))
            others = [member for member in members.members if member is not primary]
            is_alone = random.random() < 0.6
            fallen = [primary] if is_alone else [primary, random.choice(others)]
            is_cut_off = is_alone and random.random() < 0.5
            if is_cut_off:
                for member in others:
                    member.running.pause()
                await asyncio.sleep(random.uniform(0.2, 1))
                struck.count("cut off")
            for member in fallen:
                member.running.kill()
                struck.kills += 1
            if is_cut_off:
                for member in others:
                    member.running.resume()
            if is_alone and random.random() < 0.7:
                await members.primary()
            for member in fallen:
                member.running.start()
            await members.whole()

    return strike


def primary_paused(members: ReplicaSet) -> Fault:
    """The member that takes writes stands still until another is elected, and then goes on."""

    async def strike(until: float, random: Random, struck: Struck) -> None:
        while time.monotonic() < until:
            primary = await members.primary()
            await asyncio.sleep(random.uniform(0.5, 2.5))
            shortest = ELECTION_MILLISECONDS / 1000 + 1
            seconds = random.uniform(shortest, LONGEST_PAUSE_SECONDS)
            primary.running.pause()
            struck.count("pauses")
            await members.primary()
            await asyncio.sleep(seconds)
            primary.running.resume()
            await members.whole()

    return strike


def servers_killed(fleet: Fleet, rest_seconds: float = 4.0) -> Fault:
    """Each server is killed and started again, now and then while it starts."""

    async def strike_one(server: Server, until: float, random: Random, struck: Struck) -> None:
        while time.monotonic() < until:
            if random.random() < 0.8:
                await server.ready()
            await asyncio.sleep(random.uniform(0.1, rest_seconds))
            server.running.kill()
            struck.kills += 1
            server.running.start()

    async def strike(until: float, random: Random, struck: Struck) -> None:
        each = [(server, Random(random.random())) for server in fleet.servers]
        await asyncio.gather(*(strike_one(one, until, own, struck) for one, own in each))

    return strike


def clocks_stepped(fleet: Fleet) -> Fault:
    """The clock of a server is set back or forward, by seconds or by hours."""

    async def strike(until: float, random: Random, struck: Struck) -> None:
        while time.monotonic() < until:
            await asyncio.sleep(random.uniform(0.2, 1.0))
            furthest = random.choice((5.0, 120.0, FURTHEST_STEP_SECONDS))
            step = random.uniform(-furthest, furthest)
            await asyncio.to_thread(random.choice(fleet.servers).set_clock, step)
            struck.count("steps")
        for server in fleet.servers:
            await asyncio.to_thread(server.set_clock, 0.0)

    return strike


def all_at_once(*faults: Fault) -> Fault:
    """Several faults beside each other."""

    async def strike(until: float, random: Random, struck: Struck) -> None:
        own = [Random(random.random()) for _ in faults]
        together = zip(faults, own, strict=True)
        await asyncio.gather(*(fault(until, each, struck) for fault, each in together))

    return strike
