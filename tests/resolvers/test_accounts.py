import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest

from domain.accounts import AccountItem
from domain.fields import Refused
from domain.hierarchy import HierarchyCircle
from domain.identifiers import TenantId
from domain.identities import OutsideKey, Reference
from domain.upserting import Applied, Status, TooManyItems, UnknownRecord
from execution.context import Context, NotPermitted, Right
from resolvers.accounts import upsert_accounts
from resolvers.upserting import Outcome
from store.driver import Database, close, open_client, open_database
from store.schema_version import SCHEMA_VERSION
from tests.contexts import Clock, a_context
from tests.recorder import Recorder

CREATED, UPDATED, UNCHANGED = Status.CREATED, Status.UPDATED, Status.UNCHANGED


def an_item(key: str, parent: str | None = None, **fields: object) -> AccountItem:
    """An account called by its outside key, below another one if a parent is given."""
    item = AccountItem(fields={"name": key, **fields}, keys=[OutsideKey("crm", key)])
    return item if parent is None else below(key, parent, fields=item.fields)


def below(key: str, parent: str | None, fields: dict[str, Any] | Any = None) -> AccountItem:
    above = Reference(key=OutsideKey("crm", parent)) if parent else None
    return AccountItem(fields=fields or {}, keys=[OutsideKey("crm", key)], parent=above)


async def upserted(ctx: Context, *items: AccountItem) -> list[Outcome]:
    outcomes = await upsert_accounts(ctx, items)
    assert isinstance(outcomes, list)
    return outcomes


async def ids(ctx: Context, *items: AccountItem) -> list[str]:
    """The ids of the accounts of items that are all accepted."""
    outcomes = await upserted(ctx, *items)
    return [outcome.id for outcome in outcomes if isinstance(outcome, Applied)]


def statuses(outcomes: Sequence[Outcome]) -> list[Status | type]:
    return [o.status if isinstance(o, Applied) else type(o) for o in outcomes]


async def stored(ctx: Context) -> dict[str, dict[str, Any]]:
    """Every account of the tenant by its name."""
    documents = await ctx.stores.accounts.found({})
    return {document["name"]: document for document in documents}


async def chains(ctx: Context) -> dict[str, list[str]]:
    """The names of the accounts above each account, from the top."""
    accounts = await stored(ctx)
    names = {each["_id"]: name for name, each in accounts.items()}
    for each in accounts.values():
        assert each["level"] == len(each["ancestor_ids"]) + 1
        assert each["ancestor_ids"][-1:] == ([each["parent_id"]] if each["parent_id"] else [])
    return {name: [names[id] for id in each["ancestor_ids"]] for name, each in accounts.items()}


async def events(ctx: Context) -> list[dict[str, Any]]:
    found = ctx.stores.database["events"].find({"tenant": ctx.viewer.tenant}, sort=[("_id", 1)])
    return [event async for event in found]


async def test_a_new_account_is_stored_whole(ctx: Context, tenant: TenantId) -> None:
    [id] = await ids(
        ctx,
        an_item("Müller AG", annual_revenue=5, products_stated=["B", "a"], industry="Mining"),
    )

    account = (await stored(ctx))["Müller AG"]
    assert account == {
        "_id": id,
        "tenant": tenant,
        "schema_version": SCHEMA_VERSION,
        "version": 1,
        "outbox": [],
        "name": "Müller AG",
        "industry": "Mining",
        "annual_revenue": 5.0,
        "employees": None,
        "sic_code": None,
        "website": None,
        "phone": None,
        "address": dict.fromkeys(["street", "city", "state", "region", "postal_code", "country"]),
        "products_stated": ["B", "a"],
        "products_won": [],
        "products": ["a", "B"],
        "parent_id": None,
        "ancestor_ids": [],
        "level": 1,
        "keys": {"crm": "Müller AG"},
        "custom": {},
        "derived": {},
        "folded": {"name": "müller ag", "industry": "mining", "products": ["a", "b"]},
        "search": ["müller", "ag"],
        "created_at": ctx.now(),
        "created_by": "sam",
        "updated_at": ctx.now(),
        "updated_by": "sam",
    }


async def test_each_change_leaves_an_event_that_keeps_personal_values_apart(
    ctx: Context,
) -> None:
    [id] = await ids(ctx, an_item("acme", industry="Mining", **{"address.city": "Bonn"}))
    await upserted(ctx, AccountItem(id=id, fields={"industry": None, "phone": "1"}))

    created, updated = await events(ctx)
    assert (created["type"], created["subject_id"], created["account_id"]) == (
        "ACCOUNT_CREATED",
        id,
        id,
    )
    assert created["after"] == {
        "changed": ["address.city", "industry", "keys.crm", "name"],
        "industry": "Mining",
        "keys": {"crm": "acme"},
    }
    assert created["personal"]["after"] == {"name": "acme", "address": {"city": "Bonn"}}
    assert updated["type"] == "ACCOUNT_UPDATED"
    assert updated["before"] == {"industry": "Mining"}
    assert updated["after"] == {"changed": ["industry", "phone"], "industry": None}
    assert updated["personal"] == {"before": {"phone": None}, "after": {"phone": "1"}}


async def test_what_is_absent_stays_and_null_clears(ctx: Context) -> None:
    [id] = await ids(ctx, an_item("acme", industry="Mining", **{"address.city": "Bonn"}))

    await upserted(
        ctx, AccountItem(id=id, fields={"industry": None}, keys=[OutsideKey("erp", "7")])
    )

    account = (await stored(ctx))["acme"]
    assert account["industry"] is None
    assert account["address"]["city"] == "Bonn"
    assert account["keys"] == {"crm": "acme", "erp": "7"}
    assert account["folded"] == {"name": "acme", "address": {"city": "bonn"}}


async def test_an_item_that_changes_nothing_writes_nothing(ctx: Context, clock: Clock) -> None:
    await upserted(ctx, an_item("acme", industry="Mining"))
    before = await stored(ctx)
    clock.forward(timedelta(hours=1))

    outcomes = await upserted(ctx, an_item("acme", industry="Mining"))

    assert statuses(outcomes) == [UNCHANGED]
    assert await stored(ctx) == before
    assert len(await events(ctx)) == 1


async def test_items_apply_in_order_and_each_has_its_outcome(ctx: Context) -> None:
    outcomes = await upserted(
        ctx,
        an_item("acme", industry="Mining"),
        an_item("acme", industry="Steel"),
        AccountItem(fields={"industry": "Steel"}),
        AccountItem(id="acc_none"),
        an_item("acme", industry="Steel"),
    )

    first = outcomes[0]
    assert isinstance(first, Applied)
    assert outcomes == [
        Applied(CREATED, first.id),
        Applied(UPDATED, first.id),
        Refused("name", "is required of a new account"),
        UnknownRecord("id", "account", "acc_none"),
        Applied(UNCHANGED, first.id),
    ]
    assert (await stored(ctx))["acme"]["industry"] == "Steel"
    assert [event["type"] for event in await events(ctx)] == ["ACCOUNT_CREATED", "ACCOUNT_UPDATED"]


async def test_more_than_a_thousand_items_are_refused_as_a_whole(ctx: Context) -> None:
    outcome = await upsert_accounts(ctx, [an_item(str(n)) for n in range(1_001)])

    assert outcome == TooManyItems(1_001, 1_000)
    assert await stored(ctx) == {}


async def test_no_items_are_no_outcomes(ctx: Context) -> None:
    assert await upsert_accounts(ctx, []) == []


async def test_the_same_key_is_another_account_in_another_tenant(
    ctx: Context, database: Database, clock: Clock
) -> None:
    other = a_context(database, TenantId(f"{ctx.viewer.tenant}-other"), clock)

    [mine] = await ids(ctx, an_item("acme"))
    [theirs] = await ids(other, an_item("acme"))

    assert mine != theirs
    assert await upserted(ctx, AccountItem(id=theirs)) == [UnknownRecord("id", "account", theirs)]


async def test_who_may_not_edit_data_changes_nothing(ctx: Context, clock: Clock) -> None:
    reader = a_context(ctx.stores.database, ctx.viewer.tenant, clock, rights=[Right.READ])

    with pytest.raises(NotPermitted):
        await upsert_accounts(reader, [an_item("acme")])

    assert await stored(ctx) == {}


async def test_an_account_stands_below_a_parent_of_the_same_call(ctx: Context) -> None:
    await upserted(ctx, an_item("top"), an_item("middle", "top"), an_item("bottom", "middle"))

    assert await chains(ctx) == {"top": [], "middle": ["top"], "bottom": ["top", "middle"]}


async def test_everything_below_a_moved_account_moves_along(ctx: Context) -> None:
    await upserted(ctx, an_item("top"), an_item("middle", "top"), an_item("bottom", "middle"))
    versions = {name: each["version"] for name, each in (await stored(ctx)).items()}

    await upserted(ctx, an_item("other"), below("middle", "other"))

    assert await chains(ctx) == {
        "top": [],
        "other": [],
        "middle": ["other"],
        "bottom": ["other", "middle"],
    }
    accounts = await stored(ctx)
    assert accounts["middle"]["version"] == versions["middle"] + 1
    assert accounts["bottom"]["version"] == versions["bottom"]


async def test_a_parent_of_null_puts_an_account_at_the_top(ctx: Context) -> None:
    await upserted(ctx, an_item("top"), an_item("middle", "top"), an_item("bottom", "middle"))

    await upserted(ctx, below("middle", None))

    assert await chains(ctx) == {"top": [], "middle": [], "bottom": ["middle"]}


async def test_a_circle_is_refused_with_everything_else_of_its_item(ctx: Context) -> None:
    top, middle = await ids(ctx, an_item("top"), an_item("middle", "top"))
    before = await stored(ctx)

    outcomes = await upserted(
        ctx, AccountItem(id=top, fields={"industry": "Mining"}, parent=Reference(id=middle))
    )

    assert outcomes == [HierarchyCircle("parent", middle)]
    assert await stored(ctx) == before


async def test_two_items_of_one_call_close_no_circle(ctx: Context) -> None:
    one, _ = await ids(ctx, an_item("one"), an_item("two"))

    outcomes = await upserted(ctx, below("one", "two"), below("two", "one"))

    assert outcomes == [Applied(UPDATED, one), HierarchyCircle("parent", one)]
    assert await chains(ctx) == {"one": ["two"], "two": []}


async def test_racing_calls_close_no_circle(ctx: Context, database: Database, clock: Clock) -> None:
    names = [f"n{n}" for n in range(6)]
    await upserted(ctx, *map(an_item, names))
    others = [a_context(database, ctx.viewer.tenant, clock) for _ in names]
    ring = [*pairwise(names), (names[-1], names[0])]

    answers = await asyncio.gather(
        *(
            upserted(other, below(child, parent))
            for other, (child, parent) in zip(others, ring, strict=True)
        )
    )

    assert sorted(str(statuses(answer)[0]) for answer in answers) == sorted(
        [str(UPDATED)] * 5 + [str(HierarchyCircle)]
    )
    depth = {name: len(chain) for name, chain in (await chains(ctx)).items()}
    assert sorted(depth.values()) == [0, 1, 2, 3, 4, 5]


async def test_racing_moves_and_new_children_leave_every_place_right(
    ctx: Context, database: Database, clock: Clock
) -> None:
    await upserted(ctx, an_item("a"), an_item("b"), an_item("x", "a"), an_item("y", "x"))
    others = [a_context(database, ctx.viewer.tenant, clock) for _ in range(4)]

    await asyncio.gather(
        upserted(others[0], below("x", "b")),
        upserted(others[1], an_item("new", "y")),
        upserted(others[2], below("b", "a")),
        upserted(others[3], an_item("newer", "x")),
    )

    assert await chains(ctx) == {
        "a": [],
        "b": ["a"],
        "x": ["a", "b"],
        "y": ["a", "b", "x"],
        "new": ["a", "b", "x", "y"],
        "newer": ["a", "b", "x"],
    }


async def told_of(database: Database, account: str) -> list[Any]:
    events = database["events"].find({"subject_id": account}, sort=[("position", 1)])
    return [(event["event_id"], event["after"]) async for event in events]


async def test_racing_calls_make_one_account_of_one_key(
    ctx: Context, database: Database, clock: Clock
) -> None:
    others = [a_context(database, ctx.viewer.tenant, clock) for _ in range(8)]

    answers = await asyncio.gather(
        *(
            upserted(other, *(an_item(f"k{k}", industry=f"by {n}") for k in range(20)))
            for n, other in enumerate(others)
        )
    )

    accounts = await stored(ctx)
    assert len(accounts) == 20
    for k in range(20):
        outcomes = [answer[k] for answer in answers]
        assert {o.id for o in outcomes if isinstance(o, Applied)} == {accounts[f"k{k}"]["_id"]}
        assert sorted(str(s) for s in statuses(outcomes)) == sorted(
            [str(CREATED)] + [str(UPDATED)] * 7
        )
        told = await told_of(database, accounts[f"k{k}"]["_id"])
        assert accounts[f"k{k}"]["version"] == 8, told


async def test_a_process_that_ended_between_claim_and_account_is_taken_up(ctx: Context) -> None:
    left = await ctx.stores.identities.claim("account.key.crm", "acme", "acc_left")
    assert left == "acc_left"

    assert await upserted(ctx, an_item("acme")) == [Applied(CREATED, "acc_left")]


async def test_a_released_key_is_free_for_another_item_of_the_same_call(ctx: Context) -> None:
    [one] = await ids(ctx, an_item("one"))

    outcomes = await upserted(
        ctx,
        AccountItem(id=one, keys=[OutsideKey("crm", "uno")]),
        an_item("one", industry="Mining"),
        AccountItem(id=one, fields={"name": "Uno"}),
    )

    assert statuses(outcomes) == [UPDATED, CREATED, UPDATED]
    accounts = await stored(ctx)
    assert accounts["Uno"]["keys"] == {"crm": "uno"}
    assert accounts["one"]["keys"] == {"crm": "one"}
    assert accounts["one"]["_id"] != one


@pytest.fixture
async def counted(
    mongodb_uri: str, tenant: TenantId, clock: Clock
) -> AsyncIterator[tuple[Context, Recorder]]:
    commands = Recorder()
    client = open_client(mongodb_uri, listeners=[commands])
    yield a_context(open_database(client, "quorum_tests"), tenant, clock), commands
    await close(client)


def begun(recorder: Recorder) -> list[str]:
    """The commands that were sent, without those that only fetch the rest of an answer."""
    return [each for each in recorder.commands if not each.startswith("getMore")]


MADE = ["find tenants", "find identities", "insert identities", "insert accounts"]
LOADED = ["find tenants", "find identities", "find accounts"]
RELAY = ["aggregate events", "insert events", "update accounts"]


async def test_the_commands_of_a_call_do_not_depend_on_its_items(
    counted: tuple[Context, Recorder],
) -> None:
    ctx, commands = counted
    sent: dict[str, list[str]] = {}
    items = [an_item(f"n{n}", industry="Mining") for n in range(1_000)]
    await upserted(ctx, *items[:1])

    for name, said in {
        "one new": [an_item("x")],
        "all new": items[1:],
        "nothing changed": items,
        "all changed": [an_item(f"n{n}", industry="Steel") for n in range(1_000)],
    }.items():
        commands.forget()
        await upserted(ctx, *said)
        sent[name] = begun(commands)

    assert sent == {
        "one new": [*MADE, *RELAY],
        "all new": [*MADE, *RELAY],
        "nothing changed": [*LOADED, "find accounts"],
        "all changed": [*LOADED, "update accounts", "find accounts", *RELAY],
    }


async def test_a_call_that_alters_the_hierarchy_decides_once_more_in_its_turn(
    counted: tuple[Context, Recorder],
) -> None:
    ctx, commands = counted
    await upserted(ctx, an_item("top"), an_item("other"), an_item("low", "top"))
    commands.forget()

    await upserted(ctx, below("low", "other"))

    assert begun(commands) == [
        *LOADED,
        "update hierarchies",
        "find identities",
        "find accounts",
        "update accounts",
        "find accounts",
        "find accounts",
        *RELAY,
    ]
