"""Upserting: batches of items matched, decided and stored, whatever kind of record they are of.

A batch is decided on what is loaded at once. Whatever another writer was faster with is loaded
and decided again, until a deadline; items that wait for a record of their own batch to let go of
a key or an e-mail address are decided in a second pass.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, Generic

from domain.batches import Batch
from domain.events import EventType
from domain.identities import Identity, Reference
from domain.upserting import (
    Applied,
    Claim,
    Draft,
    I,
    Refusal,
    Rules,
)
from execution.context import Context
from resolvers.outcomes import Conflict
from store.upserted import UpsertedRecords

_DEADLINE_SECONDS: Final = 5.0
_LONGEST_PAUSE_SECONDS: Final = 0.05

Outcome = Applied | Refusal | Conflict
Outcomes = list[Outcome]
Pending = Sequence[tuple[int, I]]


@dataclass(frozen=True, slots=True)
class Area(Generic[I]):
    """A kind of record as its batches are stored: its events, id prefix, rules and references."""

    prefix: str
    created: EventType
    updated: EventType
    store: UpsertedRecords
    rules: Callable[[], Rules[I]]
    references: Callable[[I], Iterable[Reference]]


@dataclass(slots=True)
class Pass(Generic[I]):
    """One time of loading and deciding; `rest` are the items that have to wait."""

    rules: Rules[I]
    batch: Batch[I]
    rest: Pending[I]


@dataclass(slots=True)
class Upsert(Generic[I]):
    """One call: its items become outcomes, pass by pass."""

    ctx: Context
    area: Area[I]
    outcomes: dict[int, Outcome] = field(default_factory=dict)
    stored: list[Draft] = field(default_factory=list)
    _claimed: dict[Identity, Claim] = field(default_factory=dict)

    async def check(self, items: Sequence[I]) -> list[tuple[int, I]]:
        """The items that can be stored; the others have their outcome."""
        rules = self.area.rules()
        fit: list[tuple[int, I]] = []
        for place, item in enumerate(items):
            checked = rules.checked(item)
            if isinstance(checked, rules_refusal):
                self.outcomes[place] = checked
            else:
                fit.append((place, checked))
        return fit
