import asyncio
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from domain.identifiers import TenantId
from domain.identities import Identity
from store import joint_writes
from store.driver import Database, Document
from store.joint_writes import Gone, Held, Made, Renaming, Whole
from store.records import Change, Changed, Missing, Records
from store.stores import Stores
from store.unique_names import Taken

AT = datetime(2026, 5, 4, tzinfo=UTC)


@pytest.fixture
def stores(database: Database, tenant: TenantId) -> Stores:
    return Stores(database, tenant)


@pytest.fixture
def roles(stores: Stores) -> Records:
    return stores.roles


def id_of(roles: Records, name: str) -> str:
    """An id of the tenant's own: ids are the same to all tenants."""
    return f"role_{name}_{roles.tenant}"


def named(name: str) -> Identity:
    return Identity("role.name", name)


async def made(
    roles: Records,
    name: str,
    *held: Held,
    id: str | None = None,
    check: Callable[[Whole], str | None] | None = None,
) -> object:
    return await joint_writes.create(
        roles,
        id or id_of(roles, name),
        named(name),
        AT,
        lambda own: ({"_id": own, "name": name}, ()),
        held=held,
        check=check,
    )


async def owner(stores: Stores, name: str) -> str:
    return await stores.identities.claim("role.name", name, "nobody")


async def test_a_name_and_what_it_names_are_stored_together(stores: Stores, roles: Records) -> None:
    one = id_of(roles, "one")

    assert await made(roles, "one") == Made(one)
    assert await made(roles, "one", id=id_of(roles, "other")) == Taken(one)

    assert await owner(stores, "one") == one
    assert await roles.count() == 1


async def test_what_was_claimed_and_never_written_is_written_under_the_claimed_id(
    stores: Stores, roles: Records
) -> None:
    claimed = id_of(roles, "dead")
    await stores.identities.claim("role.name", "one", claimed)

    assert await made(roles, "one") == Made(claimed)


async def test_nothing_is_stored_that_refers_to_what_is_gone(
    stores: Stores, roles: Records
) -> None:
    await made(roles, "one")
    there = Held("roles", frozenset({id_of(roles, "one")}))
    gone = Held("roles", frozenset({id_of(roles, "one"), id_of(roles, "nine")}))

    assert await made(roles, "two", there) == Made(id_of(roles, "two"))
    assert await made(roles, "three", there, gone) == Gone()
    assert await roles.count() == 2
    assert await owner(stores, "three") == "nobody"


async def test_a_check_sees_all_there_are_and_what_it_refuses_leaves_nothing(
    stores: Stores, roles: Records
) -> None:
    await made(roles, "one")

    refused = await made(roles, "two", check=lambda whole: f"there are {len(whole)}")

    assert refused == "there are 1"
    assert await owner(stores, "two") == "nobody"


async def test_a_renamed_document_gives_up_its_old_name(stores: Stores, roles: Records) -> None:
    await made(roles, "one")
    await made(roles, "two")

    async def rename(id: str, before: str, after: str) -> object:
        def decide(document: Document, whole: Whole) -> Change:
            return Change({"name": after})

        def renaming(document: Document) -> Renaming:
            return Renaming(named(before), named(after), AT)

        return await joint_writes.change(roles, id_of(roles, id), decide, renaming=renaming)

    assert await rename("one", "one", "two") == Taken(id_of(roles, "two"))
    assert await rename("one", "one", "three") == Changed(2)
    assert await rename("two", "two", "one") == Changed(2)
    assert await rename("nine", "nine", "ten") == Missing(id_of(roles, "nine"))
    assert [await owner(stores, each) for each in ("one", "two", "three", "ten")] == [
        id_of(roles, "two"),
        "nobody",
        id_of(roles, "one"),
        "nobody",
    ]


async def test_changes_at_once_are_all_made_one_after_the_other(roles: Records) -> None:
    await made(roles, "one")

    def decide(document: Document, whole: Whole) -> Change:
        assert len(whole) == 1
        return Change({"count": document.get("count", 0) + 1})

    answers = await asyncio.gather(
        *(
            joint_writes.change(roles, id_of(roles, "one"), decide, is_limited=True)
            for _ in range(6)
        )
    )

    assert {each for each in answers if isinstance(each, Changed)} == {
        Changed(version) for version in range(2, 8)
    }
    document = await roles.one(id_of(roles, "one"))
    assert document is not None
    assert document["count"] == 6
