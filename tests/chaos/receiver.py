"""A receiver of webhooks on this machine: it keeps what it is sent, in the order of arrival."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import httpx
import orjson

from store.driver import Document
from tests.chaos.subscriber import KINDS

PATIENCE_SECONDS: Final = 150.0
_ENDPOINT: Final = """mutation ($url: String!) {
  createWebhookEndpoint(input: {name: "Receiver", url: $url, afterPosition: 0}) {
    __typename ... on UserError { message } } }"""
_NO_CONTENT: Final = b"HTTP/1.1 204 No Content\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
_LENGTH: Final = "content-length:"


@dataclass(slots=True)
class Receiver:
    """Every message as group, position and id; the same one may come again after a crash."""

    url: str = ""
    received: list[tuple[str, int, str]] = field(default_factory=list)
    _more: asyncio.Event = field(default_factory=asyncio.Event)

    async def register(self, address: str, tenant: str) -> None:
        """Have a server send it all there is and will be."""
        async with httpx.AsyncClient(base_url=address, timeout=30) as http:
            body = {"query": _ENDPOINT, "variables": {"url": self.url}}
            answer = await http.post("/graphql", json=body, headers={"X-Quorum-Tenant": tenant})
            told = answer.json()["data"]["createWebhookEndpoint"]
            assert told["__typename"] == "CreateWebhookEndpointSuccess", told

    async def until(self, events: Sequence[Document]) -> None:
        """Return once it has all these events of groups, or they come no more."""
        wanted = {event["event_id"] for event in events if event["type"] in KINDS}
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                while not wanted <= {id for _, _, id in self.received}:
                    self._more.clear()
                    await self._more.wait()
        except TimeoutError:
            return

    @property
    def repeated(self) -> int:
        """How many messages came more than once."""
        counted = Counter(id for _, _, id in self.received)
        return sum(times - 1 for times in counted.values())

    def faults(self, events: Sequence[Document]) -> Iterator[str]:
        """Where an event of a group did not come, or came for the first time out of order."""
        wanted = {event["event_id"] for event in events if event["type"] in KINDS}
        known = {event["event_id"] for event in events}
        missing = wanted - {id for _, _, id in self.received}
        if missing:
            yield f"{len(missing)} events of groups did not reach the receiver of webhooks"
        seen: set[str] = set()
        last: dict[str, int] = {}
        for group, position, id in self.received:
            if id not in known:
                yield f"the receiver of webhooks was told of {id}, which is no event"
            if id not in seen and group and position < last.get(group, 0):
                yield f"the receiver of webhooks was told of {id} of {group} too late"
            seen.add(id)
            last[group] = max(position, last.get(group, 0))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
            lengths = [line for line in head.splitlines() if line.startswith(_LENGTH)]
            length = int(lengths[0].removeprefix(_LENGTH)) if lengths else 0
            self._take(orjson.loads(await reader.readexactly(length)))
            writer.write(_NO_CONTENT)
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # whoever sent it is no more
        finally:
            writer.close()

    def _take(self, message: dict[str, Any]) -> None:
        data = message["data"]
        group = data["buyingGroupId"] or ""
        self.received.append((group, int(data["position"]), data["id"]))
        self._more.set()


@asynccontextmanager
async def receiver() -> AsyncIterator[Receiver]:
    """Listen at a port of this machine for as long as the block lasts."""
    made = Receiver()
    server = await asyncio.start_server(made._serve, "127.0.0.1", 0)
    async with server:
        made.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/events"
        yield made
