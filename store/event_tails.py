"""Tails: the latest events of a tenant, read once however many follow them."""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from pymongo.errors import PyMongoError

from domain.events import EventType
from store.deployment import in_short
from store.driver import Document
from store.event_log import EventLog
from store.wanted_events import Wanted

HELD: Final = 500
AT_ONCE: Final = 100
_READ_AT_ONCE: Final = 500
_SECONDS_BETWEEN_LOOKS: Final = 1.0
_SECONDS_OF_GATHERING: Final = 0.01

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Batch:
    """Some events, and the position up to which there is no other that was asked for."""

    events: Sequence[Document]
    position: int


class Tail:
    """The end of one tenant's log, for as long as somebody follows it.

    It holds the last events for those who have read up to them; whoever is further behind reads
    the log. `wake` makes it look at once; it looks every second in any case, so nothing depends on
    being woken.
    """

    def __init__(self, log: EventLog) -> None:
        self.log = log
        self.readers = 0
        self._held: list[Document] = []
        self._batches: dict[tuple[int, Wanted], Batch] = {}
        self._last = -1
        self._is_due = asyncio.Event()
        self._news = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to read."""
        self._task = asyncio.create_task(self._follow())

    def stop(self) -> None:
        """Read no more."""
        if self._task is not None:
            self._task.cancel()

    def wake(self) -> None:
        """There may be new events."""
        self._is_due.set()

    async def last(self) -> int:
        """The last position that was seen."""
        while self._last < 0:
            await self._news.wait()
        return self._last

    async def wait(self, position: int, seconds: float) -> None:
        """Return once there is something beyond this position, or after so many seconds."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while self._last <= position:
                    await self._news.wait()

    def after(self, position: int, wanted: Wanted) -> Batch | None:
        """The wanted ones of the first events beyond a position; None when not all are held.

        Readers who want the same and stand at the same position are given the same batch.
        """
        first = self._last - len(self._held)
        if position < first:
            return None
        batch = self._batches.get((position, wanted))
        if batch is None:
            found = self._held[position - first : position - first + AT_ONCE]
            events = [event for event in found if wanted.holds(event)]
            batch = Batch(events, found[-1]["position"] if found else position)
            self._batches[position, wanted] = batch
        return batch

    async def _follow(self) -> None:
        is_lost = False
        while True:
            self._is_due.clear()
            try:
                await self._read_on()
                is_lost = False
            except (PyMongoError, TimeoutError) as error:
                if not is_lost:
                    _log.warning("Events are not read until MongoDB answers: %s", in_short(error))
                is_lost = True
            except Exception:
                _log.exception("Unexpected error; events are read again in a moment.")
            with suppress(TimeoutError):
                async with asyncio.timeout(_SECONDS_BETWEEN_LOOKS):
                    await self._is_due.wait()

    async def _read_on(self) -> None:
        if self._last < 0:
            self._tell(await self.log.last(), [])
        while found := await self.log.after(self._last, _READ_AT_ONCE):
            self._tell(found[-1]["position"], found)
            await asyncio.sleep(_SECONDS_OF_GATHERING)

    def _tell(self, last: int, found: Sequence[Document]) -> None:
        self._held.extend(found)
        if len(self._held) > 2 * HELD:
            del self._held[:-HELD]
        if any(event["type"] == EventType.PERSON_ERASED.value for event in found):
            self._held.clear()  # what was read before still names the person
        self._batches.clear()
        self._last = last
        self._news, news = asyncio.Event(), self._news
        news.set()
