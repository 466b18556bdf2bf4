import asyncio

import pytest

from domain.events import Event, EventType
from domain.identifiers import EventId, TenantId
from domain.identities import Identity
from store.driver import Database, Document
from store.event_documents import to_document
from store.identities import IdentityStore
from store.records import Change, Changed, Missing, Records
from store.relay import Relay
from store.schema_version import SCHEMA_VERSION
from tests.builders import NOON


def an_event(id: str, subject: str = "role_1") -> Event:
    return Event(EventId(f"evt_{id}"), EventType.ROLE_CREATED, NOON, "sam", subject)


@pytest.fixture
def records(database: Database, tenant: TenantId) -> Records:
    return Records(database, "roles", tenant, Relay(database, tenant))


def own(tenant: TenantId, name: str) -> str:
    return f"role_{tenant}_{name}"


async def test_a_new_document_begins_at_version_one_with_its_events_moved(
    records: Records, database: Database, tenant: TenantId
) -> None:
    id = own(tenant, "a")

    assert await records.insert({"_id": id, "name": "A"}, [an_event(id)])

    assert await records.one(id) == {
        "_id": id,
        "name": "A",
        "tenant": tenant,
        "version": 1,
        "schema_version": SCHEMA_VERSION,
        "outbox": [],
    }
    event = await database["events"].find_one({"tenant": tenant})
    assert event == {
        "_id": f"{tenant}:0000000000000001",
        "tenant": tenant,
        "position": 1,
        "schema_version": SCHEMA_VERSION,
        **to_document(an_event(id)),
    }


async def test_an_id_that_is_taken_is_not_stored_again(records: Records, tenant: TenantId) -> None:
    id = own(tenant, "a")
    await records.insert({"_id": id, "name": "first"})

    assert not await records.insert({"_id": id, "name": "second"})
    stored = await records.insert_many([({"_id": id}, []), ({"_id": own(tenant, "b")}, [])])

    assert stored == {own(tenant, "b")}
    assert (await records.by_ids([id]))[id]["name"] == "first"


async def test_a_change_sets_only_its_paths_and_raises_the_version(
    records: Records, tenant: TenantId
) -> None:
    id = own(tenant, "a")
    await records.insert({"_id": id, "name": "A", "score": {"raw": 5}})

    answer = await records.change(id, lambda d: Change({"name": d["name"] + "!"}, (an_event(id),)))

    assert answer == Changed(2)
    document = await records.one(id)
    assert document is not None
    assert (document["name"], document["score"], document["version"]) == ("A!", {"raw": 5}, 2)


async def test_a_decision_that_is_no_change_is_the_answer_and_stores_nothing(
    records: Records, tenant: TenantId
) -> None:
    id = own(tenant, "a")
    await records.insert({"_id": id})

    assert await records.change(id, lambda _: "no") == "no"
    assert await records.change("role_nobody", lambda _: "no") == Missing("role_nobody")

    document = await records.one(id)
    assert document is not None
    assert document["version"] == 1


async def test_another_tenants_document_is_not_there(
    records: Records, database: Database, tenant: TenantId
) -> None:
    id = own(tenant, "a")
    await records.insert({"_id": id})
    stranger = TenantId(f"{tenant}-stranger")
    others = Records(database, "roles", stranger, Relay(database, stranger))

    assert await others.one(id) is None
    assert await others.by_ids([id]) == {}
    assert await others.change(id, lambda _: Change({"name": "mine"})) == Missing(id)


async def test_changes_at_once_are_all_in_the_end_state(records: Records, tenant: TenantId) -> None:
    id = own(tenant, "a")
    await records.insert({"_id": id, "count": 0})

    def more(document: Document) -> Change:
        return Change({"count": document["count"] + 1})

    answers = await asyncio.gather(*(records.change(id, more) for _ in range(20)))

    document = await records.one(id)
    assert document is not None
    assert document["count"] == 20
    assert {answer.version for answer in answers if isinstance(answer, Changed)} == set(
        range(2, 22)
    )


async def test_a_removed_document_leaves_its_event(
    records: Records, database: Database, tenant: TenantId
) -> None:
    id = own(tenant, "a")
    tenants = Records(database, "tenants", tenant, Relay(database, tenant))
    await tenants.insert({"_id": tenant})
    await records.insert({"_id": id}, [an_event("made")])

    name = Identity("role.name", "a")
    identities = IdentityStore(database, tenant)
    await identities.claim(name.namespace, name.value, id)

    assert not await records.remove(id, 7, an_event("gone"), name)
    assert await records.one(id) is not None
    assert await identities.claim(name.namespace, name.value, "role_other") == id
    assert await records.remove(id, 1, an_event("gone"), name)

    assert await records.one(id) is None
    assert await identities.claim(name.namespace, name.value, "role_other") == "role_other"
    events = database["events"].find({"tenant": tenant}, sort=[("position", 1)])
    assert [event["event_id"] async for event in events] == ["evt_made", "evt_gone"]
