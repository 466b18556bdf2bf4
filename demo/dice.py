"""Chance that comes out the same on every machine: each draw depends on the seed and its name."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

Option = TypeVar("Option")


@dataclass(frozen=True, slots=True)
class Dice:
    """Draws that do not depend on the order they are made in."""

    seed: str

    def roll(self, *name: object) -> float:
        """A number from 0 up to, not including, 1."""
        text = "\x1f".join((self.seed, *map(str, name)))
        digest = hashlib.sha256(text.encode()).digest()
        return (int.from_bytes(digest[:8], "big") >> 11) / 2**53

    def pick(self, options: Sequence[Option], *name: object) -> Option:
        """One of the options, all equally likely."""
        return options[int(self.roll(*name) * len(options))]

    def count(self, low: int, high: int, *name: object) -> int:
        """A whole number from low to high, both included."""
        return low + int(self.roll(*name) * (high - low + 1))
