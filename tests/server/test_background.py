import asyncio
import logging

import pytest

from server.background import kept_running, running


async def test_works_run_until_the_block_ends_and_have_ended_then() -> None:
    seen: list[str] = []

    async def work() -> None:
        seen.append("started")
        try:
            await asyncio.sleep(60)
        finally:
            seen.append("ended")

    async with running({"one": work, "two": work}):
        await asyncio.sleep(0)
        assert seen == ["started", "started"]

    assert seen == ["started", "started", "ended", "ended"]


async def test_a_work_that_fails_starts_again_until_it_returns(
    caplog: pytest.LogCaptureFixture,
) -> None:
    attempts = 0

    async def work() -> None:
        nonlocal attempts
        attempts += 1
        if attempts < 4:
            raise RuntimeError("away")

    with caplog.at_level(logging.ERROR):
        await kept_running("the relay", work, pauses=(0.001, 0.002))

    assert attempts == 4
    assert [record.getMessage() for record in caplog.records] == [
        "the relay failed; it starts again in 0.001 s.",
        "the relay failed; it starts again in 0.002 s.",
        "the relay failed; it starts again in 0.002 s.",
    ]
