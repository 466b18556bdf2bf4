"""The deliverer finds what is to be told by itself, is woken by events, and ends in order."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from domain.identifiers import TenantId
from domain.webhook_schedule import Answer
from execution.context import Context
from jobs import webhook_deliverer, webhook_telling
from jobs.webhook_deliverer import deliver
from jobs.webhook_sending import Sender
from jobs.webhook_telling import Telling
from resolvers import webhook_deliveries
from store.driver import Database, Document
from tests.contexts import Clock, a_context
from tests.jobs.test_webhook_telling import an_endpoint, deliveries, happen, stored
from tests.webhook_receiver import Receiver, a_receiver

PATIENCE_SECONDS = 20.0


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with a_receiver() as receiver:
        yield receiver


async def until_got(receiver: Receiver, count: int) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            if len(receiver.got) >= count:
                return
            await asyncio.sleep(0.01)


async def test_a_deliverer_is_woken_survives_failures_and_ends_what_is_under_way(
    ctx: Context, receiver: Receiver
) -> None:
    endpoint = await an_endpoint(ctx, receiver)
    rounds = 0

    async def contexts() -> list[Context]:
        nonlocal rounds
        rounds += 1
        if rounds == 1:
            raise OSError("no such thing today")
        return [replace(ctx)]

    sender = Sender(allow_private=True)
    telling = Telling("worker", sender, lambda: 0.0)
    delivering = asyncio.create_task(deliver(contexts, telling, log_days=30, pause=0.2))
    test = await webhook_deliveries.send_test_webhook(ctx, endpoint)
    await until_got(receiver, 1)
    await happen(ctx, "bg_1", "bg_2")
    await until_got(receiver, 3)

    receiver.delay = 0.3
    await happen(ctx, "bg_1", "bg_1")
    await until_got(receiver, 4)
    telling.ending.set()
    await asyncio.wait_for(delivering, PATIENCE_SECONDS)
    await sender.close()

    assert receiver.ids[0] == test
    states = [each["state"] for each in await deliveries(ctx, endpoint)]
    assert states == ["delivered"] * 4 + ["pending"]
    assert (len(receiver.got), (await stored(ctx, endpoint))["lease"]) == (4, None)


async def test_a_deliverer_that_is_cut_off_lets_go_of_its_endpoints(
    ctx: Context, receiver: Receiver
) -> None:
    endpoint = await an_endpoint(ctx, receiver)
    receiver.delay = 0.2
    await happen(ctx, "bg_1")

    async def contexts() -> list[Context]:
        return [ctx]

    sender = Sender(allow_private=True)
    telling = Telling("worker", sender, lambda: 0.0)
    delivering = asyncio.create_task(deliver(contexts, telling, log_days=30, pause=0.1))
    await until_got(receiver, 1)
    delivering.cancel()
    await asyncio.gather(delivering, return_exceptions=True)
    await sender.close()

    (made,) = await deliveries(ctx, endpoint)
    assert (made["state"], (await stored(ctx, endpoint))["lease"]) == ("delivered", None)


async def test_after_an_error_that_nobody_expected_an_endpoint_is_left_alone_for_a_while(
    ctx: Context, receiver: Receiver
) -> None:
    sent = 0
    has_sent = asyncio.Event()

    class Broken(Sender):
        async def send(self, *message: Any) -> Answer:
            nonlocal sent
            sent += 1
            has_sent.set()
            raise LookupError("no such thing")

    await an_endpoint(ctx, receiver)
    await happen(ctx, "bg_1")

    async def contexts() -> list[Context]:
        return [ctx]

    telling = Telling("worker", Broken(), lambda: 0.0)
    delivering = asyncio.create_task(deliver(contexts, telling, log_days=30, pause=0.05))
    await asyncio.wait_for(has_sent.wait(), PATIENCE_SECONDS)
    await asyncio.sleep(0.3)
    telling.ending.set()
    await asyncio.wait_for(delivering, 2)

    assert sent == 1


async def test_whoever_was_told_last_comes_last_where_there_is_no_room_for_all(
    database: Database,
    tenant: TenantId,
    clock: Clock,
    receiver: Receiver,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(webhook_deliverer, "ENDPOINTS_AT_ONCE", 1)
    monkeypatch.setattr(webhook_telling, "TURN_SECONDS", 0.05)
    receiver.delay = 0.02
    both = [a_context(database, TenantId(f"{tenant}-{number}"), clock) for number in range(2)]
    for ctx in both:
        for name in ("One", "Two"):
            await an_endpoint(ctx, receiver, name)
        await happen(ctx, *["bg_1"] * 100)

    async def contexts() -> list[Context]:
        return both

    sender = Sender(allow_private=True)
    telling = Telling("worker", sender, lambda: 0.0)
    delivering = asyncio.create_task(deliver(contexts, telling, log_days=30, pause=0.05))
    await until_got(receiver, 40)
    telling.ending.set()
    await asyncio.wait_for(delivering, PATIENCE_SECONDS)
    await sender.close()

    logs = [each for ctx in both for each in await all_deliveries(ctx)]
    told = {each["endpoint_id"] for each in logs if each["state"] == "delivered"}
    assert len(told) == 4


async def all_deliveries(ctx: Context) -> list[Document]:
    found = ctx.stores.webhook_deliveries.collection.find({"tenant": ctx.viewer.tenant})
    return [document async for document in found]
