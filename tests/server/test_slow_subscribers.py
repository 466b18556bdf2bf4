"""Subscribers that do not read: what was sent to them stays little, and they can go on later."""

import asyncio
import socket
from contextlib import suppress
from datetime import timedelta
from typing import Any

import orjson
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosedError
from websockets.typing import Subprotocol

from domain.identifiers import TenantId
from execution.context import Context
from server import process
from server.graphql_ws import PROTOCOL
from store.driver import Database
from store.relay import event_key
from tests.server.live_server import Live, heard, initialised, live, say

STALL_SECONDS = 0.5
EVENTS = 600
LONG = "x" * 20_000
"""All events together are more than any socket takes unread."""
QUERY = """subscription ($after: Position) { componentEvents(after: $after) {
  position events { position after }
} }"""


async def a_long_history(ctx: Context) -> int:
    """The position after which the tenant has many long events."""
    last = await ctx.stores.event_log.last()
    await ctx.stores.database["events"].insert_many(
        [
            {
                "_id": event_key(ctx.viewer.tenant, position),
                "tenant": ctx.viewer.tenant,
                "position": position,
                "event_id": f"{ctx.viewer.tenant}-{position}",
                "type": "ROLE_UPDATED",
                "at": ctx.now() - timedelta(minutes=1),
                "after": {"description": LONG},
            }
            for position in range(last + 1, last + EVENTS + 1)
        ]
    )
    return last


def positions(answers: list[Any]) -> list[int]:
    batches = [answer["data"]["componentEvents"] for answer in answers]
    return [event["position"] for batch in batches for event in batch["events"]]


async def the_rest(server: Live, after: int, count: int) -> list[int]:
    """The positions of the next so many events, told to somebody who reads."""
    answers: list[Any] = []
    async with server.socket() as reading:
        await initialised(reading)
        payload = {"query": QUERY, "variables": {"after": after}}
        await say(reading, "subscribe", id="1", payload=payload)
        while len(positions(answers)) < count:
            answers.append((await heard(reading))["payload"])
    return positions(answers)


async def test_a_socket_that_is_not_read_is_closed_with_a_reason_and_can_go_on(
    database: Database, tenant: TenantId
) -> None:
    async with live(database, tenant, subscriber_stall_seconds=STALL_SECONDS) as server:
        last = await a_long_history(server.ctx)
        address = server.address.replace("http", "ws")
        answers: list[Any] = []
        async with connect(
            address,
            subprotocols=[Subprotocol(PROTOCOL)],
            max_size=None,
            max_queue=1,
            ping_interval=None,
        ) as slow:
            await initialised(slow)
            payload = {"query": QUERY, "variables": {"after": last}}
            await say(slow, "subscribe", id="1", payload=payload)
            await asyncio.sleep(3 * STALL_SECONDS)
            with suppress(ConnectionClosedError):
                async for message in slow:
                    answers.append(orjson.loads(message)["payload"])
            closed = (slow.close_code, slow.close_reason)
        told = positions(answers)
        rest = await the_rest(server, told[-1], EVENTS - len(told))

    assert closed == (
        1013,
        "SUBSCRIBER_TOO_SLOW: Nothing was read for 0.5 seconds; subscribe again from the last "
        "position.",
    )
    assert 0 < len(told) < EVENTS
    assert told + rest == list(range(last + 1, last + EVENTS + 1))


async def test_a_socket_that_asks_and_does_not_read_is_closed_with_a_reason(
    database: Database, tenant: TenantId, caplog: pytest.LogCaptureFixture
) -> None:
    async with (
        live(database, tenant, subscriber_stall_seconds=STALL_SECONDS) as server,
        connect(
            server.address.replace("http", "ws"),
            subprotocols=[Subprotocol(PROTOCOL)],
            max_queue=1,
            ping_interval=None,
        ) as slow,
    ):
        await initialised(slow)
        with suppress(TimeoutError, ConnectionClosedError):
            while True:  # until nobody takes it any more
                async with asyncio.timeout(STALL_SECONDS / 2):
                    await say(slow, "ping", payload={"text": LONG * 10})
        await asyncio.sleep(2 * STALL_SECONDS)
        with suppress(ConnectionClosedError):
            async with asyncio.timeout(20):
                async for _ in slow:
                    pass
        closed = (slow.close_code, (slow.close_reason or "")[:20])

    assert closed == (1013, "SUBSCRIBER_TOO_SLOW:")
    assert [line for line in caplog.records if line.exc_info] == []


async def test_a_stream_that_is_not_read_ends_with_a_reason_and_can_be_gone_on_with(
    database: Database, tenant: TenantId
) -> None:
    async with live(database, tenant, subscriber_stall_seconds=STALL_SECONDS) as server:
        last = await a_long_history(server.ctx)
        body = orjson.dumps({"query": QUERY, "variables": {"after": last}})
        head = (
            f"POST /graphql HTTP/1.1\r\nhost: localhost:{server.port}\r\n"
            "content-type: application/json\r\naccept: text/event-stream\r\n"
            f"content-length: {len(body)}\r\nconnection: close\r\n\r\n"
        )
        loop = asyncio.get_running_loop()
        with socket.socket() as slow:
            slow.setblocking(False)
            await loop.sock_connect(slow, ("127.0.0.1", server.port))
            await loop.sock_sendall(slow, head.encode() + body)
            await asyncio.sleep(3 * STALL_SECONDS)
            text = bytearray()
            async with asyncio.timeout(10):
                while piece := await loop.sock_recv(slow, 1 << 20):
                    text += piece
        lines = [
            orjson.loads(line.removeprefix(b"data: "))
            for line in text.split(b"\n")
            if line.startswith(b"data: {")
        ]
        told = positions(lines[:-1])
        rest = await the_rest(server, told[-1], EVENTS - len(told))

    (error,) = lines[-1]["errors"]
    assert error["extensions"]["code"] == "SUBSCRIBER_TOO_SLOW"
    assert 0 < len(told) < EVENTS
    assert told + rest == list(range(last + 1, last + EVENTS + 1))


async def test_a_socket_that_answers_no_ping_is_freed(
    database: Database, tenant: TenantId, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "_PING_SECONDS", 0.1)
    async with live(database, tenant) as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(
            f"GET /graphql HTTP/1.1\r\nHost: localhost:{server.port}\r\nUpgrade: websocket\r\n"
            "Connection: Upgrade\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
            f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: {PROTOCOL}\r\n\r\n".encode()
        )
        await reader.readuntil(b"\r\n\r\n")
        async with asyncio.timeout(10):
            frames = await reader.read()
        writer.close()

    ping, closing = frames[:2], frames[6:]
    assert ping == b"\x89\x04"
    assert closing[:1] == b"\x88"
    assert b"keepalive ping timeout" in closing
