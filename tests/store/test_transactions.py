import asyncio

import pytest
from pymongo.asynchronous.client_session import AsyncClientSession

from domain.identifiers import TenantId
from store.driver import Database
from store.transactions import OutOfTurn, in_transaction, transaction


async def count(database: Database, tenant: TenantId, session: AsyncClientSession) -> None:
    counter = database["hierarchies"]
    await counter.update_one({"_id": tenant}, {"$inc": {"revision": 1}}, session=session)


async def counted(database: Database, tenant: TenantId) -> int:
    stored = await database["hierarchies"].find_one({"_id": tenant})
    assert stored is not None
    return int(stored["revision"])


@pytest.fixture(autouse=True)
async def counter(database: Database, tenant: TenantId) -> None:
    await database["hierarchies"].insert_one({"_id": tenant, "revision": 0})


async def test_what_is_in_the_way_of_others_is_done_once_all_the_same(
    database: Database, tenant: TenantId
) -> None:
    async def work(session: AsyncClientSession) -> str:
        await count(database, tenant, session)
        return "done"

    answers = await asyncio.gather(*(in_transaction(database, work) for _ in range(12)))

    assert answers == ["done"] * 12
    assert await counted(database, tenant) == 12


async def test_at_the_deadline_nothing_is_stored(
    database: Database, tenant: TenantId, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("store.transactions._DEADLINE_SECONDS", 0.1)

    async def work(session: AsyncClientSession) -> None:
        await count(database, tenant, session)

    async with transaction(database) as session:
        await count(database, tenant, session)
        with pytest.raises(OutOfTurn):
            await in_transaction(database, work)

    assert await counted(database, tenant) == 1


async def test_an_error_leaves_nothing_and_is_not_tried_again(
    database: Database, tenant: TenantId
) -> None:
    tries = 0

    async def work(session: AsyncClientSession) -> None:
        nonlocal tries
        tries += 1
        await count(database, tenant, session)
        raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        await in_transaction(database, work)

    assert tries == 1
    assert await counted(database, tenant) == 0


async def test_who_is_cancelled_leaves_nothing(database: Database, tenant: TenantId) -> None:
    has_counted = asyncio.Event()

    async def work(session: AsyncClientSession) -> None:
        await count(database, tenant, session)
        has_counted.set()
        await asyncio.Event().wait()

    task = asyncio.ensure_future(in_transaction(database, work))
    await has_counted.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)

    async with transaction(database) as session:
        await count(database, tenant, session)
    assert await counted(database, tenant) == 1
