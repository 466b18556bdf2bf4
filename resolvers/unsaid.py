"""Unsaid: what a change does not speak of stays as it is."""

from enum import Enum
from typing import TypeVar

T = TypeVar("T")


class Unsaid(Enum):
    """Nothing was said about something: it stays as it is."""

    STAYS = "stays"


def settled(given: T | Unsaid, before: T) -> T:
    """What holds after a change: what was given, else what held before."""
    return before if isinstance(given, Unsaid) else given
