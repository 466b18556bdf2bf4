"""A subscriber who is told of groups by any of the servers, and goes on elsewhere after a loss."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

import httpx
import orjson

from domain.event_kinds import TYPES, EventKind

PATIENCE_SECONDS: Final = 90.0
KINDS: Final = frozenset(type.value for type in TYPES[EventKind.BUYING_GROUP])
"""What the subscription is about."""

_SUBSCRIBE: Final = """subscription ($after: Position) {
  buyingGroupEvents(after: $after) { position events { position id } } }"""
_SILENCE_SECONDS: Final = 20.0
_PAUSE_SECONDS: Final = 0.2


@dataclass(slots=True)
class Subscriber:
    """Keeps every event that is new to it, and the position of the last batch to go on from."""

    addresses: Sequence[str]
    tenant: str
    told: list[tuple[int, str]] = field(default_factory=list)
    position: int = 0
    connections: int = 0
    _random: Random = field(default_factory=lambda: Random(2))
    _awaited: int | None = None
    _has_come: asyncio.Event = field(default_factory=asyncio.Event)

    async def follow(self) -> None:
        """Until it is cancelled."""
        timeout = httpx.Timeout(5, read=_SILENCE_SECONDS)
        async with httpx.AsyncClient(timeout=timeout) as http:
            while True:
                with suppress(httpx.TransportError, ValueError):
                    await self._listen(http)
                await asyncio.sleep(_PAUSE_SECONDS)

    async def until(self, position: int) -> None:
        """Return once it knows all up to a position, or nobody tells it any more."""
        self._awaited = position
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE_SECONDS):
                if self.position < position:
                    await self._has_come.wait()

    async def _listen(self, http: httpx.AsyncClient) -> None:
        body = {"query": _SUBSCRIBE, "variables": {"after": self.position}}
        headers = {"X-Quorum-Tenant": self.tenant, "accept": "text/event-stream"}
        address = self._random.choice(self.addresses)
        url = f"{address}/graphql"
        async with http.stream("POST", url, json=body, headers=headers) as answer:
            self.connections += 1
            async for line in answer.aiter_lines():
                if line.startswith("data: "):
                    self._take(orjson.loads(line.removeprefix("data: ")))

    def _take(self, told: dict[str, Any]) -> None:
        batch = (told.get("data") or {}).get("buyingGroupEvents")
        if batch is None:
            return
        last = self.told[-1][0] if self.told else 0
        events = [(int(event["position"]), event["id"]) for event in batch["events"]]
        self.told += [event for event in events if event[0] > last]
        self.position = int(batch["position"])
        if self._awaited is not None and self.position >= self._awaited:
            self._has_come.set()
