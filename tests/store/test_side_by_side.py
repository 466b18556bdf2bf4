from collections.abc import Sequence

import pytest

from store.side_by_side import in_parts


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
