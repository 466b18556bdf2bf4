import asyncio

import pytest

from server.stopping import CutOff, Stopping


async def test_with_nothing_under_way_it_ends_at_once_and_tells_so() -> None:
    stopping, told = Stopping(), list[str]()
    stopping.tell(lambda: told.append("stopping"))

    async with asyncio.timeout(1):
        await stopping.end(60)

    assert stopping.is_asked
    assert told == ["stopping"]


async def test_what_is_under_way_has_its_time() -> None:
    stopping, ended = Stopping(), list[str]()

    async def work() -> None:
        async with stopping.under_way():
            await stopping.asked.wait()
            await asyncio.sleep(0.01)
            ended.append("by itself")

    working = asyncio.create_task(work())
    await asyncio.sleep(0)
    await stopping.end(60)
    await working

    assert ended == ["by itself"]


@pytest.mark.parametrize(
    ("seconds", "is_hastened"),
    [
        pytest.param(0.01, False, id="when its time is over"),
        pytest.param(60, True, id="at once by another signal"),
    ],
)
async def test_what_does_not_end_is_cut_off(seconds: float, is_hastened: bool) -> None:
    stopping = Stopping()

    async def work() -> None:
        async with stopping.under_way():
            await asyncio.sleep(60)

    working = [asyncio.create_task(work()) for _ in range(3)]
    await asyncio.sleep(0)
    if is_hastened:
        asyncio.get_running_loop().call_later(0.01, stopping.hasten)
    async with asyncio.timeout(5):
        await stopping.end(seconds)

    outcomes = await asyncio.gather(*working, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [CutOff] * 3


async def test_a_timeout_of_the_work_itself_stays_one() -> None:
    with pytest.raises(TimeoutError):
        async with Stopping().under_way(), asyncio.timeout(0):
            await asyncio.sleep(1)
