"""Answers are shared by those who ask the same at the same time, and kept for no longer."""

import asyncio
import gc
import weakref

import pytest

from schema import shared_answers
from schema.shared_answers import SharedAnswer


class Text(str):
    """A text of which it can be seen whether anybody holds it."""


async def test_an_answer_is_made_once_for_all_who_ask_soon_and_is_not_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(shared_answers, "FRESH_SECONDS", 0.05)
    shared = SharedAnswer()
    made: list[weakref.ref[Text]] = []

    async def make() -> str:
        text = Text(f"answer {len(made)}")
        made.append(weakref.ref(text))
        return text

    first, second = await asyncio.gather(shared.of("a", make), shared.of("a", make))
    same = first is second
    del first, second
    await asyncio.sleep(0.1)
    gc.collect()

    assert (same, [each() for each in made]) == (True, [None])
    assert await shared.of("a", make) == "answer 1"
