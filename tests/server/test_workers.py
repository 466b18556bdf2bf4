"""Who holds the leases of a process: a name that no other start has, on whatever machine."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import time
from types import SimpleNamespace
from typing import Any, cast

import pytest

from server import commands_serve
from server.commands import Installation
from server.settings import Settings
from server.stopping import Stopping


async def test_each_start_of_the_server_works_under_a_name_of_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    names: list[str] = []

    async def work(
        contexts: Callable[[], Awaitable[Any]],
        worker: str,
        daily_at: time | None,
        ending: asyncio.Event,
    ) -> None:
        assert daily_at == time(2)
        names.append(worker)

    monkeypatch.setattr(commands_serve, "work", work)
    for _ in range(2):
        installation = SimpleNamespace(settings=Settings())
        background = commands_serve.works(cast(Installation, installation), Stopping())
        await background["The worker"]()

    first, second = names
    assert first != second
    assert all(name.startswith("worker_") and len(name) == 33 for name in names)
