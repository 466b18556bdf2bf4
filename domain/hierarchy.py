"""The hierarchy of accounts: parents, the chain above an account, and no circles."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class HierarchyCircle:
    """The account would stand above itself."""

    field: str
    parent: str


class Place(NamedTuple):
    """Where an account stands: the accounts above it from the top, and its level from 1."""

    ancestors: list[str]
    level: int


class Hierarchy:
    """The parents of the accounts at hand and of everything above them."""

    def __init__(self) -> None:
        self._parents: dict[str, str | None] = {}

    def learn(self, account: str, ancestors: Sequence[str]) -> None:
        """Take in an account with the accounts above it, from the top; what is set stays."""
        above: str | None = None
        for each in (*ancestors, account):
            self._parents.setdefault(each, above)
            above = each

    def set_parent(self, account: str, parent: str | None) -> None:
        """Put the account below another, or at the top."""
        self._parents[account] = parent

    def closes_circle(self, account: str, parent: str) -> bool:
        """Whether the account would stand above itself if that were its parent."""
        return account == parent or account in self._above(parent)

    def place(self, account: str) -> Place:
        """Where the account stands now."""
        ancestors = self._above(account)[::-1]
        return Place(ancestors, len(ancestors) + 1)

    def moved(self, stored: Mapping[str, Sequence[str]]) -> dict[str, Place]:
        """Those of the accounts that stand elsewhere than the chains they are stored with say."""
        places = {account: self.place(account) for account in stored}
        return {
            account: place
            for account, place in places.items()
            if place.ancestors != list(stored[account])
        }

    def _above(self, account: str) -> list[str]:
        """The accounts above, from the nearest; each once, even if stored links close a circle."""
        found: dict[str, None] = {}
        parent = self._parents.get(account)
        while parent is not None and parent not in found:
            found[parent] = None
            parent = self._parents.get(parent)
        return list(found)
