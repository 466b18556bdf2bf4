"""The load: a process of its own that asks one operation on many connections, and times answers.

    python -m bench.peers.load < order.json

Without a rate, each connection asks again as soon as it is answered: the server is saturated. With
one, requests come at random moments, so many a second, whether or not earlier ones are answered,
and each is timed from the moment it was due: a server that stalls is not spared the queue.
"""

import asyncio
import random
import sys
import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import cycle
from pathlib import Path
from typing import Final, cast

import httptools
import orjson
import uvloop

from bench.figures import percentile

_OK: Final = 200
_FAULT: Final = b'"errors"'


@dataclass(frozen=True, slots=True)
class Order:
    """What to do: the bodies are the lines of a file, asked in turn beginning with line `first`."""

    port: int
    bodies: str
    first: int
    connections: int
    seconds: float
    rate: float | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    """How many answers there were in how many seconds, in milliseconds each, and how many were
    errors; `share` is how much of a core the load itself took."""

    answers: int
    errors: int
    seconds: float
    p50: float
    p99: float
    share: float

    @property
    def rate(self) -> float:
        return self.answers / self.seconds


class Connection(asyncio.Protocol):
    """One connection, on which one request is under way at a time."""

    def __init__(self, asker: "Asker") -> None:
        self._asker = asker
        self._parser = httptools.HttpResponseParser(self)
        self._transport: asyncio.Transport | None = None
        self._due = 0.0
        self._is_fault = False
        self.is_asking = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def connection_lost(self, error: Exception | None) -> None:
        self._asker.lost(self)

    def ask(self, request: bytes, due: float) -> None:
        assert self._transport is not None
        self._due = due
        self._is_fault = False
        self.is_asking = True
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_body(self, body: bytes) -> None:
        if _FAULT in body:
            self._is_fault = True

    def on_message_complete(self) -> None:
        is_fault = self._is_fault or self._parser.get_status_code() != _OK
        self._parser = httptools.HttpResponseParser(self)
        self.is_asking = False
        self._asker.answered(self, self._due, is_fault=is_fault)

    def close(self) -> None:
        if self._transport is not None:
            self._transport.abort()


class Asker:
    """Asks on all connections until the time is up, and then waits for what is under way."""

    def __init__(self, order: Order, requests: Iterator[bytes]) -> None:
        self._order = order
        self._requests = requests
        self._taken: list[float] = []
        self._errors = 0
        self._idle: deque[Connection] = deque()
        self._waiting: deque[float] = deque()
        self._under_way = 0
        self._until = 0.0
        self._last = 0.0
        self._is_over = False
        self._all_answered = asyncio.Event()
        self._opening: asyncio.Future[None] | None = None

    async def run(self) -> Answered:
        connections = [await self._connected() for _ in range(self._order.connections)]
        start, worked = time.perf_counter(), time.process_time()
        self._until = start + self._order.seconds
        if self._order.rate is None:
            for each in connections:
                self._ask(each, time.perf_counter())
        else:
            self._idle.extend(connections)
            await self._arrive(self._order.rate)
        await self._all_answered.wait()
        seconds = self._last - start
        share = (time.process_time() - worked) / seconds
        self._is_over = True
        for each in connections:
            each.close()
        return Answered(
            len(self._taken),
            self._errors,
            seconds,
            1_000 * percentile(self._taken, 50),
            1_000 * percentile(self._taken, 99),
            share,
        )

    def answered(self, connection: Connection, due: float, *, is_fault: bool) -> None:
        now = self._last = time.perf_counter()
        self._taken.append(now - due)
        self._errors += is_fault
        self._under_way -= 1
        if self._order.rate is not None:
            self._free(connection)
        elif now < self._until:
            self._ask(connection, now)
        if now >= self._until and not self._under_way:
            self._all_answered.set()

    def lost(self, connection: Connection) -> None:
        """Open another connection for one that the server closed because it was not used."""
        if self._is_over:
            return
        if connection.is_asking:
            sys.exit("The server has closed a connection instead of answering.")
        if connection in self._idle:
            self._idle.remove(connection)
            self._opening = asyncio.ensure_future(self._reopen())

    async def _reopen(self) -> None:
        self._free(await self._connected())

    async def _connected(self) -> Connection:
        loop = asyncio.get_running_loop()
        _, made = await loop.create_connection(
            lambda: Connection(self), "127.0.0.1", self._order.port
        )
        return made

    async def _arrive(self, rate: float) -> None:
        """Requests of a Poisson process, the same in every run, beginning with one at once."""
        gaps = random.Random(1)
        due = time.perf_counter()
        while due < self._until:
            if (pause := due - time.perf_counter()) > 0:
                await asyncio.sleep(pause)
            if self._idle:
                self._ask(self._idle.popleft(), due)
            else:
                self._waiting.append(due)
            due += gaps.expovariate(rate)
        self._until = 0.0  # nothing else comes: whatever is under way is the last
        if not self._under_way:
            self._last = time.perf_counter()
            self._all_answered.set()

    def _free(self, connection: Connection) -> None:
        """What waits for a connection longest goes over this one."""
        if self._waiting:
            self._ask(connection, self._waiting.popleft())
        else:
            self._idle.append(connection)

    def _ask(self, connection: Connection, due: float) -> None:
        self._under_way += 1
        connection.ask(next(self._requests), due)


def requests(bodies: Sequence[bytes], port: int, first: int) -> Iterator[bytes]:
    """Whole requests with these bodies, in turn, for ever."""
    head = (
        f"POST /graphql HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\n"
        "content-type: application/json\r\naccept: application/json\r\ncontent-length: "
    ).encode()
    whole = [head + str(len(body)).encode() + b"\r\n\r\n" + body for body in bodies]
    first %= len(whole)
    return cycle([*whole[first:], *whole[:first]])


def main() -> None:
    """The command."""
    order = Order(**orjson.loads(sys.stdin.buffer.read()))
    bodies = Path(order.bodies).read_bytes().splitlines()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        asker = Asker(order, requests(bodies, order.port, order.first))
        answered = runner.run(asker.run())
    sys.stdout.buffer.write(orjson.dumps(asdict(answered)))


if __name__ == "__main__":
    main()
