"""Plans: how the jobs of a kind are done, slice by slice and, where need be, item by item."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from domain.jobs import ItemFailure
from execution.context import Context
from store.driver import Document


@dataclass(frozen=True, slots=True)
class Slice:
    """What one step of a job has done: where the next begins, and what to add to the progress.

    `after` is None when nothing was left to do. `failures` are the items that could not be done.
    """

    after: str | None
    counts: Mapping[str, int]
    failures: Sequence[ItemFailure] = ()


@dataclass(frozen=True, slots=True)
class Items:
    """How a slice is done item by item: the ids of the next one, and what doing one item counts."""

    following: Callable[[Context, Document], Awaitable[Sequence[str]]]
    one: Callable[[Context, Document, str], Awaitable[Mapping[str, int]]]


@dataclass(frozen=True, slots=True)
class Plan:
    """How jobs of a kind are done: how many there are to go through, and the next step.

    `total` gives None for as long as that cannot be said. With `items`, one that is broken is
    noted, and keeps no others from being done.
    """

    total: Callable[[Context, Document], Awaitable[int | None]]
    step: Callable[[Context, Document], Awaitable[Slice]]
    items: Items | None = None


class JobFailed(Exception):
    """The job cannot go on; the text says why, for the person who started it."""
