"""Linearizability of one object of which it is known in which order it was written to.

Every write leaves an event, and events have an order. So no order has to be searched for: that of
the writes is checked against the rule of the object, against what callers were told, and against
the time at which they asked and were told. What wrote nothing is put between two writes where the
rule gives the answer that was told, as early as time allows: if that fails, nothing else will do.
"""

import heapq
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

S = TypeVar("S")
C = TypeVar("C")
A = TypeVar("A")
W = TypeVar("W")


@dataclass(frozen=True, slots=True)
class Operation(Generic[C, A]):
    """Something asked of the object, and when; without an answer it may have been done or not."""

    asked: C
    invoked: int
    answer: A | None = None
    returned: int | None = None


@dataclass(frozen=True, slots=True)
class Written(Generic[W]):
    """What an operation has written, as its event tells."""

    by: str
    what: W


@dataclass(frozen=True, slots=True)
class Step(Generic[S, A, W]):
    """What an operation does to a state; it writes nothing when `what` is None."""

    after: S
    answer: A
    what: W | None


Rule = Callable[[S, C], Step[S, A, W]]


@dataclass(frozen=True, slots=True)
class Checked(Generic[S]):
    """The object's states, before the first write and after each, and what cannot be."""

    states: Sequence[S]
    faults: Sequence[str]


def checked(
    state: S,
    operations: Mapping[str, Operation[C, A]],
    writes: Sequence[Written[W]],
    rule: Rule[S, C, A, W],
) -> Checked[S]:
    """Follow the writes from the first state on, and find a place for all that wrote nothing."""
    states = [state]
    faults: list[str] = []
    done: list[Operation[C, A]] = []
    written: set[str] = set()
    for write in writes:
        operation = operations.get(write.by)
        if operation is None:
            faults.append(f"{write.by} has written {write.what}, and nobody asked for it")
            continue
        if write.by in written:
            faults.append(f"{write.by} was done twice")
        written.add(write.by)
        step = rule(states[-1], operation.asked)
        if step.what != write.what:
            faults.append(f"{write.by} has written {write.what}, not {step.what}")
        if operation.answer is not None and operation.answer != step.answer:
            faults.append(f"{write.by} was told {operation.answer}, not {step.answer}")
        states.append(step.after)
        done.append(operation)
    faults += _order_faults(done)
    others = {id: each for id, each in operations.items() if id not in written}
    faults += _unexplained(states, done, others, rule)
    return Checked(states, faults)


def _order_faults(done: Sequence[Operation[C, A]]) -> Iterator[str]:
    """Where a write comes after one that was asked for only when the first had been answered."""
    latest = 0
    for place, operation in enumerate(done, start=1):
        if operation.returned is not None and operation.returned < latest:
            yield f"write {place} comes after one that was asked for later"
        latest = max(latest, operation.invoked)


def _unexplained(
    states: Sequence[S],
    done: Sequence[Operation[C, A]],
    others: Mapping[str, Operation[C, A]],
    rule: Rule[S, C, A, W],
) -> Iterator[str]:
    """What was answered and wrote nothing, for which there is no place."""
    bounds = _Bounds(done)
    answered = [(each.invoked, id) for id, each in others.items() if each.answer is not None]
    placed: list[tuple[int, int]] = []
    floor = 0
    for invoked, id in sorted(answered):
        operation = others[id]
        while placed and placed[0][0] < invoked:
            floor = max(floor, heapq.heappop(placed)[1])
        first = max(floor, bounds.least(invoked))
        last = bounds.most(operation.returned)
        for place in range(first, last + 1):
            step = rule(states[place], operation.asked)
            if step.what is None and step.answer == operation.answer:
                break
        else:
            yield f"{id} was told {operation.answer}, which no order of events explains"
            continue
        if operation.returned is not None:
            heapq.heappush(placed, (operation.returned, place))


class _Bounds:
    """How many writes come before an operation, by the time of asking and of answering."""

    def __init__(self, done: Sequence[Operation[C, A]]) -> None:
        ended = [(w.returned, place) for place, w in enumerate(done, 1) if w.returned is not None]
        ended.sort()
        self._returned = [returned for returned, _ in ended]
        self._behind: list[int] = []
        for _, place in ended:
            self._behind.append(max(place, self._behind[-1] if self._behind else 0))
        begun = sorted((w.invoked, place) for place, w in enumerate(done))
        self._invoked = [invoked for invoked, _ in begun]
        self._before: list[int] = []
        for _, place in reversed(begun):
            self._before.append(min(place, self._before[-1] if self._before else len(done)))
        self._before.reverse()
        self._count = len(done)

    def least(self, invoked: int) -> int:
        """So many writes had been answered, or came before such, when this was asked for."""
        place = bisect_left(self._returned, invoked)
        return self._behind[place - 1] if place else 0

    def most(self, returned: int | None) -> int:
        """No more writes than these can come before what was answered then."""
        if returned is None:
            return self._count
        place = bisect_right(self._invoked, returned)
        return self._before[place] if place < len(self._before) else self._count
