import asyncio
from collections.abc import Callable, Iterator

import pytest

from server.presence import Presence


def heard(*beats: bool) -> Callable[[], bool]:
    """What heartbeats tell, one after the other; the last for good."""
    told: Iterator[bool] = iter(beats)
    last = beats[-1]
    return lambda: next(told, last)


async def test_a_database_that_is_there_is_not_waited_for() -> None:
    async with asyncio.timeout(0.02):
        assert await Presence(heard(True)).is_there()


async def test_a_short_absence_is_waited_for() -> None:
    assert await Presence(heard(False, False, True), patience=5).is_there()


@pytest.mark.parametrize(
    ("later", "is_there"),
    [
        pytest.param(1.0, True, id="back in time"),
        pytest.param(2.0, False, id="away for longer than is waited for"),
    ],
)
async def test_all_wait_for_one_absence_and_not_one_after_the_other(
    later: float, is_there: bool
) -> None:
    clock = [10.0]
    presence = Presence(heard(False, False, True), patience=2.0, seconds=lambda: clock[0])
    waiting = asyncio.create_task(presence.is_there())
    await asyncio.sleep(0)

    clock[0] += later

    assert await presence.is_there() is is_there
    waiting.cancel()


async def test_the_next_absence_is_waited_for_anew() -> None:
    clock = [10.0]
    presence = Presence(heard(False, True, False, True), 2.0, lambda: clock[0])
    assert await presence.is_there()
    clock[0] += 60

    assert await presence.is_there()
