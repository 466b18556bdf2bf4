import asyncio

import pytest

from domain.identifiers import TenantId
from store.driver import Database, Document
from store.relay import Relay
from tests.builders import NOON


def a_box(tenant: TenantId, number: int, size: int = 3) -> Document:
    entries = [
        {"event_id": f"evt_{tenant}_{number}_{n}", "type": "ROLE_CREATED", "at": NOON}
        for n in range(size)
    ]
    return {"_id": f"role_{tenant}_{number}", "tenant": tenant, "outbox": entries}


async def events_of(database: Database, tenant: TenantId) -> list[Document]:
    cursor = database["events"].find({"tenant": tenant}, sort=[("position", 1)])
    return [event async for event in cursor]


async def test_what_was_left_behind_is_moved_in_the_order_it_was_written(
    database: Database, tenant: TenantId
) -> None:
    await database["roles"].insert_one(a_box(tenant, 1))

    assert await Relay(database, tenant).sweep() == 3

    moved = await events_of(database, tenant)
    assert [event["event_id"] for event in moved] == [f"evt_{tenant}_1_{n}" for n in range(3)]
    assert [event["position"] for event in moved] == [1, 2, 3]
    box = await database["roles"].find_one({"_id": f"role_{tenant}_1"})
    assert box is not None
    assert box["outbox"] == []


async def test_an_event_moved_already_is_not_moved_again(
    database: Database, tenant: TenantId
) -> None:
    await database["roles"].insert_one(a_box(tenant, 1))
    await Relay(database, tenant).sweep()
    left = {"$set": {"outbox": a_box(tenant, 1, 4)["outbox"]}}
    await database["roles"].update_one({"_id": f"role_{tenant}_1"}, left)

    await Relay(database, tenant).sweep()

    ids = [event["event_id"] for event in await events_of(database, tenant)]
    assert ids == [f"evt_{tenant}_1_{n}" for n in range(4)]


async def test_relays_at_once_leave_no_gap_and_no_double(
    database: Database, tenant: TenantId
) -> None:
    await database["roles"].insert_many([a_box(tenant, number) for number in range(60)])
    relays = [Relay(database, tenant) for _ in range(4)]

    await asyncio.gather(
        *(
            relay.forward("roles", [f"role_{tenant}_{n}" for n in range(start, 60, 7)])
            for start, relay in zip([0, 1, 2, 3, 0, 1, 2], relays * 2, strict=False)
        ),
        relays[0].sweep(),
        relays[3].sweep(),
    )

    moved = await events_of(database, tenant)
    assert [event["position"] for event in moved] == list(range(1, 181))
    assert len({event["event_id"] for event in moved}) == 180


@pytest.mark.parametrize("ticks", range(6))
async def test_what_a_cancelled_turn_left_behind_is_moved_by_those_who_waited(
    database: Database, tenant: TenantId, ticks: int
) -> None:
    await database["roles"].insert_many([a_box(tenant, number) for number in range(3)])
    relay = Relay(database, tenant)
    first, cancelled, waiting = (
        asyncio.ensure_future(relay.forward("roles", [f"role_{tenant}_{number}"]))
        for number in range(3)
    )

    await first
    for _ in range(ticks):
        await asyncio.sleep(0)
    cancelled.cancel()
    await asyncio.gather(cancelled, return_exceptions=True)
    await waiting

    assert len(await events_of(database, tenant)) == 9
    left = {"tenant": tenant, "outbox.0": {"$exists": True}}
    assert await database["roles"].count_documents(left) == 0


async def test_what_a_cancelled_turn_left_behind_is_moved_with_what_comes_next(
    database: Database, tenant: TenantId
) -> None:
    await database["roles"].insert_many([a_box(tenant, number) for number in range(2)])
    relay = Relay(database, tenant)
    cancelled = asyncio.ensure_future(relay.forward("roles", [f"role_{tenant}_0"]))
    await asyncio.sleep(0)
    cancelled.cancel()
    await asyncio.gather(cancelled, return_exceptions=True)
    assert await events_of(database, tenant) == []

    await relay.forward("roles", [f"role_{tenant}_1"])

    assert len(await events_of(database, tenant)) == 6


async def test_a_tenants_relay_leaves_other_tenants_alone(
    database: Database, tenant: TenantId
) -> None:
    stranger = TenantId(f"{tenant}-stranger")
    await database["roles"].insert_one(a_box(stranger, 1))

    await Relay(database, tenant).forward("roles", [f"role_{stranger}_1"])

    assert await events_of(database, tenant) == []
    assert await events_of(database, stranger) == []


async def test_the_boxes_of_new_documents_are_moved_without_being_read(
    database: Database, tenant: TenantId
) -> None:
    boxes = [a_box(tenant, number) for number in range(2)]
    await database["roles"].insert_many(boxes)

    await Relay(database, tenant).forward("roles", [], boxes)

    moved = await events_of(database, tenant)
    assert [event["position"] for event in moved] == [1, 2, 3, 4, 5, 6]
    assert await database["roles"].count_documents({"tenant": tenant, "outbox": []}) == 2


async def test_what_came_into_the_box_of_a_new_document_meanwhile_stays_behind_its_first_event(
    database: Database, tenant: TenantId
) -> None:
    made, changed = a_box(tenant, 1, 1), a_box(tenant, 1, 2)
    await database["roles"].insert_one(changed)
    ours, theirs = Relay(database, tenant), Relay(database, tenant)

    await asyncio.gather(
        ours.forward("roles", [], [made]), theirs.forward("roles", [changed["_id"]])
    )

    moved = [(event["position"], event["event_id"]) for event in await events_of(database, tenant)]
    assert moved == [(1, f"evt_{tenant}_1_0"), (2, f"evt_{tenant}_1_1")]


async def test_the_boxes_of_a_turn_that_was_broken_off_are_moved_with_what_comes_next(
    database: Database, tenant: TenantId
) -> None:
    boxes = [a_box(tenant, number) for number in range(2)]
    await database["roles"].insert_many(boxes)
    relay = Relay(database, tenant)
    cancelled = asyncio.ensure_future(relay.forward("roles", [], boxes[:1]))
    await asyncio.sleep(0)
    cancelled.cancel()
    await asyncio.gather(cancelled, return_exceptions=True)

    await relay.forward("roles", [], boxes[1:])

    assert len(await events_of(database, tenant)) == 6
