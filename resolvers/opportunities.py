"""Opportunities: upserted in bulk; what they win, their accounts own."""

import asyncio
import random
from collections.abc import Iterable, Sequence
from typing import Final

from domain.accounts import with_products_won
from domain.events import EventType
from domain.identifiers import AccountId
from domain.identities import Reference
from domain.opportunities import OpportunityItem, OpportunityRules, doubtful_accounts
from domain.upserting import MOST_ITEMS, Draft, TooManyItems
from execution.context import Context, Right
from resolvers import letting_go, merged_accounts, merged_records, stamps
from resolvers.upserting import Attempt, Outcome, Pending, Told, Upsert, untold
from store.driver import Document
from store.records import Change
from store.upserted import Saving

_LONGEST_PAUSE_SECONDS: Final = 0.05
_AT_ONCE: Final = 1_000


async def upsert_opportunities(
    ctx: Context, items: Sequence[OpportunityItem], only_new: Told = untold
) -> list[Outcome] | TooManyItems:
    """Create or update opportunities, up to 1,000 in order; one outcome for each."""
    ctx.viewer.require(Right.EDIT_DATA)
    if len(items) > MOST_ITEMS:
        return TooManyItems(len(items))
    rules = OpportunityRules()
    store, accounts = ctx.stores.opportunities, ctx.stores.accounts
    upsert = Upsert(
        ctx,
        store,
        "opp",
        EventType.OPPORTUNITY_CREATED,
        EventType.OPPORTUNITY_UPDATED,
        rules,
        _accounts,
        only_new,
    )

    async def attempt(pending: Pending[OpportunityItem]) -> Attempt[OpportunityItem]:
        batch = await upsert.decide(store, rules, pending)
        # Marked before, so that a process that ends here leaves a trace; and again after, so
        # that nobody stores what was computed before these opportunities were there.
        await accounts.doubt_products(doubtful_accounts(batch.changed()))
        return Attempt(batch, await upsert.save(store, batch))

    outcomes = await upsert.run(items, attempt)
    doubtful = doubtful_accounts(upsert.stored)
    await accounts.doubt_products(doubtful)
    await settle_products_of(ctx, doubtful)
    await _drop_of_deleted_accounts(ctx, upsert.stored)
    return outcomes


async def _drop_of_deleted_accounts(ctx: Context, drafts: Iterable[Draft]) -> None:
    """An account that was deleted while this was being stored has looked for them too early.

    They are the survivor's, if it was merged into one.
    """
    accounts = {draft.record["account_id"] for draft in drafts if "account_id" in draft.values}
    gone = await ctx.stores.deletions.among(accounts)
    successors = await merged_records.successors(ctx, gone)
    for account in map(AccountId, sorted(gone)):
        if account in successors:
            survivor = AccountId(successors[account])
            await merged_accounts.move_opportunities(ctx, account, survivor)
            await settle_products_of(ctx, [survivor])
        else:
            await letting_go.drop_opportunities(ctx, account)


async def settle_products(ctx: Context) -> int:
    """Recompute the won products of accounts that an ended process left in doubt; how many."""
    ctx.viewer.require(Right.RUN_JOBS)
    settled = 0
    while doubtful := await ctx.stores.accounts.in_doubt(_AT_ONCE):
        await settle_products_of(ctx, doubtful)
        settled += len(doubtful)
    return settled


async def settle_products_of(ctx: Context, doubtful: Sequence[str]) -> None:
    """Recompute what accounts have won from their stored opportunities.

    It follows a change that was permitted, and asks for no right of its own.
    """
    accounts = ctx.stores.accounts
    left = list(doubtful)
    while left:
        documents = await accounts.by_ids(left)
        won = await ctx.stores.opportunities.products_won(left)
        changes = [
            _products(ctx, document, won.get(document["_id"], []))
            for document in documents.values()
            if document.get("products_in_doubt")
        ]
        saved = await accounts.write([], changes)
        left = [id for id, _, _ in changes if id not in saved]
        if left:
            await asyncio.sleep(random.uniform(0, _LONGEST_PAUSE_SECONDS))


def _products(ctx: Context, account: Document, won: Sequence[str]) -> Saving:
    paths = with_products_won(account, won)
    if not paths:
        return account["_id"], account["version"], Change({}, (), ("products_in_doubt",))
    event = stamps.event(
        ctx,
        EventType.ACCOUNT_UPDATED,
        account["_id"],
        account_id=AccountId(account["_id"]),
        before={"products_won": account["products_won"]},
        after={"changed": ["products_won"], "products_won": paths["products_won"]},
    )
    change = Change(paths | stamps.updated(ctx), (event,), ("products_in_doubt",))
    return account["_id"], account["version"], change


def _accounts(item: OpportunityItem) -> Iterable[Reference]:
    return [item.account] if isinstance(item.account, Reference) else []
