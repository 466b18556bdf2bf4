import pytest
from pymongo import InsertOne
from pymongo.errors import BulkWriteError

from domain.identifiers import TenantId
from store.driver import Database, duplicates_of


async def the_error(database: Database, *ids: object) -> BulkWriteError:
    with pytest.raises(BulkWriteError) as raised:
        await database["roles"].bulk_write([InsertOne({"_id": id}) for id in ids], ordered=False)
    return raised.value


async def test_writes_whose_key_is_taken_are_named_by_their_places(
    database: Database, tenant: TenantId
) -> None:
    error = await the_error(database, f"{tenant} a", f"{tenant} b", f"{tenant} a", f"{tenant} b")

    assert duplicates_of(error) == {2, 3}


async def test_any_other_failure_is_raised(database: Database, tenant: TenantId) -> None:
    error = await the_error(database, f"{tenant} a", f"{tenant} a", ["a list is no key"])

    with pytest.raises(BulkWriteError) as raised:
        duplicates_of(error)
    assert raised.value is error


def test_so_is_a_write_that_no_majority_has_acknowledged() -> None:
    error = BulkWriteError({"writeErrors": [], "writeConcernErrors": [{"code": 64}]})

    with pytest.raises(BulkWriteError):
        duplicates_of(error)
