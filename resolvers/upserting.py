"""Upserting: batches of items matched, decided and stored, whatever kind of record they are of.

A batch is decided on what is loaded at once. Whatever another writer was faster with is loaded and
decided again, until a deadline; so is an item that waits for another writer to store or to let go
of what it has claimed. Items that wait for a record of their own batch to let go of a key or an
e-mail address are decided in a second attempt.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Generic, TypeAlias

from domain.batches import Batch, Loaded
from domain.events import EventType
from domain.fields import Record, Refused
from domain.identities import Identity, Reference, carried, key_identity
from domain.upserting import Applied, Claim, Draft, ItemT, Refusal, Resolve, Rules, Wanted
from execution.context import Context
from resolvers.drafts import Writer
from resolvers.outcomes import Conflict
from store.upserted import UpsertedRecords

_DEADLINE_SECONDS: Final = 5.0
_LONGEST_PAUSE_SECONDS: Final = 0.05
_NAMED: Final = {"keys": 1, "former_keys": 1, "merged_into": 1}

Outcome: TypeAlias = Applied | Refusal | Conflict
Told: TypeAlias = Callable[[], None]
Pending: TypeAlias = Sequence[tuple[int, ItemT]]
"""Items with their places in the call, in order."""


def untold() -> None:
    """Nobody wants to be told."""


@dataclass(frozen=True, slots=True)
class Attempt(Generic[ItemT]):
    """A decided batch, and the ids of its drafts that are stored; None when it has to be redone."""

    batch: Batch[ItemT]
    saved: Collection[str] | None


@dataclass(slots=True)
class Upsert(Generic[ItemT]):
    """One call about one kind of record; `references` gives the accounts an item names.

    `only_new` is told once it is known that no stored record is changed by what is left to do:
    who names none of these items' records need not wait for it.
    """

    ctx: Context
    store: UpsertedRecords
    prefix: str
    created: EventType
    updated: EventType
    rules: Rules[ItemT]
    references: Callable[[ItemT], Iterable[Reference]]
    only_new: Told = untold
    outcomes: dict[int, Outcome] = field(default_factory=dict)
    stored: list[Draft] = field(default_factory=list)
    is_patient: bool = True

    async def run(
        self,
        items: Sequence[ItemT],
        attempt: Callable[[Pending[ItemT]], Awaitable[Attempt[ItemT]]],
    ) -> list[Outcome]:
        """The outcome of each item, in order; each attempt settles some of what is pending."""
        clock = asyncio.get_running_loop().time
        pending: Pending[ItemT] = self._checked(items)
        deadline = clock() + _DEADLINE_SECONDS
        while pending:
            tried = await attempt(pending)
            rest = self._settle(pending, tried)
            if len(rest) < len(pending):
                deadline = clock() + _DEADLINE_SECONDS
            elif clock() > deadline and tried.batch.rest and self.is_patient:
                self.is_patient = False  # what waits is refused, and what comes behind it is not
                deadline = clock() + _DEADLINE_SECONDS
            elif clock() > deadline:
                self._refuse(rest)
                break
            else:
                await asyncio.sleep(random.uniform(0, _LONGEST_PAUSE_SECONDS))
            pending = rest
        await self._confirm()
        return [self.outcomes[place] for place in range(len(items))]

    async def _confirm(self) -> None:
        """Make sure of what was found as it should be, if nothing stored has made sure of it."""
        found = [o.id for o in self.outcomes.values() if isinstance(o, Applied)]
        if found and not self.stored:
            await self.store.confirm(found[0])

    async def decide(
        self, store: UpsertedRecords, rules: Rules[ItemT], pending: Pending[ItemT]
    ) -> Batch[ItemT]:
        """Load what the items are about, and decide them."""
        own = {identity for _, item in pending for _, identity in rules.identities(item)}
        named = [reference for _, item in pending for reference in self.references(item)]
        keys = {key_identity("account", r.key) for r in named if r.key is not None}
        claims = await self.ctx.stores.identities.find(own | keys, self.ctx.now())
        ids = {item.id for _, item in pending if item.id is not None}
        ids |= {claims[identity].owner for identity in own if identity in claims}
        accounts = {reference.id for reference in named if reference.id is not None}
        accounts |= {claims[identity].owner for identity in keys if identity in claims}
        resolve: Resolve | None = None
        if rules.noun == "account":
            ids |= accounts
        else:
            resolve = await self._resolver(accounts, claims)
        stored = await store.by_ids(ids)
        records = {id: each for id, each in stored.items() if "merged_into" not in each}
        claims = await self._without_late(claims, own, records)
        new_id = self.ctx.at_one_moment().new_id
        loaded = Loaded(records, claims, lambda: new_id(self.prefix), is_patient=self.is_patient)
        batch = Batch(rules, loaded, resolve)
        batch.run(pending)
        return batch

    async def save(self, store: UpsertedRecords, batch: Batch[ItemT]) -> Collection[str] | None:
        """Claim, store and release; the ids stored, or None when a claim was lost."""
        changed = batch.changed()
        if not batch.rest and all(draft.version is None for draft in changed):
            self.only_new()
        if not changed:
            return ()
        identities = self.ctx.stores.identities
        wanted = batch.wanted()
        if not await identities.claim_many(wanted, self.ctx.now()):
            return None
        given_up = await identities.find(batch.released(), self.ctx.now())
        writer = Writer(self.ctx.at_one_moment(), self.rules, self.created, self.updated)
        saved = await store.write(
            [writer.new(draft) for draft in changed if draft.version is None],
            [writer.change(draft) for draft in changed if draft.version is not None],
            _adopted(wanted.values()),
        )
        await identities.release_many(
            {identity: claim for identity, claim in given_up.items() if claim.owner in saved}
        )
        return saved

    def _checked(self, items: Sequence[ItemT]) -> list[tuple[int, ItemT]]:
        fit: list[tuple[int, ItemT]] = []
        for place, item in enumerate(items):
            checked = self.rules.checked(item)
            if isinstance(checked, Refused):
                self.outcomes[place] = checked
            else:
                fit.append((place, checked))
        return fit

    def _settle(self, pending: Pending[ItemT], attempt: Attempt[ItemT]) -> Pending[ItemT]:
        """Take the outcomes that stand; the items still to be decided, in order."""
        batch, saved = attempt.batch, attempt.saved
        if saved is None:
            return pending
        again = batch.unsettled(saved)
        for place, outcome in batch.outcomes.items():
            if place not in again:
                self.outcomes[place] = outcome
        self._refuse(each for each in pending if each[0] in batch.contended)
        self.stored += [draft for draft in batch.changed() if draft.id in saved]
        return [each for each in pending if each[0] not in self.outcomes]

    def _refuse(self, items: Iterable[tuple[int, ItemT]]) -> None:
        for place, item in items:
            self.outcomes[place] = Conflict(self.rules.noun, item.id or "")

    async def _without_late(
        self,
        claims: Mapping[Identity, Claim],
        own: Collection[Identity],
        records: Mapping[str, Record],
    ) -> dict[Identity, Claim]:
        """The claims but for those on `own` of a record that had been deleted; these are let go.

        Nobody adopts its id: what is deleted does not come back.
        """
        orphans = {claims[each].owner for each in own if each in claims} - records.keys()
        gone = await self.ctx.stores.deletions.among(orphans)
        late = {identity: claim for identity, claim in claims.items() if claim.owner in gone}
        await self.ctx.stores.identities.release_many(late)
        return {identity: claim for identity, claim in claims.items() if identity not in late}

    async def _resolver(self, accounts: Iterable[str], claims: dict[Identity, Claim]) -> Resolve:
        """Finds the accounts that items refer to, among those loaded now."""
        stored = await self.ctx.stores.accounts.by_ids(accounts, _NAMED)
        found = {id: each for id, each in stored.items() if "merged_into" not in each}
        carries = {id: carried("account", each) for id, each in found.items()}

        def resolve(reference: Reference) -> Record | None:
            if reference.id is not None:
                return found.get(reference.id)
            assert reference.key is not None
            identity = key_identity("account", reference.key)
            claim = claims.get(identity)
            if claim is None or identity not in carries.get(claim.owner, ()):
                return None
            return found[claim.owner]

        return resolve


def _adopted(wanted: Iterable[Wanted]) -> set[str]:
    """The records whose ids others had claimed something for before."""
    return {
        each.owner
        for each in wanted
        if each.instead_of is not None and each.instead_of.owner == each.owner
    }
