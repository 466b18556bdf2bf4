"""Merged accounts: what refers to an account that was merged away refers to the survivor.

Each follows a change that was permitted, and asks for no right of its own. What is done again
finds nothing left to do.
"""

from collections.abc import Iterable
from typing import Final

from domain import merging
from domain.events import EventType
from domain.identifiers import AccountId
from execution.context import Context
from resolvers import audience_members, relations, stamps
from store.driver import Document
from store.records import Change
from store.upserted import Saving

PEOPLE_AT_ONCE: Final = 500
OPPORTUNITIES_AT_ONCE: Final = 500


async def move_relations(ctx: Context, merged: AccountId, survivor: AccountId) -> None:
    """Let whoever is of the one account be of the other; each person's change is an event."""
    related = {"relations.account_id": merged}
    while people := await ctx.stores.people.found(
        related, {"version": 1, "relations": 1}, limit=PEOPLE_AT_ONCE
    ):
        changes = [_related(ctx, person, merged, survivor) for person in people]
        await ctx.stores.people.write([], changes)


async def move_opportunities(ctx: Context, merged: AccountId, survivor: AccountId) -> None:
    """Let the one account's opportunities be the other's, whose products are in doubt then."""
    of_account = {"account_id": merged}
    while found := await ctx.stores.opportunities.found(
        of_account, {"version": 1}, limit=OPPORTUNITIES_AT_ONCE
    ):
        await ctx.stores.accounts.doubt_products([survivor])
        changes = [_owned(ctx, each, merged, survivor) for each in found]
        await ctx.stores.opportunities.write([], changes)
        await ctx.stores.accounts.doubt_products([survivor])


async def move_in_audiences(ctx: Context, merged: AccountId, survivor: AccountId) -> None:
    """Let audiences that list the one account list the other."""

    def decide(document: Document) -> Change | None:
        before = document["account_ids"] or []
        after = sorted({survivor if each == merged else each for each in before})
        if merged not in before:
            return None
        event = stamps.event(ctx, EventType.ACCOUNT_AUDIENCE_UPDATED, document["_id"])
        revised = audience_members.revised(document)
        return Change({"account_ids": after, **revised, **stamps.updated(ctx)}, (event,))

    for audience in await ctx.stores.audiences.found({"account_ids": merged}, {"_id": 1}):
        await ctx.stores.audiences.change(audience["_id"], decide)


async def widen_webhook_filters(ctx: Context, merged: AccountId, survivor: AccountId) -> None:
    """Have endpoints that are told of the one account be told of the other as well.

    Not in its place: what has happened to it before may still have to be told.
    """

    def decide(document: Document) -> Change | None:
        before = document["filter"]
        named = before["account_ids"] or []
        if merged not in named or survivor in named:
            return None
        after = {**before, "account_ids": sorted([*named, survivor])}
        event = stamps.event(
            ctx,
            EventType.WEBHOOK_ENDPOINT_UPDATED,
            document["_id"],
            before={"filter": before},
            after={"filter": after},
        )
        return Change({"filter": after, **stamps.updated(ctx)}, (event,))

    endpoints = ctx.stores.webhook_endpoints
    for endpoint in await endpoints.found({"filter.account_ids": merged}, {"_id": 1}):
        await endpoints.change(endpoint["_id"], decide)


async def known_as(ctx: Context, account: str, people: Iterable[Document]) -> frozenset[str]:
    """All ids by which an account may be named in these people's relations.

    In the middle of a merge some people are related to the one account already and some to the
    other still, and so are the groups: until the end either means both.
    """
    people = list(people)
    if are_all_of(account, people):
        return frozenset({account})
    related = [{relation["account_id"] for relation in each["relations"]} for each in people]
    survivors = await ctx.stores.merges.survivors({account}.union(*related))
    left = survivors.get(account, account)
    return frozenset({account, left, *(id for id, last in survivors.items() if last == left)})


def are_all_of(account: str, people: Iterable[Document]) -> bool:
    """Whether each of these people is related to the account."""
    return all(account in {r["account_id"] for r in each["relations"]} for each in people)


def _related(ctx: Context, person: Document, merged: AccountId, survivor: AccountId) -> Saving:
    moved = merging.relations_moved(person["relations"], merged, survivor)
    return relations.changed(ctx, person, moved)


def _owned(ctx: Context, opportunity: Document, merged: AccountId, survivor: AccountId) -> Saving:
    event = stamps.event(
        ctx,
        EventType.OPPORTUNITY_UPDATED,
        opportunity["_id"],
        account_id=survivor,
        before={"account_id": merged},
        after={"changed": ["account_id"], "account_id": survivor},
    )
    change = Change({"account_id": survivor, **stamps.updated(ctx)}, (event,))
    return opportunity["_id"], opportunity["version"], change
