import asyncio
from collections.abc import Sequence

import pytest

from store.side_by_side import Behind, in_parts


@pytest.mark.parametrize(
    ("count", "parts"),
    [
        pytest.param(0, [], id="nothing"),
        pytest.param(1, [[0]], id="one"),
        pytest.param(2, [[0], [1]], id="one each"),
        pytest.param(5, [[0, 1, 2], [3, 4]], id="neighbours stay together"),
    ],
)
async def test_every_item_is_in_one_part(count: int, parts: list[list[int]]) -> None:
    done: list[list[int]] = []

    async def work(part: Sequence[int]) -> None:
        done.append(list(part))

    await in_parts(range(count), work)

    assert done == parts


async def test_a_failure_is_raised_once_all_parts_have_ended() -> None:
    ended: list[int] = []

    async def work(part: Sequence[int]) -> None:
        if part[0] == 0:
            raise LookupError("nothing there")
        ended.extend(part)

    with pytest.raises(LookupError, match="nothing there"):
        await in_parts(range(4), work)

    assert ended == [2, 3]


async def test_so_many_pieces_go_on_at_once_and_the_block_ends_when_all_have() -> None:
    under_way, most, done = 0, 0, 0

    async def piece() -> None:
        nonlocal under_way, most, done
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0.001)
        under_way -= 1
        done += 1

    async with Behind(2) as behind:
        for _ in range(5):
            await behind.hand(piece)

    assert (under_way, most, done) == (0, 2, 5)


async def test_a_failure_is_raised_as_it_is_and_ends_what_goes_on() -> None:
    forever = asyncio.Event()
    ended: list[str] = []

    async def fail() -> None:
        raise LookupError("nothing there")

    async def wait() -> None:
        try:
            await forever.wait()
        finally:
            ended.append("waiting")

    async def both() -> None:
        async with Behind(2) as behind:
            await behind.hand(wait)
            await behind.hand(fail)

    with pytest.raises(LookupError, match="nothing there"):
        await both()

    assert ended == ["waiting"]


async def test_a_failing_block_ends_what_goes_on() -> None:
    forever = asyncio.Event()
    ended: list[str] = []

    async def wait() -> None:
        try:
            await forever.wait()
        finally:
            ended.append("waiting")

    async def broken_off() -> None:
        async with Behind(1) as behind:
            await behind.hand(wait)
            await asyncio.sleep(0)
            raise LookupError

    with pytest.raises(LookupError):
        await broken_off()

    assert ended == ["waiting"]
