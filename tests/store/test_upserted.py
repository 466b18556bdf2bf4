import pytest

from domain.identifiers import TenantId
from store.driver import Database, close, open_client, open_database
from store.records import Change
from store.relay import Relay
from store.upserted import UpsertedRecords
from tests.recorder import Recorder
from tests.store.test_records import an_event


@pytest.fixture
def people(database: Database, tenant: TenantId) -> UpsertedRecords:
    return UpsertedRecords(database, "people", tenant, Relay(database, tenant))


def own(people: UpsertedRecords, name: str) -> str:
    return f"per_{people.tenant}_{name}"


async def names(people: UpsertedRecords, *keys: str) -> list[str]:
    found = await people.by_ids(own(people, key) for key in keys)
    return [found[own(people, key)]["name"] for key in keys if own(people, key) in found]


async def test_new_documents_and_changes_are_stored_together(people: UpsertedRecords) -> None:
    a, b = own(people, "a"), own(people, "b")
    await people.write([({"_id": a, "name": "Ada"}, [])], [])

    stored = await people.write(
        [({"_id": b, "name": "Bo"}, [an_event(b, b)])],
        [(a, 1, Change({"name": "Countess"}, (an_event(a, a),)))],
    )

    assert stored == {a, b}
    assert await names(people, "a", "b") == ["Countess", "Bo"]


async def test_what_lost_a_race_is_left_out_and_the_rest_is_stored(
    people: UpsertedRecords,
) -> None:
    a, b, c = (own(people, key) for key in "abc")
    await people.write([({"_id": id, "name": id[-1]}, []) for id in (a, b)], [])

    stored = await people.write(
        [({"_id": a, "name": "taken"}, []), ({"_id": c, "name": "new"}, [])],
        [
            (a, 9, Change({"name": "late"}, (an_event("late", a),))),
            (b, 1, Change({"name": "changed"}, (an_event("changed", b),))),
        ],
    )

    assert stored == {b, c}
    assert await names(people, "a", "b", "c") == ["a", "changed", "new"]


async def test_a_change_can_take_paths_away(people: UpsertedRecords) -> None:
    a = own(people, "a")
    await people.write([({"_id": a, "name": "Ada", "keys": {"crm": "1", "erp": "2"}}, [])], [])

    await people.write([], [(a, 1, Change({}, (an_event("gone", a),), ("keys.crm",)))])

    document = (await people.by_ids([a]))[a]
    assert document["keys"] == {"erp": "2"}
    assert document["version"] == 2


async def test_nothing_is_sent_about_nothing(people: UpsertedRecords) -> None:
    assert await people.write([], []) == set()
    assert await people.by_ids([]) == {}


async def test_whatever_is_found_by_id_is_found_in_no_index_it_could_move_in(
    mongodb_uri: str, tenant: TenantId
) -> None:
    recorder = Recorder()
    client = open_client(mongodb_uri, listeners=[recorder])
    database = open_database(client, "quorum_tests")
    people = UpsertedRecords(database, "people", tenant, Relay(database, tenant))
    a, b = own(people, "a"), own(people, "b")
    await people.write([({"_id": id}, [an_event(id, id)]) for id in (a, b)], [])

    await people.write([], [(a, 9, Change({}, (an_event("late", a),))), (b, 1, Change({}))])
    await people.change(a, lambda _: Change({"name": "Ada"}, (an_event("named", a),)))
    await people.by_ids([a, b])
    await close(client)

    sent = [command for command in recorder.sent if "people" in command.values()]
    finds = [c["hint"] for c in sent if "_id" in c.get("filter", ())]
    updates = [u["hint"] for c in sent for u in c.get("updates", ()) if "_id" in u["q"]]
    assert len(finds) == 3
    assert len(updates) == 5
    assert all(hint == {"_id": 1} for hint in (*finds, *updates))
