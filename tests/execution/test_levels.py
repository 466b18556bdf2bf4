import asyncio
from asyncio import gather, sleep

import pytest

from execution.levels import Levels, Loader


class Noted:
    """Loaders that note which keys they are asked for together."""

    def __init__(self) -> None:
        self.levels = Levels()
        self.asked: list[tuple[str, list[int]]] = []

    def loader(self, name: str, seconds: float = 0) -> Loader[int, int]:
        async def load(keys: list[int]) -> list[int]:
            self.asked.append((name, sorted(keys)))
            await sleep(seconds)
            return [10 * key for key in keys]

        return Loader(self.levels, load)


@pytest.fixture
def noted() -> Noted:
    return Noted()


async def test_what_is_asked_together_is_loaded_at_once(noted: Noted) -> None:
    numbers = noted.loader("numbers")

    assert await gather(*(numbers.load(key) for key in (3, 1, 3))) == [30, 10, 30]
    assert noted.asked == [("numbers", [1, 3, 3])]


async def test_a_level_waits_for_the_whole_level_above_however_slow(noted: Noted) -> None:
    fast, slow, below = noted.loader("fast"), noted.loader("slow", 0.02), noted.loader("below")

    async def after(above: Loader[int, int], key: int) -> int:
        return await below.load(await above.load(key))

    assert [*await gather(after(fast, 1), after(slow, 2))] == [100, 200]
    assert noted.asked == [("fast", [1]), ("slow", [2]), ("below", [10, 20])]


async def test_answers_may_travel_some_turns_before_they_ask_for_more(noted: Noted) -> None:
    above, below = noted.loader("above"), noted.loader("below")

    async def far(key: int) -> int:
        (value,) = await gather(asyncio.ensure_future(above.load(key)))
        return await below.load(value)

    async def near(key: int) -> int:
        return await below.load(await above.load(key))

    assert [*await gather(far(1), near(2))] == [100, 200]
    assert noted.asked == [("above", [1, 2]), ("below", [10, 20])]


async def test_a_failure_reaches_everybody_who_asked_and_nobody_else(noted: Noted) -> None:
    async def fail(keys: list[int]) -> list[int]:
        raise LookupError("away")

    broken: Loader[int, int] = Loader(noted.levels, fail)
    numbers = noted.loader("numbers")

    first, second, third = await gather(
        broken.load(1), broken.load(2), numbers.load(3), return_exceptions=True
    )

    assert isinstance(first, LookupError)
    assert isinstance(second, LookupError)
    assert third == 30
    assert await numbers.load(4) == 40


async def test_a_loader_may_ask_other_loaders(noted: Noted) -> None:
    numbers = noted.loader("numbers")

    async def load(keys: list[int]) -> list[int]:
        return await gather(*(numbers.load(key) for key in keys))

    through: Loader[int, int] = Loader(noted.levels, load)

    assert [*await gather(through.load(1), through.load(2))] == [10, 20]
    assert noted.asked == [("numbers", [1, 2])]


async def test_who_has_gone_is_not_answered(noted: Noted) -> None:
    numbers = noted.loader("numbers", 0.01)
    gone = numbers.load(1)
    waiting = numbers.load(2)

    gone.cancel()

    assert await waiting == 20


async def test_a_wrong_number_of_values_is_an_error(noted: Noted) -> None:
    async def load(keys: list[int]) -> list[int]:
        return [1]

    wrong: Loader[int, int] = Loader(noted.levels, load)

    with pytest.raises(ValueError, match="1 values were loaded for 2 keys"):
        await gather(wrong.load(1), wrong.load(2))
