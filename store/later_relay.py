"""A relay for those who store much at a time: events are moved while the next is prepared."""

import asyncio
from collections.abc import Iterable

from store.driver import Document
from store.relay import Relay


class LaterRelay(Relay):
    """Moves outboxes behind the back of whoever has stored something, one turn at a time.

    Nobody who uses it may count on events being there before `settle` has returned.
    """

    _turn_under_way: asyncio.Task[None] | None = None

    async def forward(
        self, collection: str, ids: Iterable[str], made: Iterable[Document] = ()
    ) -> None:
        """Begin to move the outboxes of these documents, once the turn before is over."""
        moved, boxes = list(ids), list(made)
        await self.settle()
        self._turn_under_way = asyncio.create_task(super().forward(collection, moved, boxes))

    async def settle(self) -> None:
        """Return once all is moved that was forwarded before."""
        while (turn := self._turn_under_way) is not None:
            await asyncio.shield(turn)  # whoever waits may be broken off, the turn goes on
            if self._turn_under_way is turn:
                self._turn_under_way = None
