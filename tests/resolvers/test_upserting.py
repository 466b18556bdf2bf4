"""What holds of every upsert, however many run at once and wherever one ends."""

import asyncio
import random
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from domain.accounts import AccountItem
from domain.identities import Identity, OutsideKey, Reference, carried
from domain.people import PersonItem
from domain.upserting import Applied, OwnedByAnother
from execution.context import Context
from resolvers.accounts import upsert_accounts
from resolvers.people import upsert_people
from store.driver import Database
from tests.contexts import Clock, a_context
from tests.killing import EVERY_POINT

WRITERS = 6


def some_people(chance: random.Random, count: int = 25) -> list[PersonItem]:
    """People who fight for a few addresses and keys."""
    return [
        PersonItem(
            fields={
                "email": f"p{chance.randrange(12)}@x.example",
                "job_title": str(chance.randrange(100)),
            },
            keys=[OutsideKey("crm", str(chance.randrange(12)))] if chance.random() < 0.7 else [],
        )
        for _ in range(count)
    ]


def some_accounts(chance: random.Random, count: int = 10) -> list[AccountItem]:
    """Accounts that are put below each other at random."""
    return [
        AccountItem(
            fields={"name": "A"},
            keys=[OutsideKey("crm", str(chance.randrange(8)))],
            parent=Reference(key=OutsideKey("crm", str(chance.randrange(8)))),
        )
        for _ in range(count)
    ]


async def owners(ctx: Context) -> dict[Identity, str]:
    """Every identity that people carry, with the person; fails when two carry the same."""
    people = await ctx.stores.people.found({})
    carriers = [(identity, p["_id"]) for p in people for identity in carried("person", p)]
    twice = [each for each, n in Counter(identity for identity, _ in carriers).items() if n > 1]
    assert twice == []
    return dict(carriers)


async def check_people(ctx: Context) -> None:
    carriers = await owners(ctx)
    claims = await ctx.stores.identities.find(carriers, ctx.now())
    assert {identity: claim.owner for identity, claim in claims.items()} == carriers


async def check_accounts(ctx: Context) -> None:
    """Every account stands where its parent is, and none above itself."""
    accounts: dict[str, dict[str, Any]] = {a["_id"]: a for a in await ctx.stores.accounts.found({})}
    for account in accounts.values():
        parent = account["parent_id"]
        above = [*accounts[parent]["ancestor_ids"], parent] if parent else []
        assert account["ancestor_ids"] == above
        assert account["level"] == len(above) + 1
        assert account["_id"] not in above


@pytest.mark.parametrize("seed", range(4))
async def test_no_identity_is_ever_carried_by_two(
    database: Database, ctx: Context, clock: Clock, seed: int
) -> None:
    chance = random.Random(seed)
    writers = [a_context(database, ctx.viewer.tenant, clock) for _ in range(WRITERS)]

    answers = await asyncio.gather(*(upsert_people(w, some_people(chance)) for w in writers))

    outcomes = [o for answer in answers if isinstance(answer, list) for o in answer]
    assert len(outcomes) == 25 * WRITERS
    refused = {o.owner for o in outcomes if isinstance(o, OwnedByAnother)}
    assert set(await ctx.stores.people.by_ids(refused)) == refused
    assert not [o for o in outcomes if not isinstance(o, (Applied, OwnedByAnother))]
    await check_people(ctx)


@pytest.mark.parametrize("seed", range(4 if EVERY_POINT else 2))
async def test_what_ends_anywhere_leaves_no_identity_with_two_and_can_be_repeated(
    database: Database, ctx: Context, clock: Clock, seed: int
) -> None:
    chance = random.Random(seed)
    everything: list[PersonItem] = []
    for _ in range(3):
        calls = []
        for _ in range(WRITERS):
            items = some_people(chance, 10)
            everything += items
            writer = a_context(database, ctx.viewer.tenant, clock)
            calls.append(asyncio.ensure_future(upsert_people(writer, items)))
        for call in calls:
            await asyncio.sleep(chance.uniform(0, 0.01))
            call.cancel()
        await asyncio.gather(*calls, return_exceptions=True)
        await owners(ctx)

    clock.forward(timedelta(seconds=61))
    for start in range(0, len(everything), 5):
        await upsert_people(ctx, everything[start : start + 5])
    again = await upsert_people(ctx, [PersonItem(fields={"email": "new@x.example"})])

    await check_people(ctx)
    assert isinstance(again, list)
    assert isinstance(again[0], Applied)


@pytest.mark.parametrize("seed", range(4))
async def test_the_hierarchy_is_whole_after_any_calls_at_once_even_if_some_end_early(
    database: Database, ctx: Context, clock: Clock, seed: int
) -> None:
    chance = random.Random(seed)
    await upsert_accounts(
        ctx, [AccountItem(fields={"name": "A"}, keys=[OutsideKey("crm", str(n))]) for n in range(8)]
    )
    writers = [a_context(database, ctx.viewer.tenant, clock) for _ in range(WRITERS)]

    calls = [asyncio.ensure_future(upsert_accounts(w, some_accounts(chance))) for w in writers]
    await asyncio.sleep(chance.uniform(0, 0.05))
    for call in calls[::3]:
        call.cancel()
    await asyncio.gather(*calls, return_exceptions=True)

    await check_accounts(ctx)
