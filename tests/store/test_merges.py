from datetime import UTC, datetime

import pytest

from domain.identifiers import TenantId
from domain.identities import Identity
from execution.context import Context
from store.merges import MergeTurn, Note
from tests.contexts import Clock, a_context

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


async def noted(ctx: Context, *pairs: tuple[str, str]) -> None:
    async def work(turn: MergeTurn) -> None:
        for merged, survivor in pairs:
            await turn.note(merged, survivor, NOON, "sam")

    await ctx.stores.merges.in_turn(work)


async def test_who_was_merged_again_and_again_is_whoever_is_left(ctx: Context) -> None:
    names = {name: f"per_{name}_{ctx.viewer.tenant}" for name in ("ada", "bo", "cy", "di", "eva")}
    ada, bo, cy, di, eva = names.values()
    await noted(ctx, (ada, bo), (bo, cy), (di, cy))

    assert await ctx.stores.merges.survivors([ada, bo, eva]) == {ada: cy, bo: cy}
    assert await ctx.stores.merges.survivors([]) == {}


async def test_a_merge_is_unfinished_until_it_is_said_to_be_finished(
    ctx: Context, clock: Clock
) -> None:
    ada, bo = (f"per_{name}_{ctx.viewer.tenant}" for name in ("ada", "bo"))
    stranger = a_context(ctx.stores.database, TenantId("somebody-else"), clock)
    await noted(ctx, (ada, bo))

    assert await ctx.stores.merges.of(ada) == Note(ada, bo, True)
    assert await ctx.stores.merges.unfinished_into(bo) == [ada]
    await stranger.stores.merges.finish(ada)
    assert await stranger.stores.merges.of(ada) is None
    assert await stranger.stores.merges.survivors([ada]) == {}
    await ctx.stores.merges.finish(ada)

    assert await ctx.stores.merges.of(ada) == Note(ada, bo, False)
    assert await ctx.stores.merges.unfinished_into(bo) == []


async def test_only_what_belonged_to_the_one_who_goes_is_handed_over(ctx: Context) -> None:
    ada, bo = (f"per_{name}_{ctx.viewer.tenant}" for name in ("ada", "bo"))
    identities = [Identity("person.email", name) for name in ("ada@x", "cy@x")]
    await ctx.stores.identities.claim("person.email", "ada@x", ada)
    await ctx.stores.identities.claim("person.email", "cy@x", "per_cy")

    async def work(turn: MergeTurn) -> None:
        await turn.hand_over(identities, ada, bo, NOON)

    await ctx.stores.merges.in_turn(work)

    claims = await ctx.stores.identities.find(identities, NOON)
    assert [claims[each].owner for each in identities] == [bo, "per_cy"]


async def test_nothing_of_a_turn_that_fails_is_stored(ctx: Context) -> None:
    ada, bo, cy = (f"per_{name}_{ctx.viewer.tenant}" for name in ("ada", "bo", "cy"))
    await noted(ctx, (ada, bo))

    async def work(turn: MergeTurn) -> None:
        await turn.note(cy, bo, NOON, "sam")
        raise KeyError

    with pytest.raises(KeyError):
        await ctx.stores.merges.in_turn(work)

    assert await ctx.stores.merges.of(cy) is None
