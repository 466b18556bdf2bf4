"""The event feed: new events as they come, for any number of readers in a process.

A process has one change stream, which carries nothing: it tells whose log has grown. What a reader
is given is read by its position, so it does not matter whether a change was missed, told twice, or
whether the stream was lost with the history it would need: readers look again every second.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import aclosing, contextmanager, suppress
from typing import Final

from pymongo.errors import PyMongoError

from domain.identifiers import TenantId
from store.deployment import in_short
from store.driver import Database, Document, watch
from store.event_log import EventLog
from store.event_tails import AT_ONCE, Batch, Tail
from store.wanted_events import EVERY_EVENT, Wanted

SECONDS_OF_SILENCE: Final = 10.0
_SPAN: Final = 20_000
_SECONDS_BEFORE_ANEW: Final = 1.0
_SECONDS_OF_WATCHING: Final = 5.0
_SECONDS_OF_GATHERING: Final = 0.01
_CHANGES: Final = (
    {
        "$match": {
            "ns.coll": {"$in": ["events", "jobs"]},
            "operationType": {"$in": ["insert", "update", "delete"]},
        }
    },
    {"$project": {"ns": 1, "documentKey": 1}},
)

_log = logging.getLogger(__name__)


class EventFeed:
    """What a process tells its readers; `run` beside them makes it prompt."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._tails: dict[TenantId, Tail] = {}
        self._jobs: dict[str, set[asyncio.Event]] = {}
        self._is_followed = asyncio.Event()

    async def run(self) -> None:
        """Wake readers when there is something for them, for ever."""
        is_lost = False
        while True:
            await self._is_followed.wait()
            try:
                await self._watch()
                is_lost = False
            except (PyMongoError, TimeoutError) as error:
                if not is_lost:
                    _log.warning("The change stream is lost and opened anew: %s", in_short(error))
                is_lost = True
                await asyncio.sleep(_SECONDS_BEFORE_ANEW)

    async def after(
        self, tenant: TenantId, position: int, wanted: Wanted = EVERY_EVENT
    ) -> AsyncGenerator[Batch, None]:
        """The wanted events of a tenant beyond a position, each once and in order, for ever.

        A batch has up to 100 of them; one without any comes after some seconds in which there were
        none. Close it (`contextlib.aclosing`) when it is not read to its end. While MongoDB is
        away it waits.
        """
        clock = asyncio.get_running_loop().time
        with self._following(tenant) as tail:
            told = clock()
            while True:
                batch = await self._next(tail, position, wanted, told + SECONDS_OF_SILENCE)
                position = batch.position
                if batch.events or clock() >= told + SECONDS_OF_SILENCE:
                    yield batch
                    told = clock()

    async def job_changes(self, id: str) -> AsyncGenerator[None, None]:
        """Now, then whenever a job may have changed, and every few seconds in any case."""
        changed = asyncio.Event()
        self._jobs.setdefault(id, set()).add(changed)
        self._note_followers()
        try:
            while True:
                changed.clear()
                yield
                with suppress(TimeoutError):
                    async with asyncio.timeout(SECONDS_OF_SILENCE):
                        await changed.wait()
        finally:
            self._jobs[id].discard(changed)
            if not self._jobs[id]:
                del self._jobs[id]
            self._note_followers()

    async def _next(self, tail: Tail, position: int, wanted: Wanted, until: float) -> Batch:
        """What comes beyond a position; nothing, when that is all until a moment."""
        last = await tail.last()
        if position >= last:
            await tail.wait(position, max(0.0, until - asyncio.get_running_loop().time()))
            last = await tail.last()
        held = tail.after(position, wanted)
        if held is not None:
            return held
        end = min(last, position + _SPAN)
        try:
            events = await tail.log.after(position, AT_ONCE, wanted, end)
        except (PyMongoError, TimeoutError):
            await asyncio.sleep(_SECONDS_BEFORE_ANEW)
            return Batch((), position)
        return Batch(events, events[-1]["position"] if len(events) == AT_ONCE else end)

    @contextmanager
    def _following(self, tenant: TenantId) -> Iterator[Tail]:
        tail = self._tails.get(tenant)
        if tail is None:
            tail = self._tails[tenant] = Tail(EventLog(self._database, tenant))
            tail.start()
            self._note_followers()
        tail.readers += 1
        try:
            yield tail
        finally:
            tail.readers -= 1
            if not tail.readers:
                tail.stop()
                del self._tails[tenant]
                self._note_followers()

    def _note_followers(self) -> None:
        if self._tails or self._jobs:
            self._is_followed.set()
        else:
            self._is_followed.clear()

    async def _watch(self) -> None:
        """Wake those whom a change concerns, until nobody follows anything."""
        is_open = False
        async with aclosing(watch(self._database, _CHANGES, _SECONDS_OF_WATCHING)) as stream:
            while self._is_followed.is_set():
                async with asyncio.timeout(2 * _SECONDS_OF_WATCHING):
                    changes = await anext(stream)
                if is_open:
                    self._wake(changes)
                else:
                    self._wake_all()  # what came before the stream was open, it does not tell
                    is_open = True
                if changes:
                    await asyncio.sleep(_SECONDS_OF_GATHERING)

    def _wake(self, changes: Sequence[Document]) -> None:
        for change in changes:
            id = change["documentKey"]["_id"]
            if change["ns"]["coll"] == "jobs":
                for changed in self._jobs.get(id, ()):
                    changed.set()
            elif tail := self._tails.get(TenantId(id.partition(":")[0])):
                tail.wake()

    def _wake_all(self) -> None:
        for tail in self._tails.values():
            tail.wake()
        for waiting in self._jobs.values():
            for changed in waiting:
                changed.set()
