"""Connections of peers that do not read: they are cut in time, and little is kept for them."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import uvicorn
from starlette.types import Receive, Scope, Send
from uvicorn.server import ServerState

from server import protocols
from server.protocols import WebSocket

HANDSHAKE = (
    b"GET / HTTP/1.1\r\nHost: here\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
PING = b"\x89\x82\0\0\0\0ab"
CLOSE = b"\x88\x82\0\0\0\0\x03\xe8"
BROKEN = b"\xff\x80\0\0\0\0"


class Peer(asyncio.Transport):
    """A connection to somebody who reads nothing: closing it orderly never ends."""

    def __init__(self) -> None:
        super().__init__()
        self.unread = b""
        self.is_cut = asyncio.Event()

    def write(self, data: object) -> None:
        assert isinstance(data, bytes)
        self.unread += data

    def is_closing(self) -> bool:
        return False

    def close(self) -> None:
        """What is unread stands before it."""

    def pause_reading(self) -> None:
        """Nothing is read by itself."""

    def resume_reading(self) -> None:
        """Nothing is read by itself."""

    def abort(self) -> None:
        self.is_cut.set()


async def _listen(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    while (await receive())["type"] == "websocket.receive":
        pass


@pytest.fixture
async def socket(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[WebSocket]:
    monkeypatch.setattr(protocols, "_SECONDS_FOR_IT", 0.01)
    state = ServerState()
    socket = WebSocket(uvicorn.Config(_listen, log_config=None), state, {})
    socket.connection_made(Peer())
    socket.data_received(HANDSHAKE)
    await asyncio.sleep(0.01)
    yield socket
    socket.connection_lost(OSError())
    await asyncio.gather(*state.tasks)


async def test_pings_of_a_peer_that_reads_nothing_are_not_answered(socket: WebSocket) -> None:
    peer = socket.transport
    assert isinstance(peer, Peer)
    peer.unread = b""
    socket.data_received(PING)
    answered = peer.unread
    socket.pause_writing()
    socket.data_received(PING * 3)
    unanswered = peer.unread
    socket.resume_writing()
    socket.data_received(PING)

    assert (answered, unanswered) == (b"\x8a\x02ab", answered)
    assert peer.unread == answered * 2


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(CLOSE, id="it has closed"),
        pytest.param(BROKEN, id="it broke the protocol"),
    ],
)
async def test_a_connection_is_cut_when_its_peer_does_not_read_the_end(
    socket: WebSocket, sent: bytes
) -> None:
    peer = socket.transport
    assert isinstance(peer, Peer)
    socket.data_received(sent)

    await asyncio.wait_for(peer.is_cut.wait(), 5)
