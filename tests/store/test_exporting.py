"""An export and what is restored from it are the same, whatever the tenant holds."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from bson import encode

from domain.identifiers import TenantId
from store.driver import Client, Database, Document, open_database
from store.exported_files import COLLECTIONS, HELD_BACK, LEFT_OUT
from store.exporting import exported
from store.indexes import INDEXES, ensure_indexes
from store.relay import OUTBOXES
from store.restoring import Restored, Sound, check, restore
from store.schema_version import SCHEMA_VERSION
from store.snapshots import SnapshotLost, long_history, snapshot
from tests.contexts import Clock, a_context
from tests.one_of_everything import ODD_ATTRIBUTES, ODD_NAME, one_of_everything
from tests.schema.operations import mutate, operate
from tests.worlds import a_buying_group, some_accounts

HOME = TenantId("home")
SEEN = """
{
  accounts { nodes { name annualRevenue opportunities { nodes { name } } } }
  buyingGroups { nodes {
    id name version completeness { score } engagement { score }
    members { nodes { person { name email } role { name } method } }
    removedMembers { nodes { person { name } } }
  } }
  events(first: 100) { totalCount nodes { position type at } }
  activities { nodes { type { name } attributes at person { name } } }
  jobs { nodes { kind status progress { done } } }
}
"""


async def _lines(database: Database, tenant: TenantId = HOME) -> list[bytes]:
    return [line async for line in exported(database, tenant, Clock()())]


async def _restored(database: Database, lines: list[bytes]) -> object:
    sound = check(lines)
    assert isinstance(sound, Sound), sound
    return await restore(database, sound, lines, Clock()())


@pytest.fixture(scope="module")
async def full(client: Client) -> AsyncIterator[Database]:
    """A database in which one tenant has something of everything, and another has something."""
    database = open_database(client, "quorum_tests_full")
    await ensure_indexes(database)
    await one_of_everything(a_context(database, HOME, Clock()))
    await some_accounts(a_context(database, TenantId("others"), Clock()), "Others")
    yield database
    await client.drop_database(database.name)


@pytest.fixture
async def empty(client: Client) -> AsyncIterator[Database]:
    database = open_database(client, "quorum_tests_empty")
    yield database
    await client.drop_database(database.name)


async def test_every_collection_is_exported_or_left_out_for_a_reason(full: Database) -> None:
    there = set(await full.list_collection_names())

    assert there <= {*COLLECTIONS, *LEFT_OUT}
    for name in COLLECTIONS:
        assert await full[name].count_documents({"tenant": HOME}) > 0, name
        assert await full[name].count_documents({"tenant": {"$exists": False}}) == 0, name


def test_every_collection_the_source_names_is_exported_or_left_out() -> None:
    source = "\n".join(file.read_text() for file in Path("store").glob("*.py"))
    named = set(re.findall(r'(?:database\[|NAME: Final = |\(database, )"([a-z_]+)"', source))
    named |= {index.collection for index in INDEXES} | set(OUTBOXES)

    named.discard("quorum")  # the replica set

    assert named <= {*COLLECTIONS, *LEFT_OUT}


async def test_every_stored_document_says_its_schema_version(full: Database) -> None:
    for name in COLLECTIONS:
        query = {"tenant": HOME, "schema_version": {"$ne": SCHEMA_VERSION}}
        assert await full[name].find_one(query) is None, name


async def test_an_export_of_what_was_restored_is_the_same_byte_for_byte(
    full: Database, empty: Database
) -> None:
    before = await _lines(full)

    restored = await _restored(empty, before)

    assert restored == Restored(len(before) - 2)
    after = await _lines(empty)
    assert sorted(after) == sorted(before)
    assert orjson.dumps(ODD_NAME) in b"".join(after)


async def test_every_type_is_restored_as_it_was_stored(full: Database, empty: Database) -> None:
    await _restored(empty, await _lines(full))

    for name in COLLECTIONS:
        before, after = await _documents(full, name), await _documents(empty, name)
        for document in before:
            for path in HELD_BACK.get(name, ()):
                del document[path]
        assert [encode(each) for each in after] == [encode(each) for each in before], name
    odd = await empty["activities"].find_one({"source_id": "1"})
    assert odd is not None
    assert encode(odd["attributes"]) == encode(ODD_ATTRIBUTES)


async def test_no_secret_is_exported_nor_kept_for_a_repeated_command(full: Database) -> None:
    (endpoint,) = await _documents(full, "webhook_endpoints")
    (secret,) = endpoint["secrets"]

    lines = await _lines(full)

    assert secret["secret"].startswith("whsec_")
    assert b"whsec_" not in b"".join(lines)


async def test_another_tenants_data_is_not_exported(full: Database) -> None:
    lines = await _lines(full)

    assert not any(b"Others" in line for line in lines)
    assert orjson.loads(lines[0])["tenant"] == HOME


async def test_clients_see_the_same_and_work_goes_on_after_a_restore(
    full: Database, empty: Database
) -> None:
    await ensure_indexes(empty)
    await _restored(empty, await _lines(full))
    there, here = (a_context(database, HOME, Clock()) for database in (full, empty))

    assert await operate(here, SEEN) == await operate(there, SEEN)

    waiting = await here.stores.relay.sweep()
    ids = await some_accounts(here, "Delta")
    interest = await here.stores.solution_interests.all({"_id": 1})
    await a_buying_group(here, ids["Delta"], interest[0]["_id"])
    again = await mutate(
        here,
        "createRole",
        "... on CreateRoleSuccess { role { name } }",
        name="Sponsor",
        idempotencyKey="once",
    )
    known = await there.stores.accounts.found({"name": "Acme"}, {"_id": 1})
    repeated = await some_accounts(here, "Acme")

    positions = [each["position"] for each in await _documents(empty, "events")]
    assert waiting == 1
    assert positions == list(range(1, len(positions) + 1))
    assert again == {"__typename": "CreateRoleSuccess", "role": {"name": "Sponsor"}}
    assert [{"_id": repeated["Acme"]}] == known


async def test_what_is_written_during_an_export_is_not_in_it(
    full: Database, empty: Database
) -> None:
    await _restored(empty, await _lines(full))
    ctx = a_context(empty, HOME, Clock())
    undisturbed = await _lines(empty)

    disturbed: list[bytes] = []
    async for line in exported(empty, HOME, ctx.now()):
        disturbed.append(line)
        if len(disturbed) == 2:
            await some_accounts(ctx, "Late")
            await empty["events"].delete_many({"tenant": HOME, "position": {"$gt": 5}})

    assert disturbed == undisturbed
    assert len(await _lines(empty)) != len(undisturbed)


async def test_a_moment_that_mongodb_does_not_keep_is_told(empty: Database) -> None:
    await empty["tenants"].insert_one({"_id": "home", "tenant": "home"})
    window = "minSnapshotHistoryWindowInSeconds"
    kept = await empty.client.admin.command({"getParameter": 1, window: 1})
    await empty.client.admin.command({"setParameter": 1, window: 0})

    async def read_for_long() -> None:
        async with snapshot(empty) as session:
            for number in range(1_000):
                await empty["tenants"].find_one({"_id": "home"}, session=session)
                await empty["accounts"].insert_one({"_id": str(number)})

    try:
        with pytest.raises(SnapshotLost):
            await read_for_long()
    finally:
        await empty.client.admin.command({"setParameter": 1, window: kept[window]})


async def test_a_mongodb_keeps_its_moments_for_longer_while_it_is_asked_to(client: Client) -> None:
    async def kept() -> Any:
        name = "minSnapshotHistoryWindowInSeconds"
        return (await client.admin.command({"getParameter": 1, name: 1}))[name]

    before = await kept()
    async with long_history(client):
        during = timedelta(seconds=await kept())

    assert during == timedelta(days=1)
    assert await kept() == before


async def _documents(database: Database, name: str) -> list[Document]:
    return await database[name].find({"tenant": HOME}, sort=[("_id", 1)]).to_list(None)
