"""A reader who follows the positions of events over HTTP, whichever server answers."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Final

import httpx

_READ: Final = """query ($after: Position) {
  events(filter: {afterPosition: $after}, first: 100) { nodes { position id } } }"""
_PAUSE_SECONDS: Final = 0.02


@dataclass(slots=True)
class Reader:
    """Asks for what is behind the last position, again and again, and keeps what it was given."""

    addresses: Sequence[str]
    tenant: str
    read: list[tuple[int, str]] = field(default_factory=list)
    _random: Random = field(default_factory=lambda: Random(1))

    async def follow(self) -> None:
        """Until it is cancelled."""
        async with httpx.AsyncClient(timeout=5) as http:
            while True:
                await self._next(http)
                await asyncio.sleep(_PAUSE_SECONDS)

    async def to_the_end(self) -> None:
        """Read until there is nothing behind the last position."""
        async with httpx.AsyncClient(timeout=30) as http:
            while await self._next(http) != 0:
                continue

    async def _next(self, http: httpx.AsyncClient) -> int | None:
        """How many events there were; None when no server said."""
        last = self.read[-1][0] if self.read else 0
        try:
            answer = await http.post(
                f"{self._random.choice(self.addresses)}/graphql",
                json={"query": _READ, "variables": {"after": last}},
                headers={"X-Quorum-Tenant": self.tenant},
            )
            told = answer.json()
        except (httpx.TransportError, ValueError):
            return None
        if "errors" in told:
            return None
        nodes = told["data"]["events"]["nodes"]
        self.read += [(int(node["position"]), node["id"]) for node in nodes]
        return len(nodes)
