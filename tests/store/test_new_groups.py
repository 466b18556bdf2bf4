from collections.abc import Sequence

from domain.events import Event
from execution.context import Context
from store.driver import Document
from store.new_groups import Made, Taken
from store.records import Missing
from tests.worlds import an_interest, some_accounts

New = tuple[Document, Sequence[Event]]


def a_group(ctx: Context, name: str, account: str, interest: str) -> Document:
    return {
        "_id": f"bg_{ctx.viewer.tenant}_{name}",
        "name": name,
        "account_id": account,
        "solution_interest_id": interest,
        "members": [],
    }


async def test_only_what_is_free_and_refers_to_what_exists_is_stored(home: Context) -> None:
    ids = await some_accounts(home, "Acme", "Bolt", "Cone")
    interest = await an_interest(home)
    there, marked, fresh = (a_group(home, name, account, interest) for name, account in ids.items())
    orphan = a_group(home, "Orphan", "acc_gone", interest)
    unsold = a_group(home, "Unsold", ids["Acme"], "si_gone")
    groups = home.stores.groups
    await groups.insert_many([(there, ())])
    await home.stores.deletions.insert({"_id": marked["_id"], "last_version": 3})

    stored = await groups.insert_many([(each, ()) for each in (there, marked, fresh, orphan)])
    none = await groups.insert_many([(unsold, ())])

    assert (stored, none) == ({fresh["_id"]}, set())
    assert {group["name"] for group in await groups.all()} == {"Acme", "Cone"}


async def test_an_account_that_is_being_deleted_takes_no_new_group(home: Context) -> None:
    [account] = (await some_accounts(home, "Acme")).values()
    interest = await an_interest(home)
    being_deleted = {"$set": {"being_deleted": True}}
    await home.stores.accounts.collection.update_one({"_id": account}, being_deleted)
    group = a_group(home, "Acme", account, interest)

    assert await home.stores.groups.insert_many([(group, ())]) == set()
    assert await home.stores.groups.make(group, lambda before: (group, ())) == Missing(account)


async def test_a_group_that_is_made_again_goes_on_from_the_last_version(home: Context) -> None:
    [account] = (await some_accounts(home, "Acme")).values()
    interest = await an_interest(home)
    group = a_group(home, "Acme", account, interest)
    mark = {"_id": group["_id"], "last_version": 7}
    await home.stores.deletions.insert(mark)
    given: list[int] = []

    def build(before: int) -> New:
        given.append(before)
        return group, ()

    made = await home.stores.groups.make(group, build)
    again = await home.stores.groups.make(group, build)

    assert (made, again, given) == (Made(group["_id"]), Taken(group["_id"]), [7])
    stored = await home.stores.groups.one(group["_id"])
    assert stored is not None
    assert stored["version"] == 8
    assert await home.stores.deletions.one(group["_id"]) is None
