import asyncio
from collections.abc import Sequence

import pytest

from store.turns import Turns


async def test_those_who_wait_share_one_turn_which_begins_after_they_asked() -> None:
    turns, begun, gate = Turns[int](), 0, asyncio.Event()

    async def work(wanted: Sequence[int]) -> None:
        nonlocal begun
        begun += 1
        await gate.wait()

    asked = [asyncio.create_task(turns.take("bg_1", 1, work)) for _ in range(3)]
    await asyncio.sleep(0)
    late = [asyncio.create_task(turns.take("bg_1", 1, work)) for _ in range(3)]
    await asyncio.sleep(0)
    assert begun == 1
    gate.set()
    await asyncio.gather(*asked, *late)

    assert begun == 2


async def test_other_things_do_not_wait() -> None:
    turns, gate = Turns[int](), asyncio.Event()
    done: list[str] = []

    async def slow(wanted: Sequence[int]) -> None:
        await gate.wait()

    async def quick(wanted: Sequence[int]) -> None:
        done.append("bg_2")

    waiting = asyncio.create_task(turns.take("bg_1", 1, slow))
    await turns.take("bg_2", 1, quick)
    gate.set()
    await waiting

    assert done == ["bg_2"]


async def test_who_fails_or_leaves_does_not_take_the_turn_of_the_others() -> None:
    turns, gate = Turns[int](), asyncio.Event()
    done: list[int] = []

    async def slow(wanted: Sequence[int]) -> None:
        await gate.wait()

    async def broken(wanted: Sequence[int]) -> None:
        raise LookupError("a bug")

    async def endless(wanted: Sequence[int]) -> None:
        await asyncio.sleep(60)

    async def quick(wanted: Sequence[int]) -> None:
        done.append(sum(wanted))

    working = asyncio.create_task(turns.take("bg_1", 1, slow))
    await asyncio.sleep(0)
    failing = asyncio.create_task(turns.take("bg_1", 1, broken))
    leaving = asyncio.create_task(turns.take("bg_1", 1, endless))
    staying = asyncio.create_task(turns.take("bg_1", 1, quick))
    await asyncio.sleep(0)
    gate.set()
    await working
    with pytest.raises(LookupError):
        await failing
    await asyncio.sleep(0)
    leaving.cancel()
    await staying

    assert done == [3]


async def test_the_work_is_told_what_each_of_those_who_share_it_wants() -> None:
    turns, gate = Turns[int](), asyncio.Event()
    done: list[Sequence[int]] = []

    async def work(wanted: Sequence[int]) -> None:
        done.append(wanted)
        await gate.wait()

    first = asyncio.create_task(turns.take("score", 1, work))
    await asyncio.sleep(0)
    others = [asyncio.create_task(turns.take("score", each, work)) for each in (2, 3, 2)]
    await asyncio.sleep(0)
    gate.set()
    await asyncio.gather(first, *others)

    assert done == [[1], [2, 3, 2]]
