import asyncio
from typing import Any

import pytest

from domain.events import Event, EventType
from domain.identifiers import EventId, TenantId
from store.driver import Database, Document
from store.queued import QueuedRecords, after
from store.records import Change, Changed, Missing
from store.relay import Relay
from tests.builders import NOON


class Counted(QueuedRecords):
    """Queued records that count how often they are saved."""

    saves = 0

    async def _save(self, id: str, version: int, change: Change) -> bool:
        self.saves += 1
        return await super()._save(id, version, change)


@pytest.fixture
async def records(database: Database, tenant: TenantId) -> Counted:
    records = Counted(database, "roles", tenant, Relay(database, tenant))
    await records.insert({"_id": f"role_{tenant}", "names": [], "count": 0})
    return records


def an_event(number: int, tenant: TenantId) -> Event:
    return Event(EventId(f"evt_{tenant}_{number}"), EventType.ROLE_CREATED, NOON, "sam", "role")


async def stored(records: QueuedRecords, id: str) -> Document:
    document = await records.one(id)
    assert document is not None
    return document


async def test_commands_that_wait_are_stored_together_in_their_order(
    records: Counted, tenant: TenantId
) -> None:
    id = f"role_{tenant}"

    def named(number: int) -> Any:
        def decide(document: Document) -> Change:
            place = len(document["names"])
            paths = {f"names.{place}": number, "count": document["count"] + 1}
            return Change(paths, (an_event(number, tenant),))

        return decide

    answers = await asyncio.gather(*(records.change(id, named(n)) for n in range(50)))

    document = await stored(records, id)
    assert (document["names"], document["count"]) == (list(range(50)), 50)
    assert records.saves < 10
    assert answers == [Changed(version) for version in range(2, 52)]
    assert document["version"] == 51
    events = records.collection.database["events"].find({"tenant": tenant}, sort=[("_id", 1)])
    assert [event["event_id"] async for event in events] == [
        f"evt_{tenant}_{number}" for number in range(50)
    ]


async def test_what_is_decided_behind_a_change_sees_its_version(
    records: QueuedRecords, tenant: TenantId
) -> None:
    id = f"role_{tenant}"

    answers = await asyncio.gather(
        records.change(id, lambda document: document["version"]),
        records.change(id, lambda _: Change({"count": 1})),
        records.change(id, lambda document: (document["version"], document["count"])),
        records.change(id, lambda _: Change({"count": 2})),
        records.change(id, lambda document: (document["version"], document["count"])),
    )

    assert answers == [1, Changed(2), (2, 1), Changed(3), (3, 2)]
    assert (await stored(records, id))["version"] == 3


async def test_two_processes_lose_no_command(
    records: QueuedRecords, database: Database, tenant: TenantId
) -> None:
    id = f"role_{tenant}"
    others = QueuedRecords(database, "roles", tenant, Relay(database, tenant))

    def more(document: Document) -> Change:
        return Change({"count": document["count"] + 1})

    await asyncio.gather(*((records, others)[n % 2].change(id, more) for n in range(60)))

    assert (await stored(records, id))["count"] == 60


async def test_each_gets_the_answer_to_their_own_question(
    records: QueuedRecords, tenant: TenantId
) -> None:
    id = f"role_{tenant}"

    def broken(document: Document) -> str:
        raise LookupError("a bug")

    answers = await asyncio.gather(
        records.change(id, lambda _: "no"),
        records.change(id, lambda _: Change({"count": 7})),
        records.change(id, broken),
        records.change(id, lambda document: document["count"]),
        records.change("role_nobody", lambda _: "no"),
        return_exceptions=True,
    )

    assert answers[:2] == ["no", Changed(2)]
    assert isinstance(answers[2], LookupError)
    assert answers[3:] == [7, Missing("role_nobody")]


async def test_who_is_cancelled_does_not_take_the_others_along(
    records: QueuedRecords, tenant: TenantId
) -> None:
    id = f"role_{tenant}"
    first = asyncio.create_task(records.change(id, lambda _: Change({"count": 1})))
    second = asyncio.create_task(records.change(id, lambda _: Change({"names": ["b"]})))
    await asyncio.sleep(0)

    first.cancel()
    answer = await second

    assert isinstance(answer, Changed)
    assert (await stored(records, id))["names"] == ["b"]


def test_a_change_in_memory_is_what_mongodb_would_do() -> None:
    document = {"members": [{"a": 1}, {"a": 2}], "folded": {"name": "x"}, "version": 3}

    changed = after(
        document, Change({"members.1": {"a": 9}, "members.2": {"a": 3}, "folded.status": "hot"})
    )

    assert changed == {
        "members": [{"a": 1}, {"a": 9}, {"a": 3}],
        "folded": {"name": "x", "status": "hot"},
        "version": 4,
    }
    assert document == {"members": [{"a": 1}, {"a": 2}], "folded": {"name": "x"}, "version": 3}
