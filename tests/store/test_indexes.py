from store.driver import Database
from store.indexes import INDEXES, ensure_indexes


async def test_no_index_is_unique_but_the_id(database: Database) -> None:
    for collection in await database.list_collection_names():
        indexes = await database[collection].index_information()
        assert not any(index.get("unique") for index in indexes.values()), collection


async def test_every_index_names_the_query_it_serves_and_begins_with_the_tenant() -> None:
    assert all(index.serves for index in INDEXES)
    assert {index.keys[0] for index in INDEXES} == {"tenant"}


async def test_indexes_are_made_once(database: Database) -> None:
    before = {name: await database[name].index_information() for name in ("events", "jobs")}

    await ensure_indexes(database)

    assert before == {name: await database[name].index_information() for name in before}
