import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, aclosing, asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest

from domain.identifiers import TenantId
from store.driver import Database
from store.event_feed import EventFeed
from store.event_tails import HELD, Batch
from store.relay import event_key
from store.wanted_events import EVERY_EVENT, Wanted, wanted

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
SOON = 20
"""Seconds: by then everything has come, however slow the machine is."""


async def add(database: Database, tenant: TenantId, positions: Sequence[int], **more: Any) -> None:
    """Append events as the relay does, of two groups in turn."""
    await database["events"].insert_many(
        [
            {
                "_id": event_key(tenant, position),
                "tenant": tenant,
                "position": position,
                "event_id": f"{tenant}-{position}",
                "type": "MEMBERSHIP_CHANGED",
                "at": NOON,
                "buying_group_id": f"bg_{position % 2}",
                "after": {"stage_id": f"stg_{position % 5}"},
                **more,
            }
            for position in positions
        ]
    )


@asynccontextmanager
async def prompt(feed: EventFeed) -> AsyncIterator[EventFeed]:
    task = asyncio.create_task(feed.run())
    try:
        yield feed
    finally:
        task.cancel()
        await asyncio.wait([task])


def following(
    feed: EventFeed, tenant: TenantId, position: int = 0, asked: Wanted = EVERY_EVENT
) -> AbstractAsyncContextManager[AsyncIterator[Batch]]:
    return aclosing(feed.after(tenant, position, asked))


async def positions(batches: AsyncIterator[Batch], count: int) -> list[int]:
    """The positions of the next so many events."""
    found: list[int] = []
    async with asyncio.timeout(SOON):
        while len(found) < count:
            batch = await anext(batches)
            found += [event["position"] for event in batch.events]
    return found


async def test_a_reader_gets_what_is_there_and_then_what_comes(
    database: Database, tenant: TenantId
) -> None:
    await add(database, tenant, range(1, 251))
    await add(database, TenantId(f"{tenant}-other"), range(1, 4))

    async with prompt(EventFeed(database)) as feed, following(feed, tenant, 2) as batches:
        first = await anext(batches)
        before = await positions(batches, 148)
        await add(database, tenant, [251])
        await add(database, tenant, [252, 253])
        after = await positions(batches, 3)

    assert [event["position"] for event in first.events] == list(range(3, 103))
    assert first.position == 102
    assert before == list(range(103, 251))
    assert after == [251, 252, 253]


async def change_streams(database: Database) -> set[int]:
    """The cursors of the change streams that are open on the deployment."""
    stages = [
        {"$currentOp": {"idleCursors": True}},
        {"$match": {"cursor.originatingCommand.pipeline.0.$changeStream": {"$exists": True}}},
    ]
    command = {"aggregate": 1, "pipeline": stages, "cursor": {}}
    answer = await database.client.admin.command(command)
    return {operation["cursor"]["cursorId"] for operation in answer["cursor"]["firstBatch"]}


async def test_one_change_stream_wakes_however_many_readers_and_is_opened_anew_when_it_is_lost(
    database: Database, tenant: TenantId
) -> None:
    of_others = await change_streams(database)  # that has not noticed that its reader is gone
    async with prompt(EventFeed(database)) as feed, AsyncExitStack() as stack:
        readers = [await stack.enter_async_context(following(feed, tenant)) for _ in range(20)]
        waiting = [asyncio.create_task(positions(reader, 1)) for reader in readers]
        opened: set[int] = set()
        async with asyncio.timeout(SOON):
            while not opened:
                await asyncio.sleep(0.2)
                opened = await change_streams(database) - of_others
        await add(database, tenant, [1])
        first = await asyncio.gather(*waiting)

        await database.command({"killCursors": "$cmd.aggregate", "cursors": list(opened)})
        await add(database, tenant, [2])
        second = await asyncio.gather(*(positions(reader, 1) for reader in readers))

    assert len(opened) == 1
    assert first == [[1]] * 20
    assert second == [[2]] * 20


async def test_nothing_depends_on_being_woken(database: Database, tenant: TenantId) -> None:
    async with following(EventFeed(database), tenant) as batches:
        waiting = asyncio.create_task(positions(batches, 1))
        await asyncio.sleep(0.2)
        await add(database, tenant, [1])

        assert await waiting == [1]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        pytest.param(
            wanted(("buying_group_id", ["bg_1"]), ("type", None)), range(1, 700, 2), id="a path"
        ),
        pytest.param(
            wanted((("before.stage_id", "after.stage_id"), ["stg_3"])), range(3, 700, 5), id="two"
        ),
        pytest.param(
            wanted(("buying_group_id", ["bg_1"]), ("after.stage_id", ["stg_0"])),
            range(5, 700, 10),
            id="all of it holds",
        ),
    ],
)
async def test_what_is_wanted_is_the_same_whether_it_is_found_in_the_log_or_has_just_come(
    database: Database, tenant: TenantId, asked: Wanted, expected: range
) -> None:
    expected_of_log = [position for position in expected if position <= 300]
    expected_of_tail = [position for position in expected if position > 300]
    await add(database, tenant, range(1, 301))

    async with prompt(EventFeed(database)) as feed, following(feed, tenant, 0, asked) as batches:
        of_log = await positions(batches, len(expected_of_log))
        await add(database, tenant, range(301, 700))
        of_tail = await positions(batches, len(expected_of_tail))

    assert of_log == expected_of_log
    assert of_tail == expected_of_tail


async def test_who_falls_behind_what_is_held_reads_the_log(
    database: Database, tenant: TenantId
) -> None:
    count = 3 * HELD

    async with (
        prompt(EventFeed(database)) as feed,
        following(feed, tenant) as reader,
        following(feed, tenant) as late_reader,
    ):
        await add(database, tenant, [1])
        assert await positions(late_reader, 1) == [1]
        for start in range(2, count, HELD):
            part = range(start, min(start + HELD, count + 1))
            await add(database, tenant, part)
            await positions(reader, len(part))

        assert await positions(late_reader, count - 1) == list(range(2, count + 1))


async def test_what_was_read_before_an_erasure_is_held_no_longer(
    database: Database, tenant: TenantId
) -> None:
    async with prompt(EventFeed(database)) as feed, following(feed, tenant) as reader:
        await add(database, tenant, [1, 2], personal={"reason": "She said so"})
        assert await positions(reader, 2) == [1, 2]
        await add(database, tenant, [3], type="PERSON_ERASED")
        assert await positions(reader, 1) == [3]
        of_her = {"tenant": tenant, "position": {"$lt": 3}}
        await database["events"].update_many(of_her, {"$unset": {"personal": ""}})

        async with following(feed, tenant) as later:
            told = [event for event in (await anext(later)).events if "personal" in event]

    assert told == []
