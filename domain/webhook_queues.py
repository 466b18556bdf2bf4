"""Queues: which delivery of an endpoint is next, so that each group's events come in their order.

What has its events told one after the other is a lane. Only the first of a lane is ever under way;
while it is tried again, those behind it wait, and other lanes go on.
"""

import heapq
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from domain.identifiers import WebhookDeliveryId


@dataclass(frozen=True, slots=True)
class Waiting:
    """A delivery that is still to be made: not before a moment, after so many failed attempts."""

    id: WebhookDeliveryId
    lane: str
    position: int
    due: datetime
    failed: int = 0

    @property
    def is_test(self) -> bool:
        """Whether it is about no event: positions of events begin with 1."""
        return self.position == 0


@dataclass(slots=True)
class _Lane:
    """The deliveries of a lane as a heap of positions; `is_busy` while the first is under way."""

    heap: list[tuple[int, WebhookDeliveryId]] = field(default_factory=list)
    is_busy: bool = False


class Queue:
    """The deliveries of one endpoint that are still to be made."""

    def __init__(self, waiting: Iterable[Waiting] = ()) -> None:
        self._items: dict[WebhookDeliveryId, Waiting] = {}
        self._lanes: dict[str, _Lane] = {}
        self._firsts: list[tuple[datetime, int, WebhookDeliveryId]] = []
        self._held_up: set[str] = set()
        self.add(waiting)

    def __len__(self) -> int:
        return len(self._items)

    @property
    def held_up(self) -> int:
        """How many wait for another attempt, or for one before them to succeed at one."""
        return sum(len(self._lanes[lane].heap) for lane in self._held_up)

    @property
    def ready(self) -> int:
        """How many nothing but their turn keeps back."""
        return len(self._items) - self.held_up

    def add(self, waiting: Iterable[Waiting]) -> None:
        """Take in more; one that is there already stays as it is."""
        for item in waiting:
            if item.id in self._items:
                continue
            self._items[item.id] = item
            lane = self._lanes.setdefault(item.lane, _Lane())
            heapq.heappush(lane.heap, (item.position, item.id))
            if lane.heap[0][1] == item.id:
                self._put_first(item.lane)

    def start(self, now: datetime, at_most: int) -> list[Waiting]:
        """What is to be sent now, so many at most; each is under way until `done` or `again`."""
        started: list[Waiting] = []
        while self._firsts and len(started) < at_most:
            due, _, id = self._firsts[0]
            item = self._items.get(id)
            if item is None or item.due != due or not self._is_next(item):
                heapq.heappop(self._firsts)  # it was put in before something changed
                continue
            if due > now:
                break
            heapq.heappop(self._firsts)
            self._lanes[item.lane].is_busy = True
            started.append(item)
        return started

    def done(self, id: WebhookDeliveryId) -> None:
        """The delivery is over; the next of its lane is first now."""
        item = self._items.pop(id)
        lane = self._lanes[item.lane]
        lane.is_busy = False
        if lane.heap[0][1] == id:
            heapq.heappop(lane.heap)
        else:  # one before it came in meanwhile
            lane.heap.remove((item.position, id))
            heapq.heapify(lane.heap)
        if lane.heap:
            self._put_first(item.lane)
        else:
            self._held_up.discard(item.lane)
            del self._lanes[item.lane]

    def again(self, id: WebhookDeliveryId, due: datetime) -> None:
        """The delivery has failed once more, and is tried again at a moment."""
        item = self._items[id]
        self._items[id] = replace(item, due=due, failed=item.failed + 1)
        self._lanes[item.lane].is_busy = False
        self._put_first(item.lane)

    def next_due(self) -> datetime | None:
        """When the next delivery can be sent that is not under way; None if there is none."""
        while self._firsts:
            due, _, id = self._firsts[0]
            item = self._items.get(id)
            if item is not None and item.due == due and self._is_next(item):
                return due
            heapq.heappop(self._firsts)
        return None

    def _is_next(self, item: Waiting) -> bool:
        lane = self._lanes[item.lane]
        return not lane.is_busy and lane.heap[0][1] == item.id

    def _put_first(self, name: str) -> None:
        first = self._items[self._lanes[name].heap[0][1]]
        if first.failed:
            self._held_up.add(name)
        else:
            self._held_up.discard(name)
        heapq.heappush(self._firsts, (first.due, first.position, first.id))
