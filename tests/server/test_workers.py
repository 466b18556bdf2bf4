"""Who holds the leases of a process: a name that no other start has, on whatever machine."""

from collections.abc import Awaitable, Callable
from typing import Any, cast

import pytest

from server import commands_serve
from server.commands import Installation


async def test_each_start_of_the_server_works_under_a_name_of_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    names: list[str] = []

    async def work(contexts: Callable[[], Awaitable[Any]], worker: str) -> None:
        names.append(worker)

    monkeypatch.setattr(commands_serve, "work", work)
    for _ in range(2):
        background = commands_serve.works(cast(Installation, None))
        await background["The worker"]()

    first, second = names
    assert first != second
    assert all(name.startswith("worker_") and len(name) == 33 for name in names)
