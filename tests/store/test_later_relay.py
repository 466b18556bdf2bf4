"""A relay that moves events behind the back of whoever stores."""

import asyncio
from typing import Any

import pytest

from domain.identifiers import TenantId
from store.driver import Database
from store.later_relay import LaterRelay
from store.relay import Relay
from tests.store.test_relay import a_box, events_of


async def test_what_was_forwarded_is_moved_in_order_once_it_has_settled(
    database: Database, tenant: TenantId
) -> None:
    boxes = [a_box(tenant, number) for number in range(5)]
    await database["roles"].insert_many(boxes)
    relay = LaterRelay(database, tenant)

    for box in boxes:
        await relay.forward("roles", [box["_id"]])
    await relay.settle()

    moved = await events_of(database, tenant)
    assert [each["event_id"] for each in moved] == [
        entry["event_id"] for box in boxes for entry in box["outbox"]
    ]


async def test_whoever_forwards_does_not_wait_for_the_events(
    database: Database, tenant: TenantId, monkeypatch: pytest.MonkeyPatch
) -> None:
    await database["roles"].insert_one(a_box(tenant, 1))
    may_move = asyncio.Event()
    forward = Relay.forward

    async def forward_later(self: Relay, *what: Any) -> None:
        await may_move.wait()
        await forward(self, *what)

    monkeypatch.setattr(Relay, "forward", forward_later)
    relay = LaterRelay(database, tenant)

    await relay.forward("roles", [a_box(tenant, 1)["_id"]])

    assert await events_of(database, tenant) == []
    may_move.set()
    await relay.settle()
    assert len(await events_of(database, tenant)) == 3


async def test_nothing_forwarded_is_settled_at_once(database: Database, tenant: TenantId) -> None:
    await LaterRelay(database, tenant).settle()
