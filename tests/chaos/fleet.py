"""The servers of a run: real `quorum serve` processes that are killed and started again."""

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import httpx

from tests.chaos.processes import Running
from tests.server.quorum_process import QUORUM, free_port

PATIENCE_SECONDS: Final = 120.0
_SETTINGS: Final = {
    "QUORUM_DAILY_AT": "off",
    "QUORUM_LOG_LEVEL": "warning",
    "QUORUM_WEBHOOK_ALLOW_PRIVATE": "on",
}
_POLL: Final = 0.05


class Server:
    """One server, with a port and a clock of its own."""

    def __init__(self, folder: Path, name: str, settings: dict[str, str]) -> None:
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.clock = folder / f"{name}.clock"
        self.clock.write_text("0")
        given = {**_SETTINGS, **settings, "QUORUM_PORT": str(self.port)}
        self.running = Running([str(QUORUM), "serve"], folder / f"{name}.log", given)

    def with_a_clock_of_its_own(self) -> None:
        """From its next start on its clock is moved by the seconds in the file `clock`."""
        module = "tests.chaos.stepped_serve"
        self.running.command = [sys.executable, "-m", module, str(self.clock)]

    def set_clock(self, seconds: float) -> None:
        """Set its clock, if it has one of its own, so far ahead of the machine's."""
        new = self.clock.with_suffix(".new")
        new.write_text(str(seconds))
        new.replace(self.clock)

    async def ready(self) -> None:
        """Return once it says that it is ready.

        One that has ended by itself, for it found no database, is started again, as a service is.
        """
        deadline = time.monotonic() + PATIENCE_SECONDS
        async with httpx.AsyncClient(base_url=self.address, timeout=5) as client:
            while time.monotonic() < deadline:
                try:
                    if (await client.get("/readyz")).status_code == 200:
                        return
                except httpx.TransportError:
                    if not self.running.is_alive:
                        self.running.start()
                await asyncio.sleep(_POLL)
        raise AssertionError(f"the server does not start: {self.running.log.read_text()[-2_000:]}")


class Fleet:
    """All servers of a run over one database."""

    def __init__(self, servers: Sequence[Server], settings: Mapping[str, str]) -> None:
        self.servers = servers
        self.settings = settings

    @property
    def addresses(self) -> list[str]:
        return [server.address for server in self.servers]

    async def ready(self) -> None:
        """Return once all are ready."""
        await asyncio.gather(*(server.ready() for server in self.servers))


@asynccontextmanager
async def fleet(
    folder: Path, count: int, settings: dict[str, str], *, is_clock_stepped: bool = False
) -> AsyncIterator[Fleet]:
    """Start so many servers with their files in a folder; they are gone with the block."""
    servers = [Server(folder, f"server{number}", settings) for number in range(count)]
    try:
        for server in servers:
            if is_clock_stepped:
                server.with_a_clock_of_its_own()
            server.running.start()
            await server.ready()  # one after the other: the first makes the indexes
        yield Fleet(servers, settings)
    finally:
        for server in servers:
            server.running.kill()
