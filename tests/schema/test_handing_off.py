"""Groups are handed over to sales: what clients are told, what is refused, what is found."""

from typing import Any

import pytest

from domain.readiness import Thresholds
from execution.context import Context
from resolvers.histories import past_group
from resolvers.merging_accounts import merge_accounts
from resolvers.solution_interests import update_solution_interest
from tests.schema.operations import mutate, operate
from tests.worlds import a_buying_group, an_interest, some_accounts, some_people

HAND_OFF = "handOff { state owner handedOverBy decidedBy reason }"
GROUP = f"buyingGroup {{ {HAND_OFF} version }}"
REFUSED = (
    "... on BuyingGroupNotReady { message buyingGroup { readiness { missing { what } } } "
    "missing { what wanted actual } } "
    "... on BuyingGroupAcceptedAlready { message owner } "
)
WITHOUT = "... on BuyingGroupNotWithSales { message state } "
FAULT = "... on InvalidInput { field reason } ... on NotFound { what }"


async def hand_over(ctx: Context, group: str, owner: str = "ana", **input: Any) -> Any:
    selection = f"... on HandOverBuyingGroupSuccess {{ {GROUP} }} {REFUSED} {FAULT}"
    return await mutate(
        ctx, "handOverBuyingGroup", selection, buyingGroupId=group, owner=owner, **input
    )


async def accept(ctx: Context, group: str) -> Any:
    selection = f"... on AcceptBuyingGroupSuccess {{ {GROUP} }} {WITHOUT} {FAULT}"
    return await mutate(ctx, "acceptBuyingGroup", selection, buyingGroupId=group)


async def give_back(ctx: Context, group: str, reason: str = "too early") -> Any:
    selection = f"... on ReturnBuyingGroupSuccess {{ {GROUP} }} {WITHOUT} {FAULT}"
    return await mutate(ctx, "returnBuyingGroup", selection, buyingGroupId=group, reason=reason)


async def listed(ctx: Context, filter: str) -> list[str]:
    query = f"{{ buyingGroups(filter: {{ handOff: {filter} }}) {{ nodes {{ name }} }} }}"
    return [node["name"] for node in (await operate(ctx, query))["buyingGroups"]["nodes"]]


class World:
    """Groups of Acme and Bolt, of which half completeness is asked; Acme's has it."""

    def __init__(self, ctx: Context) -> None:
        self.ctx = ctx
        self.accounts: dict[str, str] = {}
        self.interest = ""
        self.acme = ""
        self.bolt = ""

    async def is_made(self) -> "World":
        self.interest = await an_interest(self.ctx)
        self.accounts = await some_accounts(self.ctx, "Acme", "Bolt")
        await some_people(self.ctx, self.accounts["Acme"], {"ada": "Chief"})
        self.acme, self.bolt = [
            await a_buying_group(self.ctx, account, self.interest)
            for account in self.accounts.values()
        ]
        await self.asks(Thresholds(completeness=50))
        return self

    async def asks(self, thresholds: Thresholds) -> None:
        await update_solution_interest(
            self.ctx,
            self.interest,
            description=None,
            products=(),
            update_existing=False,
            thresholds=thresholds,
        )


@pytest.fixture
async def world(home: Context) -> World:
    return await World(home).is_made()


async def test_a_ready_group_is_handed_over_returned_handed_over_and_accepted(
    home: Context, world: World
) -> None:
    handed = await hand_over(home, world.acme)
    again = await hand_over(home, world.acme)
    returned = await give_back(home, world.acme)
    with_sales_no_more = await accept(home, world.acme)
    anew = await hand_over(home, world.acme, "bob")
    accepted = await accept(home, world.acme)
    too_late = await hand_over(home, world.acme)

    actor = home.viewer.actor
    waiting = {
        "state": "HANDED_OVER",
        "owner": "ana",
        "handedOverBy": actor,
        "decidedBy": None,
        "reason": None,
    }
    version = handed["buyingGroup"]["version"]
    assert handed["buyingGroup"]["handOff"] == waiting
    assert again == handed
    assert returned["buyingGroup"] == {
        "handOff": {**waiting, "state": "RETURNED", "decidedBy": actor, "reason": "too early"},
        "version": version + 1,
    }
    assert with_sales_no_more == {
        "__typename": "BuyingGroupNotWithSales",
        "message": "The group was returned.",
        "state": "RETURNED",
    }
    assert anew["buyingGroup"]["handOff"] == {**waiting, "owner": "bob"}
    assert accepted["buyingGroup"]["handOff"] == {
        **waiting,
        "state": "ACCEPTED",
        "owner": "bob",
        "decidedBy": actor,
    }
    assert too_late == {
        "__typename": "BuyingGroupAcceptedAlready",
        "message": "Sales has accepted the group already; it is with bob.",
        "owner": "bob",
    }
    history = await operate(
        home,
        f'{{ buyingGroup(id: "{world.acme}") {{ history(first: 4) {{ nodes {{ summary reason }} }} '
        "} }",
    )
    assert history["buyingGroup"]["history"]["nodes"] == [
        {"summary": "Sales accepted the group, which has bob as its owner.", "reason": None},
        {"summary": "The group was handed over to bob.", "reason": None},
        {"summary": "Sales returned the group, which ana had.", "reason": "too early"},
        {"summary": "The group was handed over to ana.", "reason": None},
    ]


async def test_what_is_not_ready_stays_and_says_what_is_missing(
    home: Context, world: World
) -> None:
    refused = await hand_over(home, world.bolt)
    nothing_there = await give_back(home, world.bolt)
    await world.asks(Thresholds())
    nothing_asked = await hand_over(home, world.acme)

    assert refused == {
        "__typename": "BuyingGroupNotReady",
        "message": "The group does not reach what its solution interest asks.",
        "buyingGroup": {"readiness": {"missing": [{"what": "COMPLETENESS"}]}},
        "missing": [{"what": "COMPLETENESS", "wanted": 50, "actual": 0}],
    }
    assert nothing_there == {
        "__typename": "BuyingGroupNotWithSales",
        "message": "The group was never handed over.",
        "state": None,
    }
    assert nothing_asked == {
        "__typename": "BuyingGroupNotReady",
        "message": "The solution interest asks nothing of its groups, so none of them is ready.",
        "buyingGroup": {"readiness": None},
        "missing": [],
    }


async def test_inputs_that_say_nothing_are_refused(home: Context, world: World) -> None:
    await hand_over(home, world.acme)

    owner = await hand_over(home, world.acme, " ")
    reason = await give_back(home, world.acme, "x" * 501)
    nobody = [await hand_over(home, "bg_none"), await accept(home, "bg_none")]

    assert (owner["field"], owner["reason"]) == ("owner", "must not be blank")
    assert (reason["field"], reason["reason"]) == (
        "reason",
        "must have at most 500 characters, not 501",
    )
    assert [each["__typename"] for each in nobody] == ["NotFound", "NotFound"]


async def test_groups_are_listed_by_what_came_of_their_hand_off(
    home: Context, world: World
) -> None:
    await hand_over(home, world.acme)

    assert await listed(home, "{ states: [HANDED_OVER] }") == ["Security for Acme"]
    assert await listed(home, "{ states: [ACCEPTED, RETURNED] }") == []
    assert await listed(home, '{ owners: ["ana", "bob"] }') == ["Security for Acme"]
    assert await listed(home, '{ owners: ["bob"] }') == []
    assert await listed(home, "{ isSet: true }") == ["Security for Acme"]
    assert await listed(home, "{ isSet: false }") == ["Security for Bolt"]
    assert await listed(home, "{}") == ["Security for Acme", "Security for Bolt"]


async def test_a_hand_off_outlives_a_merge_and_is_told_from_events(
    home: Context, world: World
) -> None:
    await hand_over(home, world.acme)
    await give_back(home, world.acme)

    await merge_accounts(home, world.accounts["Bolt"], world.accounts["Acme"])

    stored = await home.stores.groups.one(world.bolt)
    past = await past_group(home, world.bolt, home.now())
    assert stored is not None
    assert past is not None
    assert (stored["hand_off"]["state"], stored["hand_off"]["reason"]) == ("returned", "too early")
    assert past.group.hand_off is not None
    assert past.group.hand_off.reason == "too early"
