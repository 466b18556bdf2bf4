"""A receiver of webhooks: a small HTTP server on loopback that answers as a test wants it to."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson

Head = tuple[int, dict[str, str]]


@dataclass(frozen=True, slots=True)
class Got:
    """One request: where it went, its headers by lower-case names, and its body."""

    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def message(self) -> Any:
        return orjson.loads(self.body)


def _always_ok(got: Got) -> Head:
    return 200, {}


@dataclass(slots=True)
class Receiver:
    """What has come in, and what is answered: `answer` gives a status and headers for each.

    A body is never sent, though one of `body_announced` bytes may be announced.
    """

    port: int = 0
    answer: Callable[[Got], Head] = _always_ok
    got: list[Got] = field(default_factory=list)
    delay: float = 0.0
    body_announced: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    @property
    def ids(self) -> list[str]:
        return [each.id for each in self.got]

    @property
    def types(self) -> list[str]:
        return [each.message["type"] for each in self.got]

    def answers(self, *statuses: int, then: int = 200) -> None:
        """Answer with these statuses in turn, and with another one from then on."""
        left = list(statuses)
        self.answer = lambda _: (left.pop(0) if left else then, {})

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await self._one(reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        if await reader.readexactly(1) != b"P":  # what begins otherwise wants to speak TLS
            writer.write(b"HTTP/1.1 400 Bad\r\n\r\n")
            return False
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first, *lines = head.split("\r\n")[:-2]
        headers = {
            name.lower(): value.strip() for name, _, value in (x.partition(":") for x in lines)
        }
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        got = Got(first.split(" ")[1], headers, body)
        self.got.append(got)
        if self.delay:
            await asyncio.sleep(self.delay)
        status, more = self.answer(got)
        said = "".join(f"{name}: {value}\r\n" for name, value in more.items())
        length = f"content-length: {self.body_announced}\r\n"
        writer.write(f"HTTP/1.1 {status} Said\r\n{said}{length}\r\n".encode())
        await writer.drain()
        return True


@asynccontextmanager
async def a_receiver() -> AsyncIterator[Receiver]:
    """A receiver on a free port, for as long as the block lasts."""
    receiver = Receiver()
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0)
    receiver.port = server.sockets[0].getsockname()[1]
    try:
        yield receiver
    finally:
        server.close()
