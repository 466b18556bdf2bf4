"""The runs: every server in turn, again and again, and the median of what each run shows."""

import asyncio
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Final

import orjson

from bench.figures import memory, processor_time
from bench.peers.load import Answered, Order
from bench.peers.operations import Operation
from bench.peers.servers import PROJECT, Running
from store.driver import Database

WORK: Final = (
    "find",
    "getMore",
    "aggregate",
    "update",
    "insert",
    "delete",
    "findAndModify",
    "count",
)
"""The commands that are counted; the drivers' heartbeats are none."""
MEGABYTE: Final = 2**20
PATIENCE_SECONDS: Final = 120
_MOMENT_SECONDS: Final = 0.15
_QUIET_SHARE: Final = 0.15
_MOST_MOMENTS: Final = 40


@dataclass(frozen=True, slots=True)
class Plan:
    """How long a run takes, how often it is repeated, and on how many connections it asks."""

    seconds: float = 3.0
    rounds: int = 5
    connections: int = 16
    warm_seconds: float = 2.0


@dataclass(frozen=True, slots=True)
class Figures:
    """What a server does with one operation. Times are milliseconds, memory megabytes.

    `processor` and `mongod` are processor time of the server and of MongoDB, `commands` MongoDB's
    commands, each per request; `load` is the share of a core that asking took, `busy` the
    server's; `half` is p99 at half of the saturating rate.
    """

    rate: float
    p50: float
    p99: float
    half: float
    processor: float
    mongod: float
    memory: float
    commands: float
    busy: float
    load: float
    errors: float

    @classmethod
    def median(cls, runs: Sequence["Figures"]) -> "Figures":
        """Each figure's median; errors are added up."""
        rows = [asdict(run) for run in runs]
        middle = {name: statistics.median(row[name] for row in rows) for name in rows[0]}
        return cls(**{**middle, "errors": sum(row["errors"] for row in rows)})


Results = Mapping[str, Mapping[str, Figures]]


class Bench:
    """Measures servers on one database, whose processor and commands are told per request."""

    def __init__(
        self,
        database: Database,
        mongod: int,
        folder: Path,
        plan: Plan,
        put_back: Callable[[], Awaitable[None]],
    ) -> None:
        self._database = database
        self._mongod = mongod
        self._folder = folder
        self._plan = plan
        self._put_back = put_back
        self._asked: dict[str, int] = {}
        self._idle_commands = 0.0

    async def begin(self) -> None:
        """Look how many commands there are while nobody asks."""
        self._idle_commands = await self._commands_a_second()

    async def figures(self, servers: Sequence[Running], operation: Operation) -> dict[str, Figures]:
        """What each server does with an operation, by the servers' names."""
        (self._folder / operation.name).write_bytes(b"\n".join(operation.bodies()))
        runs: dict[str, list[Figures]] = {each.server.name: [] for each in servers}
        for each in servers:
            await self._loaded(each, operation, self._plan.warm_seconds)
        for turn in range(self._plan.rounds):
            for each in servers if turn % 2 == 0 else reversed(servers):
                runs[each.server.name].append(await self._saturated(each, operation))
        found = {name: Figures.median(of) for name, of in runs.items()}
        halves: dict[str, list[float]] = {name: [] for name in found}
        for _ in range(self._plan.rounds):
            for each in servers:
                name = each.server.name
                rate = found[name].rate / 2
                paced = await self._loaded(each, operation, self._plan.seconds, rate)
                halves[name].append(paced.p99)
        for name, figures in found.items():
            found[name] = replace(figures, half=statistics.median(halves[name]))
            _show(operation.name, name, found[name])
        return found

    async def _saturated(self, server: Running, operation: Operation) -> Figures:
        if operation.writes:
            await self._put_back()
        commands, worked = await self._commands(), processor_time(server.pid)
        mongods, start = processor_time(self._mongod), time.perf_counter()
        done = await self._loaded(server, operation, self._plan.seconds, is_fresh=True)
        busy = (processor_time(server.pid) - worked) / done.seconds
        await self._settled(server)
        idle = self._idle_commands * (time.perf_counter() - start)
        each = 1_000 / done.answers
        return Figures(
            rate=done.rate,
            p50=done.p50,
            p99=done.p99,
            half=0.0,
            processor=(processor_time(server.pid) - worked) * each,
            mongod=(processor_time(self._mongod) - mongods) * each,
            memory=memory(server.pid) / MEGABYTE,
            commands=max(0.0, await self._commands() - commands - idle) / done.answers,
            busy=busy,
            load=done.share,
            errors=done.errors,
        )

    async def _loaded(
        self,
        server: Running,
        operation: Operation,
        seconds: float,
        rate: float | None = None,
        *,
        is_fresh: bool = False,
    ) -> Answered:
        """What the load's process tells of one run."""
        if operation.writes and not is_fresh:
            await self._put_back()
        key = f"{server.server.name} {operation.name}"
        first = 0 if operation.writes else self._asked.get(key, 0)
        order = Order(
            server.port,
            str(self._folder / operation.name),
            first,
            self._plan.connections,
            seconds,
            rate,
        )
        answered = Answered(**orjson.loads(await asyncio.to_thread(_asking, order)))
        self._asked[key] = first + answered.answers
        return answered

    async def _settled(self, server: Running) -> None:
        """Return once the server has done what a run has left behind: that counts as well."""
        for _ in range(_MOST_MOMENTS):
            worked = processor_time(server.pid)
            await asyncio.sleep(_MOMENT_SECONDS)
            if processor_time(server.pid) - worked < _QUIET_SHARE * _MOMENT_SECONDS:
                return

    async def _commands(self) -> int:
        status = await self._database.command("serverStatus")
        commands = status["metrics"]["commands"]
        return sum(int(commands[name]["total"]) for name in WORK if name in commands)

    async def _commands_a_second(self) -> float:
        """How many commands there are while nobody asks."""
        start, before = time.perf_counter(), await self._commands()
        await asyncio.sleep(2)
        return (await self._commands() - before) / (time.perf_counter() - start)


def _asking(order: Order) -> bytes:
    program = [sys.executable, "-m", "bench.peers.load"]
    done = subprocess.run(
        program,
        input=orjson.dumps(asdict(order)),
        capture_output=True,
        cwd=PROJECT,
        check=False,
        timeout=order.seconds + PATIENCE_SECONDS,
    )
    if done.returncode:
        raise RuntimeError(done.stderr.decode()[-1_000:])
    return done.stdout


def _show(operation: str, server: str, figures: Figures) -> None:
    print(
        f"{operation:<9} {server:<24} {figures.rate:>8,.0f} requests/s, p50 {figures.p50:>7,.1f}"
        f" p99 {figures.p99:>7,.1f} half {figures.half:>7,.1f} ms, processor"
        f" {figures.processor:>7,.3f} ms, mongod {figures.mongod:>7,.3f} ms,"
        f" {figures.commands:>5,.1f} commands, {figures.memory:>4,.0f} MB, busy {figures.busy:.2f},"
        f" load {figures.load:.2f}, errors {figures.errors:.0f}",
        flush=True,
    )
