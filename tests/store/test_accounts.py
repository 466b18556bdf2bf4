import asyncio
from typing import Any

import pytest

from domain.hierarchy import Place
from domain.identifiers import TenantId
from store.accounts import AccountStore
from store.driver import Database
from store.records import Change
from store.relay import Relay
from store.transactions import OutOfTurn
from tests.store.test_records import an_event


@pytest.fixture
def accounts(database: Database, tenant: TenantId) -> AccountStore:
    return AccountStore(database, tenant, Relay(database, tenant))


def an_account(accounts: AccountStore, name: str, *ancestors: str) -> dict[str, Any]:
    chain = [own(accounts, each) for each in ancestors]
    return {"_id": own(accounts, name), "ancestor_ids": chain, "level": len(chain) + 1}


def own(accounts: AccountStore, name: str) -> str:
    return f"acc_{accounts.tenant}_{name}"


async def test_what_a_turn_writes_is_there_when_it_ends(accounts: AccountStore) -> None:
    async with accounts.in_turn() as mine:
        await mine.write([(an_account(accounts, "a"), [])], [])
        assert await mine.by_ids([own(accounts, "a")])
        assert not await accounts.by_ids([own(accounts, "a")])

    assert await accounts.by_ids([own(accounts, "a")])


async def test_a_turn_that_fails_leaves_nothing(accounts: AccountStore) -> None:
    async def turn() -> None:
        async with accounts.in_turn() as mine:
            await mine.write([(an_account(accounts, "a"), [])], [])
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        await turn()

    assert not await accounts.by_ids([own(accounts, "a")])


async def test_an_id_that_is_taken_ends_a_turn(accounts: AccountStore) -> None:
    await accounts.write([(an_account(accounts, "a"), [])], [])

    with pytest.raises(OutOfTurn):
        async with accounts.in_turn() as mine:
            await mine.write([(an_account(accounts, name), []) for name in "ab"], [])

    assert not await accounts.by_ids([own(accounts, "b")])


async def test_a_change_of_a_version_that_is_no_more_ends_a_turn(accounts: AccountStore) -> None:
    await accounts.write([(an_account(accounts, name), []) for name in "ab"], [])
    changes = [
        (own(accounts, "a"), 1, Change({"level": 7})),
        (own(accounts, "b"), 9, Change({"level": 7})),
    ]

    with pytest.raises(OutOfTurn):
        async with accounts.in_turn() as mine:
            await mine.write([], changes)

    stored = await accounts.by_ids([own(accounts, name) for name in "ab"])
    assert {document["level"] for document in stored.values()} == {1}


async def test_of_two_turns_at_once_one_has_to_be_tried_again(accounts: AccountStore) -> None:
    async def turn(name: str) -> bool:
        try:
            async with accounts.in_turn() as mine:
                await mine.write([(an_account(accounts, name), [])], [])
                await asyncio.sleep(0.2)
        except OutOfTurn:
            return False
        return True

    assert sorted(await asyncio.gather(turn("a"), turn("b"))) == [False, True]


async def test_the_events_of_a_turn_move_on_after_it(
    accounts: AccountStore, database: Database, tenant: TenantId
) -> None:
    id = own(accounts, "a")
    async with accounts.in_turn() as mine:
        stored = await mine.write([(an_account(accounts, "a"), [an_event(id, id)])], [])

    await accounts.forward(stored)

    assert await database["events"].count_documents({"tenant": tenant}) == 1
    assert (await accounts.by_ids([id], {"outbox": 1}))[id]["outbox"] == []


async def test_everything_below_is_found_at_any_distance(accounts: AccountStore) -> None:
    documents = [
        an_account(accounts, "top"),
        an_account(accounts, "low", "top"),
        an_account(accounts, "lowest", "top", "low"),
        an_account(accounts, "other"),
    ]
    await accounts.write([(document, []) for document in documents], [])

    assert await accounts.below([own(accounts, "top"), own(accounts, "other")]) == {
        own(accounts, "low"): [own(accounts, "top")],
        own(accounts, "lowest"): [own(accounts, "top"), own(accounts, "low")],
    }


async def test_a_new_place_is_no_new_version(accounts: AccountStore) -> None:
    id = own(accounts, "a")
    await accounts.write([(an_account(accounts, "a"), [])], [])

    await accounts.place({id: Place(["acc_x"], 2)})

    account = (await accounts.by_ids([id]))[id]
    assert (account["ancestor_ids"], account["level"], account["version"]) == (["acc_x"], 2, 1)


async def test_products_are_doubted_with_a_new_version(accounts: AccountStore) -> None:
    await accounts.write([(an_account(accounts, name), []) for name in "ab"], [])

    await accounts.doubt_products([own(accounts, "a")])

    assert await accounts.in_doubt(10) == [own(accounts, "a")]
    assert (await accounts.by_ids([own(accounts, "a")]))[own(accounts, "a")]["version"] == 2
