"""Batches: a run of items, matched with records and applied to them in order.

A record is matched by id, then by outside key, then by e-mail address. The batch is decided as a
whole, in memory: what it leaves to be stored is one draft for each record it touches.

A claim whose owner is not stored is one of a writer who is about to store it, or who never will.
A new record adopts it together with the owner's id, so that only one of the two can be stored; a
record that has another id waits for it.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final, Generic

from domain.fields import Record, Value, differing, put, stored
from domain.identities import Identity, Reference, carried, identify, key_identity
from domain.upserting import (
    Applied,
    Claim,
    Draft,
    ItemT,
    OwnedByAnother,
    Refusal,
    Resolve,
    Rules,
    Status,
    Step,
    UnknownRecord,
    Wanted,
)

_NOTHING: Final[frozenset[Identity]] = frozenset()


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a batch is decided on: records by id, claims by identity, and new ids.

    `is_patient` says whether it waits for what other writers are about to store.
    """

    records: Mapping[str, dict[str, Any]]
    claims: Mapping[Identity, Claim]
    new_id: Callable[[], str]
    is_patient: bool = True


class _Waits(Enum):
    """For whom an item waits: a record of its own batch, or another writer's."""

    OURS = "ours"
    THEIRS = "theirs"


class Batch(Generic[ItemT]):
    """The decision about a run of items."""

    def __init__(self, rules: Rules[ItemT], loaded: Loaded, resolve: Resolve | None = None) -> None:
        self._rules = rules
        self._loaded = loaded
        self._resolve = resolve or self.named
        self._carried: dict[str, frozenset[Identity]] = {}
        self._moved: dict[Identity, str | None] = {}
        self._wanted: dict[Identity, Wanted] = {}
        self.drafts: dict[str, Draft] = {}
        self.outcomes: dict[int, Applied | Refusal] = {}
        self.contended: set[int] = set()
        self.rest: Sequence[tuple[int, ItemT]] = ()

    def run(self, items: Sequence[tuple[int, ItemT]]) -> None:
        """Decide the items in order, up to one that has to wait until something is stored.

        `contended` are those that would wait for another writer, once patience is over.
        """
        for position, (place, item) in enumerate(items):
            outcome = self._decide(place, item)
            if outcome is _Waits.THEIRS and not self._loaded.is_patient:
                self.contended.add(place)
            elif isinstance(outcome, _Waits):
                self.rest = items[position:]
                return
            else:
                self.outcomes[place] = outcome

    def wanted(self) -> dict[Identity, Wanted]:
        """The claims to make before the drafts are stored."""
        return {
            identity: wanted
            for identity, wanted in self._wanted.items()
            if self._moved[identity] == wanted.owner
        }

    def released(self) -> dict[Identity, str]:
        """The identities that stored records give up, with their owners."""
        return {
            identity: draft.id
            for draft in self.changed()
            if draft.version is not None
            for identity in draft.identities_before - draft.identities
        }

    def changed(self) -> list[Draft]:
        """The drafts that have to be stored."""
        return [draft for draft in self.drafts.values() if draft.steps]

    def unsettled(self, saved: Collection[str]) -> set[int]:
        """The places of the items to decide again when only these drafts could be stored."""
        lost = {draft.id for draft in self.changed()}.difference(saved)
        places = {place for id in lost for place in self.drafts[id].places}
        return places | {
            place
            for place, outcome in self.outcomes.items()
            if isinstance(outcome, OwnedByAnother) and outcome.owner in lost
        }

    def named(self, reference: Reference) -> Record | None:
        """The record of this kind that a reference names, as the batch stands."""
        id = reference.id
        if reference.key is not None:
            id = self._owner(key_identity(self._rules.noun, reference.key))
        if id is None:
            return None
        draft = self.drafts.get(id)
        return draft.record if draft else self._loaded.records.get(id)

    def _decide(self, place: int, item: ItemT) -> Applied | Refusal | _Waits:
        identities = self._rules.identities(item)
        match = self._match(item, identities)
        if match is not None and not isinstance(match, str):
            return match
        if match is None and (missing := self._rules.missing(item)) is not None:
            return missing
        id = match or self._id_of_new(identities)
        wanted = self._claims_for(id, identities)
        if not isinstance(wanted, dict):
            return wanted
        draft = self.drafts.get(id) or self._draft(id, is_new=match is None)
        values = self._rules.values(draft.record, item, self._resolve)
        if not isinstance(values, dict):
            return values
        self.drafts[id] = draft
        draft.places.append(place)
        return self._apply(place, draft, differing(draft.record, values), wanted)

    def _match(
        self, item: ItemT, identities: Sequence[tuple[str, Identity]]
    ) -> str | OwnedByAnother | UnknownRecord | None:
        match = item.id
        if match is not None and not self._exists(match):
            return UnknownRecord("id", self._rules.noun, match)
        for name, identity in identities:
            owner = self._owner(identity)
            if match is None:
                match = owner
            elif owner is not None and owner != match:
                return OwnedByAnother(name, owner)
        return match

    def _id_of_new(self, identities: Sequence[tuple[str, Identity]]) -> str:
        """The id of a new record: one that was claimed for and never stored, or a fresh one."""
        for _, identity in identities:
            claim = self._loaded.claims.get(identity)
            if claim is not None and not self._exists(claim.owner):
                return claim.owner
        return self._loaded.new_id()

    def _claims_for(
        self, id: str, identities: Sequence[tuple[str, Identity]]
    ) -> dict[Identity, Wanted] | OwnedByAnother | _Waits:
        """The claims the record needs, unless it has to wait for another to let go."""
        wanted: dict[Identity, Wanted] = {}
        for name, identity in identities:
            if identity in self._carried_by(id) or self._owner(identity) == id:
                continue
            claim = self._loaded.claims.get(identity)
            if claim is not None and claim.owner != id:
                if identity in self._carried_by(claim.owner):
                    return _Waits.OURS
                if not claim.is_stale and claim.owner not in self._loaded.records:
                    return _Waits.THEIRS
                if not claim.is_stale:
                    return OwnedByAnother(name, claim.owner)
            wanted[identity] = Wanted(id, claim)
        return wanted

    def _draft(self, id: str, *, is_new: bool) -> Draft:
        if is_new:
            return Draft(self._rules.blank(id), None, _NOTHING, _NOTHING)
        record, carried_before = self._loaded.records[id], self._carried_by(id)
        return Draft(record, record["version"], carried_before, carried_before)

    def _apply(
        self,
        place: int,
        draft: Draft,
        changes: Mapping[str, Value],
        wanted: Mapping[Identity, Wanted],
    ) -> Applied:
        is_creation = draft.version is None and not draft.steps
        if not changes and not is_creation:
            return Applied(Status.UNCHANGED, draft.id)
        before = {} if is_creation else {path: stored(draft.record, path) for path in changes}
        for path, value in changes.items():
            put(draft.record, path, value)
        draft.steps.append(Step(place, is_creation, before, changes))
        draft.values.update(changes)
        self._rules.applied(draft.record, changes)
        if is_creation or identify(changes):
            self._note_identities(draft)
        self._wanted.update(wanted)
        return Applied(Status.CREATED if is_creation else Status.UPDATED, draft.id)

    def _note_identities(self, draft: Draft) -> None:
        so_far, now = draft.identities, carried(self._rules.noun, draft.record)
        self._moved.update(dict.fromkeys(so_far - now))
        self._moved.update(dict.fromkeys(now - so_far, draft.id))
        draft.identities = now

    def _owner(self, identity: Identity) -> str | None:
        """Who carries the identity, as the batch stands."""
        if identity in self._moved:
            return self._moved[identity]
        claim = self._loaded.claims.get(identity)
        if claim is None or identity not in self._carried_by(claim.owner):
            return None
        return claim.owner

    def _carried_by(self, id: str) -> frozenset[Identity]:
        """What the record carried when it was loaded."""
        if id not in self._carried:
            record = self._loaded.records.get(id)
            self._carried[id] = carried(self._rules.noun, record) if record else _NOTHING
        return self._carried[id]

    def _exists(self, id: str) -> bool:
        return id in self.drafts or id in self._loaded.records
