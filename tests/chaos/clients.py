"""Clients: they send commands to any of the servers, and again with the same key until answered."""

import asyncio
import itertools
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

import httpx

from tests.chaos.commands import Aspect, Command, answer_of, random_command
from tests.chaos.world import World

TIMEOUT_SECONDS: Final = 10.0
IMPATIENT: Final = 0.1
"""Share of commands that are given up where their first answer does not come."""

_PASSING: Final = ("UNAVAILABLE", "DEADLINE")
_AT_WORK: Final = "belongs to a command that is still being done; ask again"
_FULL: Final = "answers already, each for a day"
_NOBODY: Final = "refused for the number of its keys"


@dataclass(slots=True)
class Sent:
    """A command from its first sending to its answer, in nanoseconds; without one it is a maybe."""

    command: Command
    invoked: int
    answer: Any = None
    returned: int | None = None
    attempts: int = 0


class _Unknown(Exception):
    """Whether the command was done is not known; `is_at_work`: another request does it."""

    def __init__(self, why: str, *, is_at_work: bool = False) -> None:
        super().__init__(why)
        self.is_at_work = is_at_work


class _Unsent(Exception):
    """Nobody listened: the command was not done by this."""


@dataclass(slots=True)
class Clients:
    """All clients of a run: lanes that send one command after the other."""

    addresses: Sequence[str]
    tenant: str
    world: World
    seed: str
    sent: list[Sent] = field(default_factory=list)
    defects: list[str] = field(default_factory=list)
    _late: set[asyncio.Task[None]] = field(default_factory=set)

    async def act(self, lanes: int, until: float, patience: float) -> None:
        """Send commands until the moment comes, then wait so long for answers that are due."""
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=lanes)
        async with httpx.AsyncClient(timeout=TIMEOUT_SECONDS, limits=limits) as http:
            await asyncio.gather(*(self._lane(http, number, until) for number in range(lanes)))
            if self._late:
                await asyncio.wait(self._late, timeout=patience)
            for task in self._late:
                task.cancel()
            await asyncio.gather(*self._late, return_exceptions=True)

    @property
    def longest_gap(self) -> float:
        """The longest time in which nobody got an answer, in seconds."""
        told = sorted(each.returned for each in self.sent if each.returned is not None)
        gaps = [after - before for before, after in itertools.pairwise(told)]
        return max(gaps, default=0) / 1e9

    async def _lane(self, http: httpx.AsyncClient, number: int, until: float) -> None:
        random = Random(f"{self.seed} {number}")
        for count in itertools.count(1):
            command = random_command(random, self.world, f"{self.tenant}-{number}-{count}")
            sent = Sent(command, time.monotonic_ns())
            self.sent.append(sent)
            if not await self._is_settled(http, random, sent, until):
                task = asyncio.create_task(self._deliver(http, Random(command.id), sent))
                self._late.add(task)
                task.add_done_callback(self._late.discard)
            if time.monotonic() >= until:
                return
            await asyncio.sleep(random.uniform(0, 0.02))

    async def _is_settled(
        self, http: httpx.AsyncClient, random: Random, sent: Sent, until: float
    ) -> bool:
        """Whether the command was answered, or is given up; sent again until another is at work."""
        while True:
            try:
                await self._send(http, random, sent)
                return True
            except _Unsent:
                if time.monotonic() >= until:
                    return False
            except _Unknown as unknown:
                if random.random() < IMPATIENT:
                    return True
                if unknown.is_at_work:
                    return False
            await asyncio.sleep(random.uniform(0.02, 0.2))

    async def _deliver(self, http: httpx.AsyncClient, random: Random, sent: Sent) -> None:
        """Beside the lane: once whoever was at work is given up, the command is done here."""
        while True:
            await asyncio.sleep(random.uniform(1, 3))
            try:
                await self._send(http, random, sent)
                return
            except (_Unsent, _Unknown):
                continue

    async def _send(self, http: httpx.AsyncClient, random: Random, sent: Sent) -> None:
        address = random.choice(self.addresses)
        headers = {"X-Quorum-Tenant": self.tenant, "X-Quorum-Actor": sent.command.id}
        try:
            answer = await http.post(f"{address}/graphql", json=sent.command.body, headers=headers)
            sent.attempts += 1
            told = answer.json()
        except httpx.ConnectError as error:
            raise _Unsent(str(error)) from error
        except (httpx.TransportError, ValueError) as error:
            sent.attempts += 1
            raise _Unknown(repr(error)) from error
        self._settle(sent, told)

    def _settle(self, sent: Sent, told: Mapping[str, Any]) -> None:
        if errors := told.get("errors"):
            code = errors[0].get("extensions", {}).get("code")
            if code not in _PASSING:
                self.defects.append(f"{sent.command.id} was told {errors[0]}")
            raise _Unknown(str(code))
        answer = told["data"][sent.command.mutation]
        if answer["__typename"] == "Conflict":
            raise _Unknown("others were faster")
        if answer["__typename"] == "InvalidInput":
            if answer["reason"] == _AT_WORK:
                raise _Unknown("somebody is at work", is_at_work=True)
            if _FULL not in answer["reason"]:
                self.defects.append(f"{sent.command.id} was told {answer}")
            sent.answer = _NOBODY
            return
        found = answer_of(sent.command, answer)
        if sent.command.thing.aspect is not Aspect.MEMBERS and found == "Conflict":
            raise _Unknown("others were faster")
        sent.answer, sent.returned = found, time.monotonic_ns()


def was_refused(sent: Sent) -> bool:
    """Whether the command was refused as a whole: then it must not have done anything."""
    return bool(sent.answer == _NOBODY)
