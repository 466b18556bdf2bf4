import asyncio

import pytest

from store.turns import Turns


async def test_those_who_wait_share_one_turn_which_begins_after_they_asked() -> None:
    turns, begun, gate = Turns(), 0, asyncio.Event()

    async def work() -> None:
        nonlocal begun
        begun += 1
        await gate.wait()

    asked = [asyncio.create_task(turns.take("bg_1", work)) for _ in range(3)]
    await asyncio.sleep(0)
    late = [asyncio.create_task(turns.take("bg_1", work)) for _ in range(3)]
    await asyncio.sleep(0)
    assert begun == 1
    gate.set()
    await asyncio.gather(*asked, *late)

    assert begun == 2


async def test_other_things_do_not_wait() -> None:
    turns, gate = Turns(), asyncio.Event()
    done: list[str] = []

    async def slow() -> None:
        await gate.wait()

    async def quick() -> None:
        done.append("bg_2")

    waiting = asyncio.create_task(turns.take("bg_1", slow))
    await turns.take("bg_2", quick)
    gate.set()
    await waiting

    assert done == ["bg_2"]


async def test_who_fails_or_leaves_does_not_take_the_turn_of_the_others() -> None:
    turns, gate = Turns(), asyncio.Event()
    done: list[int] = []

    async def slow() -> None:
        await gate.wait()

    async def broken() -> None:
        raise LookupError("a bug")

    async def endless() -> None:
        await asyncio.sleep(60)

    async def quick() -> None:
        done.append(1)

    working = asyncio.create_task(turns.take("bg_1", slow))
    await asyncio.sleep(0)
    failing = asyncio.create_task(turns.take("bg_1", broken))
    leaving = asyncio.create_task(turns.take("bg_1", endless))
    staying = asyncio.create_task(turns.take("bg_1", quick))
    await asyncio.sleep(0)
    gate.set()
    await working
    with pytest.raises(LookupError):
        await failing
    await asyncio.sleep(0)
    leaving.cancel()
    await staying

    assert done == [1]
