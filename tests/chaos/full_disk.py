"""A full disk: the data folder lies on a small one that something else fills up."""

import asyncio
import os
import secrets
import subprocess
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from random import Random
from typing import Final

import httpx

from tests.chaos.faults import Fault, Struck
from tests.chaos.fleet import Server

MEGABYTES: Final = 256
PATIENCE_SECONDS: Final = 60.0
_BALLAST: Final = """mutation ($items: [AccountItemInput!]!) {
  upsertAccounts(input: {items: $items}) { __typename } }"""
_BLOCK: Final = b"\0" * 1024 * 1024


@asynccontextmanager
async def small_disk(folder: Path) -> AsyncIterator[bool]:
    """A disk of its own, in memory, at this folder; False where this user may not mount one."""
    mount = ["mount", "-t", "tmpfs", "-o", f"size={MEGABYTES}m", "tmpfs", str(folder)]
    is_mounted = await asyncio.to_thread(_is_done, mount)
    try:
        yield is_mounted
    finally:
        if is_mounted:
            await asyncio.to_thread(_is_done, ["umount", "--lazy", str(folder)])


def disk_filled(disk: Path, server: Server) -> Fault:
    """The disk is filled to its last byte until the database has gone, and for a while longer."""
    filler = disk / "filler"

    async def strike(until: float, random: Random, struck: Struck) -> None:
        while time.monotonic() < until:
            await asyncio.sleep(random.uniform(1, 4))
            await asyncio.to_thread(_fill, filler)
            if await _is_down(server, filler):
                struck.count("full disks that ended MongoDB")
            await asyncio.sleep(random.uniform(0, 6))
            filler.unlink()
            await server.ready()

    return strike


async def _is_down(server: Server, filler: Path) -> bool:
    """Whether the server says so within some time; what is set free meanwhile is filled as well."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    async with httpx.AsyncClient(base_url=server.address, timeout=10) as client:
        while time.monotonic() < deadline:
            await asyncio.to_thread(_fill, filler)
            await _write_much(client)
            if (await client.get("/readyz")).status_code == 503:
                return True
    return False


async def _write_much(client: httpx.AsyncClient) -> None:
    """Have the database need more room, in accounts that nobody looks at."""
    items = [{"name": f"Ballast {secrets.token_hex(100)}"} for _ in range(500)]
    with suppress(httpx.TransportError):
        await client.post("/graphql", json={"query": _BALLAST, "variables": {"items": items}})


def _fill(filler: Path) -> None:
    """Write until nothing fits any more, at last byte by byte."""
    size = len(_BLOCK)
    descriptor = os.open(filler, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    try:
        while size:
            try:
                os.write(descriptor, _BLOCK[:size])
            except OSError:
                size //= 2
    finally:
        os.close(descriptor)


def _is_done(command: list[str]) -> bool:
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        return False
