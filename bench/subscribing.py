"""What subscribers cost and how long they wait: events to 1, 100 and 1,000 sockets at a time.

    python -m bench.subscribing [--seconds 20] [--small]

The subscribers are in this process and read the frames of their sockets by hand: a real client's
library would need more of the machine than the server that is measured.
"""

import argparse
import asyncio
import re
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx
import orjson

from bench.figures import QUIET, memory, percentile, processor_time, show
from bench.ground import Ground, ground
from bench.membership import fill
from server.graphql_ws import PROTOCOL
from store.relay import event_key
from tests.server.quorum_process import Quorum

COUNT: Final = "subscription { buyingGroupEvents { position events { id type } } }"
STATUS: Final = "subscription { buyingGroupEvents { position events { after } } }"
CHANGE: Final = """mutation ($group: ID!, $status: String!) {
  updateBuyingGroupStatus(input: {buyingGroupId: $group, status: $status}) { __typename } }"""
MUTATIONS_A_SECOND: Final = 200
GROUPS: Final = 20
MOST_AT_ONCE: Final = 32
PATIENCE_SECONDS: Final = 60
_TEXT: Final = 1
_PING: Final = 9
_STATUS: Final = re.compile(rb'"status":"(\d+)"')


@dataclass(frozen=True, slots=True)
class Served:
    """A server that is measured."""

    made: Ground
    address: str
    port: int
    pid: int


class Listener(asyncio.Protocol):
    """A socket with one subscription; every text frame is handed on as it comes."""

    def __init__(self, query: str, heard: Callable[[bytes], None]) -> None:
        self._query = query
        self._heard = heard
        self._data = bytearray()
        self._is_open = False
        self.transport: asyncio.Transport | None = None
        self.has_begun = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.write(
            b"GET /graphql HTTP/1.1\r\nhost: localhost\r\nupgrade: websocket\r\n"
            b"connection: upgrade\r\nsec-websocket-version: 13\r\n"
            b"sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
            b"sec-websocket-protocol: " + PROTOCOL.encode() + b"\r\n\r\n"
        )

    def data_received(self, data: bytes) -> None:
        self._data += data
        if not self._is_open:
            end = self._data.find(b"\r\n\r\n")
            if end < 0:
                return
            del self._data[: end + 4]
            self._is_open = True
            self._say({"type": "connection_init"})
            self._say({"type": "subscribe", "id": "1", "payload": {"query": self._query}})
        while (frame := self._frame()) is not None:
            opcode, payload = frame
            if opcode == _PING:
                self._send(0x8A, payload)
            elif opcode == _TEXT and b'"next"' in payload[:40]:
                if not self.has_begun.done():
                    self.has_begun.set_result(None)
                self._heard(payload)

    def close(self) -> None:
        if self.transport is not None:
            self.transport.abort()

    def _frame(self) -> tuple[int, bytes] | None:
        data = self._data
        if len(data) < 2:
            return None
        length, start = data[1], 2
        if length >= 126:
            start = 4 if length == 126 else 10
            if len(data) < start:
                return None
            length = int.from_bytes(data[2:start], "big")
        if len(data) < start + length:
            return None
        payload = bytes(data[start : start + length])
        opcode = data[0] & 15
        del data[: start + length]
        return opcode, payload

    def _say(self, message: object) -> None:
        self._send(0x81, orjson.dumps(message))

    def _send(self, first: int, payload: bytes) -> None:
        """A short frame of a client: masked, by a mask of zeros."""
        assert self.transport is not None
        assert len(payload) < 65_536
        length = len(payload)
        head = bytes([first, 128 | length]) if length < 126 else bytes([first, 254])
        size = b"" if length < 126 else length.to_bytes(2, "big")
        self.transport.write(head + size + bytes(4) + payload)


@asynccontextmanager
async def listening(
    served: Served, count: int, query: str, heard: Callable[[bytes], None]
) -> AsyncIterator[None]:
    """So many subscribers, each of which has heard where it begins."""
    loop = asyncio.get_running_loop()
    listeners: list[Listener] = []
    try:
        for _ in range(count):
            _, listener = await loop.create_connection(
                lambda: Listener(query, heard), "127.0.0.1", served.port
            )
            listeners.append(listener)
            if len(listeners) % 50 == 0:
                await listener.has_begun
        await asyncio.gather(*(listener.has_begun for listener in listeners))
        yield
    finally:
        for listener in listeners:
            listener.close()


async def throughput(served: Served, subscribers: int, events: int) -> None:
    """How fast many events that are there at once reach every subscriber."""
    done = asyncio.Event()
    left = subscribers * events

    def heard(payload: bytes) -> None:
        nonlocal left
        left -= payload.count(b'"id":"evt')
        if left <= 0:
            done.set()

    async with listening(served, subscribers, COUNT, heard):
        documents = await _events(served.made, events)
        worked, start = processor_time(served.pid), time.perf_counter()
        await served.made.database["events"].insert_many(documents)
        await done.wait()
        seconds = time.perf_counter() - start
        worked = processor_time(served.pid) - worked
    told = subscribers * events
    note = f"{told / seconds:,.0f} deliveries/s, {worked / told * 1e6:.1f} µs of processor each"
    show(f"{subscribers:,} subscribers", events / seconds, "events/s", note)


async def delay(served: Served, subscribers: int, seconds: float) -> None:
    """How long after a mutation was acknowledged its event is there."""
    acknowledged: dict[int, float] = {}
    arrived: list[tuple[int, float]] = []
    total = int(seconds * MUTATIONS_A_SECOND)
    has_all = asyncio.Event()

    def heard(payload: bytes) -> None:
        now = time.perf_counter()
        arrived.extend((int(number), now) for number in _STATUS.findall(payload))
        if len(arrived) >= total * subscribers:
            has_all.set()

    limits = httpx.Limits(max_connections=MOST_AT_ONCE)
    async with (
        listening(served, subscribers, STATUS, heard),
        httpx.AsyncClient(base_url=served.address, limits=limits, timeout=60) as client,
    ):
        worked = processor_time(served.pid)

        async def change(number: int) -> None:
            variables = {"group": f"bg_{number % GROUPS}", "status": str(number)}
            given = {"query": CHANGE, "variables": variables}
            answer = await client.post("/graphql", json=given)
            assert "errors" not in answer.json(), answer.text
            acknowledged[number] = time.perf_counter()

        start = time.perf_counter()
        async with asyncio.TaskGroup() as changes:
            for number in range(total):
                await asyncio.sleep(start + number / MUTATIONS_A_SECOND - time.perf_counter())
                changes.create_task(change(number))
        took = time.perf_counter() - start
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE_SECONDS):
                await has_all.wait()
        worked = processor_time(served.pid) - worked
    late = [max(0.0, at - acknowledged[number]) * 1000 for number, at in arrived]
    what = f"{subscribers} subscribers, {total / took:,.0f} mutations/s: acknowledged to delivered"
    show(what, percentile(late, 99), "ms", f"p99; p50 {percentile(late, 50):.1f} ms")
    show("  events that did not arrive", total * subscribers - len(arrived), "")
    show("  processor time of the server", worked / took * 100, "%", "of one core, with mutations")


async def idle(served: Served, sockets: int) -> None:
    """What a subscriber holds to whom nothing happens."""
    before = memory(served.pid)
    async with listening(served, sockets, COUNT, lambda payload: None):
        after = memory(served.pid)
    show(f"{sockets:,} idle sockets, each", (after - before) / sockets / 1000, "kB")


@asynccontextmanager
async def serving(made: Ground) -> AsyncIterator[Served]:
    """A server over the ground."""
    with tempfile.TemporaryDirectory(prefix="q") as folder:
        quorum = Quorum(Path(folder))
        settings = {"QUORUM_MONGODB_URI": made.uri, "QUORUM_DATABASE": made.database.name}
        server = await asyncio.to_thread(lambda: quorum.serve(**settings, **QUIET))
        try:
            yield Served(made, quorum.address, quorum.port, server.pid)
        finally:
            await asyncio.to_thread(quorum.end, server)
            await asyncio.to_thread(quorum.clean)


async def measure(made: Ground, subscribers: Sequence[int], events: int, seconds: float) -> None:
    """All figures, on a server of its own."""
    async with serving(made) as served:
        await idle(served, max(subscribers))
        for count in subscribers:
            await throughput(served, count, events)
        await delay(served, sorted(subscribers)[len(subscribers) // 2], seconds)


async def _events(made: Ground, count: int) -> list[dict[str, object]]:
    tenant = made.ctx.viewer.tenant
    last = await made.ctx.stores.event_log.last()
    return [
        {
            "_id": event_key(tenant, position),
            "tenant": tenant,
            "position": position,
            "event_id": f"evt_{position}",
            "type": "MEMBERSHIP_CHANGED",
            "at": made.ctx.now(),
            "actor": "bench",
            "subject_id": "bg_0",
            "buying_group_id": "bg_0",
        }
        for position in range(last + 1, last + count + 1)
    ]


async def run(subscribers: Sequence[int], events: int, seconds: float) -> None:
    """Measure and print."""
    async with ground() as made:
        await fill(made.ctx, GROUPS, [])
        await measure(made, subscribers, events, seconds)


def main() -> None:
    """The command."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--seconds", type=float, default=20)
    arguments.add_argument("--small", action="store_true")
    given = arguments.parse_args()
    if given.small:
        asyncio.run(run([1, 10], 200, 1))
    else:
        asyncio.run(run([1, 100, 1_000], 2_000, given.seconds))


if __name__ == "__main__":
    main()
