"""People: upserted in bulk, each with its relations to accounts."""

from collections.abc import Iterable, Sequence

from domain.attributes import Scope
from domain.events import EventType
from domain.identifiers import AccountId, PersonId
from domain.identities import Reference
from domain.people import PersonItem, PersonRules
from domain.upserting import MOST_ITEMS, Draft, TooManyItems
from execution.context import Context, Right
from resolvers import attaching, custom_fields, letting_go, merged_accounts, merged_records
from resolvers.upserting import Attempt, Outcome, Pending, Told, Upsert, untold
from store.activity_moves import Newcomer


async def upsert_people(
    ctx: Context, items: Sequence[PersonItem], only_new: Told = untold
) -> list[Outcome] | TooManyItems:
    """Create or update people, up to 1,000 in order; one outcome for each."""
    ctx.viewer.require(Right.EDIT_DATA)
    if len(items) > MOST_ITEMS:
        return TooManyItems(len(items))
    rules = PersonRules((await custom_fields.declared(ctx))[Scope.PERSON])
    store = ctx.stores.people
    upsert = Upsert(
        ctx,
        store,
        "per",
        EventType.PERSON_CREATED,
        EventType.PERSON_UPDATED,
        rules,
        _accounts,
        only_new,
    )

    async def attempt(pending: Pending[PersonItem]) -> Attempt[PersonItem]:
        batch = await upsert.decide(store, rules, pending)
        return Attempt(batch, await upsert.save(store, batch))

    outcomes = await upsert.run(items, attempt)
    await _attach_activities(ctx, upsert.stored)
    await _let_go_of_deleted(ctx, upsert.stored)
    return outcomes


def _accounts(item: PersonItem) -> Iterable[Reference]:
    yield from (relation.account for relation in item.relations or ())
    yield from item.removed_relations


async def _attach_activities(ctx: Context, drafts: Iterable[Draft]) -> None:
    """Hand activities that waited for an e-mail address or a key to whoever has it now."""
    newcomers = [
        Newcomer(PersonId(draft.id), claimed)
        for draft in drafts
        if (claimed := draft.identities - draft.identities_before)
    ]
    if newcomers:
        await ctx.stores.activities.attach(newcomers)


async def _let_go_of_deleted(ctx: Context, drafts: Sequence[Draft]) -> None:
    """Whoever deleted an account or a person meanwhile has looked too early for all of this."""
    accounts = {
        relation["account_id"]
        for draft in drafts
        if "relations" in draft.values
        for relation in draft.record["relations"]
    }
    people = {draft.id for draft in drafts}
    for gone in await ctx.stores.deletions.among(accounts | people):
        successor = (await merged_records.successors(ctx, [gone])).get(gone)
        if gone in people:
            await attaching.detach_from_deleted(ctx, [PersonId(gone)])
        elif successor is None:
            await letting_go.end_relations(ctx, AccountId(gone))
        else:
            await merged_accounts.move_relations(ctx, AccountId(gone), AccountId(successor))
