import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, date, datetime
from typing import Any

import pytest

from domain.accounts import AccountItem
from domain.identifiers import TenantId
from domain.identities import OutsideKey, Reference
from domain.opportunities import OpportunityItem
from domain.upserting import Applied, Status, TooManyItems, UnknownRecord
from execution.context import Context, NotPermitted, Right
from resolvers.accounts import upsert_accounts
from resolvers.opportunities import settle_products, upsert_opportunities
from resolvers.upserting import Outcome
from store.driver import Database, close, open_client, open_database
from store.schema_version import SCHEMA_VERSION
from tests.contexts import Clock, a_context
from tests.recorder import Recorder

CREATED, UPDATED, UNCHANGED = Status.CREATED, Status.UPDATED, Status.UNCHANGED


def of(account: str) -> Reference:
    return Reference(key=OutsideKey("crm", account))


def an_item(key: str, account: str | None = "acme", **fields: object) -> OpportunityItem:
    keys = [OutsideKey("crm", key)]
    if account is None:
        return OpportunityItem(keys=keys, fields=fields)
    return OpportunityItem(keys=keys, fields=fields, account=of(account))


def won(key: str, product: str, account: str = "acme") -> OpportunityItem:
    return an_item(key, account, product=product, is_won=True)


async def upserted(ctx: Context, *items: OpportunityItem) -> list[Outcome]:
    outcomes = await upsert_opportunities(ctx, items)
    assert isinstance(outcomes, list)
    return outcomes


def statuses(outcomes: Sequence[Outcome]) -> list[Status | type]:
    return [o.status if isinstance(o, Applied) else type(o) for o in outcomes]


async def accounts(ctx: Context) -> dict[str, dict[str, Any]]:
    return {each["name"]: each for each in await ctx.stores.accounts.found({})}


async def products(ctx: Context) -> dict[str, list[str]]:
    return {name: account["products"] for name, account in (await accounts(ctx)).items()}


@pytest.fixture
async def trade(ctx: Context) -> Context:
    """A tenant with the accounts acme, which owns GTX Pro, and beta."""
    await upsert_accounts(
        ctx,
        [
            AccountItem(
                fields={"name": "acme", "products_stated": ["GTX Pro"]},
                keys=[OutsideKey("crm", "acme")],
            ),
            AccountItem(fields={"name": "beta"}, keys=[OutsideKey("crm", "beta")]),
        ],
    )
    return ctx


async def test_a_new_opportunity_is_stored_whole(trade: Context, tenant: TenantId) -> None:
    [outcome] = await upserted(
        trade,
        an_item("O1", stage="Prospecting", amount=12, close_date=date(2026, 6, 30)),
    )

    assert isinstance(outcome, Applied)
    assert await trade.stores.opportunities.one(outcome.id) == {
        "_id": outcome.id,
        "tenant": tenant,
        "schema_version": SCHEMA_VERSION,
        "version": 1,
        "outbox": [],
        "account_id": (await accounts(trade))["acme"]["_id"],
        "name": "O1",
        "product": None,
        "stage": "Prospecting",
        "amount": 12.0,
        "is_closed": False,
        "is_won": False,
        "close_date": datetime(2026, 6, 30, tzinfo=UTC),
        "keys": {"crm": "O1"},
        "folded": {"name": "o1", "stage": "prospecting"},
        "search": ["o1"],
        "created_at": trade.now(),
        "created_by": "sam",
        "updated_at": trade.now(),
        "updated_by": "sam",
    }
    event = await trade.stores.database["events"].find_one({"subject_id": outcome.id})
    assert event is not None
    assert event["type"] == "OPPORTUNITY_CREATED"
    assert event["account_id"] == (await accounts(trade))["acme"]["_id"]


async def test_an_opportunity_without_a_known_account_is_refused(trade: Context) -> None:
    outcomes = await upserted(trade, an_item("O1", "nobody"), an_item("O2"))

    assert outcomes[0] == UnknownRecord("account", "account", "crm:nobody")
    assert statuses(outcomes[1:]) == [CREATED]


async def test_an_account_owns_what_it_has_won(trade: Context) -> None:
    await upserted(
        trade,
        won("O1", "MG Special"),
        won("O2", "gtx pro"),
        an_item("O3", product="GTK 500"),
        won("O4", "MG Special", "beta"),
    )

    assert await products(trade) == {"acme": ["GTX Pro", "MG Special"], "beta": ["MG Special"]}
    acme = (await accounts(trade))["acme"]
    assert acme["products_won"] == ["gtx pro", "MG Special"]
    assert acme["folded"]["products"] == ["gtx pro", "mg special"]
    assert "products_in_doubt" not in acme


async def test_an_account_no_longer_owns_what_is_no_longer_won(trade: Context) -> None:
    await upserted(trade, won("O1", "MG Special"), won("O2", "GTK 500"))

    await upserted(trade, an_item("O1", None, is_won=False), an_item("O2", "beta"))

    assert await products(trade) == {"acme": ["GTX Pro"], "beta": ["GTK 500"]}


async def test_what_an_account_has_won_survives_a_change_of_what_is_stated(
    trade: Context,
) -> None:
    await upserted(trade, won("O1", "MG Special"))

    await upsert_accounts(
        trade, [AccountItem(keys=[OutsideKey("crm", "acme")], fields={"products_stated": None})]
    )

    assert (await products(trade))["acme"] == ["MG Special"]


async def test_winning_the_same_product_again_leaves_no_event_of_the_account(
    trade: Context,
) -> None:
    await upserted(trade, won("O1", "MG Special"))
    await upserted(trade, won("O2", "MG Special"))

    acme = (await accounts(trade))["acme"]["_id"]
    count = trade.stores.database["events"].count_documents
    assert await count({"subject_id": acme, "type": "ACCOUNT_UPDATED"}) == 1


async def test_racing_calls_leave_the_account_with_all_that_is_won(
    trade: Context, database: Database, clock: Clock
) -> None:
    others = [a_context(database, trade.viewer.tenant, clock) for _ in range(8)]
    await upserted(trade, *(won(f"O{n}", f"Old {n}") for n in range(8)))

    await asyncio.gather(
        *(
            upserted(other, won(f"N{n}", f"New {n}"), an_item(f"O{n}", None, is_won=False))
            for n, other in enumerate(others)
        )
    )

    assert (await products(trade))["acme"] == ["GTX Pro", *(f"New {n}" for n in range(8))]


async def test_a_doubt_that_is_settled_before_the_opportunity_is_there_is_raised_again(
    trade: Context, database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = a_context(database, trade.viewer.tenant, clock)
    write = trade.stores.opportunities.write

    async def settled_in_between(*written: Any) -> set[str]:
        assert await settle_products(other) == 1
        return await write(*written)

    monkeypatch.setattr(trade.stores.opportunities, "write", settled_in_between)
    await upserted(trade, won("O1", "MG Special"))

    assert (await products(trade))["acme"] == ["GTX Pro", "MG Special"]


async def test_what_an_ended_process_left_in_doubt_is_settled(trade: Context) -> None:
    await upserted(trade, won("O1", "MG Special"))
    acme = (await accounts(trade))["acme"]
    await trade.stores.accounts.doubt_products([acme["_id"]])
    await trade.stores.accounts.collection.update_one(
        {"_id": acme["_id"]}, {"$set": {"products_won": []}}
    )

    assert await settle_products(trade) == 1

    assert (await products(trade))["acme"] == ["GTX Pro", "MG Special"]
    assert await settle_products(trade) == 0


async def test_the_same_items_again_change_nothing(trade: Context) -> None:
    items = [won("O1", "MG Special"), an_item("O2", stage="Engaging")]
    await upserted(trade, *items)
    before = await accounts(trade)

    assert statuses(await upserted(trade, *items)) == [UNCHANGED, UNCHANGED]
    assert await accounts(trade) == before


async def test_more_than_a_thousand_items_are_refused_as_a_whole(trade: Context) -> None:
    items = [an_item(f"O{n}") for n in range(1_001)]

    assert await upsert_opportunities(trade, items) == TooManyItems(1_001, 1_000)
    assert await trade.stores.opportunities.count() == 0


async def test_who_may_not_edit_data_changes_nothing(trade: Context, clock: Clock) -> None:
    reader = a_context(trade.stores.database, trade.viewer.tenant, clock, rights=[Right.READ])

    with pytest.raises(NotPermitted):
        await upsert_opportunities(reader, [an_item("O1")])

    assert await trade.stores.opportunities.count() == 0


@pytest.fixture
async def commands(
    mongodb_uri: str, trade: Context, clock: Clock
) -> AsyncIterator[tuple[Context, Recorder]]:
    commands = Recorder()
    client = open_client(mongodb_uri, listeners=[commands])
    database = open_database(client, "quorum_tests")
    yield a_context(database, trade.viewer.tenant, clock), commands
    await close(client)


def begun(recorder: Recorder) -> list[str]:
    """The commands that were sent, without those that only fetch the rest of an answer."""
    return [each for each in recorder.commands if not each.startswith("getMore")]


async def test_the_commands_of_a_call_do_not_depend_on_its_items(
    commands: tuple[Context, Recorder],
) -> None:
    ctx, counted = commands

    await upserted(ctx, *(won(f"O{n}", f"Product {n % 50}") for n in range(1_000)))

    relayed = ["aggregate events", "insert events"]
    assert begun(counted) == [
        "find identities",
        "find accounts",
        "update accounts",
        "insert identities",
        "insert opportunities",
        *relayed,
        "update opportunities",
        "update accounts",
        "find accounts",
        "aggregate opportunities",
        "update accounts",
        "find accounts",
        *relayed,
        "update accounts",
        "find deletions",
    ]
