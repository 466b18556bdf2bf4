"""Accounts: upserted in bulk, each with its place in the hierarchy."""

from collections.abc import Iterable, Sequence

from domain.accounts import AccountItem, AccountRules
from domain.attributes import Scope
from domain.batches import Batch
from domain.events import EventType
from domain.hierarchy import Hierarchy, HierarchyCircle
from domain.identifiers import AccountId
from domain.identities import Reference
from domain.upserting import MOST_ITEMS, Draft, TooManyItems
from execution.context import Context, Right
from resolvers import custom_fields, group_names
from resolvers.upserting import Attempt, Outcome, Pending, Told, Upsert, untold
from store.accounts import AccountStore
from store.transactions import OutOfTurn


async def upsert_accounts(
    ctx: Context, items: Sequence[AccountItem], only_new: Told = untold
) -> list[Outcome] | TooManyItems:
    """Create or update accounts, up to 1,000 in order; one outcome for each."""
    ctx.viewer.require(Right.EDIT_DATA)
    if len(items) > MOST_ITEMS:
        return TooManyItems(len(items))
    declared = (await custom_fields.declared(ctx))[Scope.ACCOUNT]
    store = ctx.stores.accounts
    upsert = Upsert(
        ctx,
        store,
        "acc",
        EventType.ACCOUNT_CREATED,
        EventType.ACCOUNT_UPDATED,
        AccountRules(declared),
        _parents,
        only_new,
    )

    async def attempt(pending: Pending[AccountItem]) -> Attempt[AccountItem]:
        batch = await upsert.decide(store, AccountRules(declared), pending)
        if not _touches_hierarchy(batch):
            return Attempt(batch, await upsert.save(store, batch))
        try:
            async with store.in_turn() as mine:
                rules = AccountRules(declared)
                batch = await upsert.decide(mine, rules, pending)
                moved = rules.place(batch.changed())
                saved = await upsert.save(mine, batch)
                if saved is None:
                    raise OutOfTurn
                await _place_below(mine, rules.hierarchy, moved)
        except OutOfTurn:
            return Attempt(batch, None)
        if saved:
            await store.forward(saved)
        return Attempt(batch, saved)

    outcomes = await upsert.run(items, attempt)
    await group_names.follow_accounts(ctx, _renamed(upsert.stored))
    return outcomes


def _renamed(drafts: Iterable[Draft]) -> list[AccountId]:
    """The accounts that were there before and have another name now."""
    return [
        AccountId(draft.id)
        for draft in drafts
        if draft.version is not None and "name" in draft.values
    ]


def _parents(item: AccountItem) -> list[Reference]:
    return [item.parent] if isinstance(item.parent, Reference) else []


def _touches_hierarchy(batch: Batch[AccountItem]) -> bool:
    """Whether the batch changes a parent, or refuses one by what may be changing now."""
    return any("parent_id" in draft.values for draft in batch.changed()) or any(
        isinstance(outcome, HierarchyCircle) for outcome in batch.outcomes.values()
    )


async def _place_below(store: AccountStore, hierarchy: Hierarchy, moved: Sequence[str]) -> None:
    """Place everything below moved accounts anew."""
    if not moved:
        return
    below = await store.below(moved)
    for account, ancestors in below.items():
        hierarchy.learn(account, ancestors)
    await store.place(hierarchy.moved(below))
