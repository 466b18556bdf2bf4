"""Queued records: what a process wants of one document at the same time is decided together.

Commands on one document that come while another is being saved wait, and are then decided one
after the other on one loaded document and stored by one save. So a hot document costs a process
one round trip for all of its commands, and they do not push each other aside; against other
processes the save is guarded and tried again as ever.

Each change among them has a version of its own, so that versions tell the order of changes.
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from domain.identifiers import TenantId
from store.driver import Database, Document
from store.records import Change, Changed, Conflict, Missing, R, Records, Told
from store.relay import Relay

MOST_TOGETHER: Final = 100


@dataclass(frozen=True, slots=True)
class _Waiting:
    decide: Callable[[Document], Any]
    answer: "asyncio.Future[Any]"


@dataclass(frozen=True, slots=True)
class _Queue:
    waiting: list[_Waiting] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Raised:
    """A decision that ended in an error: a bug of whoever asked."""

    error: Exception


@dataclass(frozen=True, slots=True)
class _Together:
    """The answers of several decisions of which none changes anything."""

    answers: list[Any]


class QueuedRecords(Records):
    """Records whose changes of one document are queued within the process.

    The next commands are decided while the events of those before them are moved.
    """

    def __init__(self, database: Database, collection: str, tenant: TenantId, relay: Relay) -> None:
        super().__init__(database, collection, tenant, relay)
        self._queues: dict[str, _Queue] = {}
        self._working: set[asyncio.Task[None]] = set()

    async def change(
        self,
        id: str,
        decide: Callable[[Document], Change | R],
        projection: Mapping[str, object] | None = None,
    ) -> Changed | Missing | Conflict | R:
        """As `Records.change`; the document `decide` gets has the changes of those before it.

        It is the whole document whatever projection is given, for others decide on it too.
        Whoever is cancelled while waiting may have been stored all the same.
        """
        mine = _Waiting(decide, asyncio.get_running_loop().create_future())
        queue = self._queues.get(id)
        if queue is None:
            queue = self._queues[id] = _Queue()
            self._begin(self._work(id, queue))
        queue.waiting.append(mine)
        answer: Changed | Missing | Conflict | R = await mine.answer
        return answer

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._working.add(task)
        task.add_done_callback(self._working.discard)

    async def _work(self, id: str, queue: _Queue) -> None:
        """Decide whatever waits, together, until nothing does."""
        try:
            while queue.waiting:
                batch = queue.waiting[:MOST_TOGETHER]
                del queue.waiting[:MOST_TOGETHER]
                await self._answer(id, batch)
        finally:
            del self._queues[id]
            for left in queue.waiting:
                left.answer.cancel()

    async def _answer(self, id: str, batch: list[_Waiting]) -> None:
        batch = [each for each in batch if not each.answer.done()]
        answers: list[Any] = []

        def decide(document: Document) -> Change | _Together:
            answers[:], change = _decided(document, batch)
            return change if change is not None else _Together(answers)

        try:
            outcome, told = await self._decided_and_saved(id, decide, None)
        except Exception as error:
            _fail(batch, error)
            return
        if isinstance(outcome, Missing | Conflict):
            answers = [outcome] * len(batch)
        if told is not None:
            self._begin(self._answer_once_moved(told, batch, answers))
        else:
            _answer_all(batch, answers)

    async def _answer_once_moved(
        self, told: Told, batch: list[_Waiting], answers: list[Any]
    ) -> None:
        """Whoever has an answer finds its events."""
        try:
            await self._forward(told)
            _answer_all(batch, answers)
        except Exception as error:
            _fail(batch, error)
        finally:
            for left in batch:
                left.answer.cancel()


def _answer_all(batch: Iterable[_Waiting], answers: Iterable[Any]) -> None:
    for each, answer in zip(batch, answers, strict=True):
        if each.answer.done():
            continue
        if isinstance(answer, _Raised):
            each.answer.set_exception(answer.error)
        else:
            each.answer.set_result(answer)


def _fail(batch: Iterable[_Waiting], error: Exception) -> None:
    for each in batch:
        if not each.answer.done():
            each.answer.set_exception(error)


def _decided(document: Document, batch: Iterable[_Waiting]) -> tuple[list[Any], Change | None]:
    """Each one's answer on the document as those before it left it, and all changes as one."""
    answers: list[Any] = []
    paths: dict[str, object] = {}
    events: list[Any] = []
    versions = 0
    for each in batch:
        try:
            answer = each.decide(document)
        except Exception as error:  # it is told to the one who asked, and to nobody else
            answer = _Raised(error)
        if isinstance(answer, Change):
            versions += answer.versions
            document = after(document, answer)
            paths.update(answer.set)
            events += answer.events
            answer = Changed(document["version"])
        answers.append(answer)
    return answers, Change(paths, tuple(events), versions=versions) if versions else None


def after(document: Document, change: Change) -> Document:
    """The document as a change leaves it, in its next version; the given one stays as it is."""
    changed = {**document, "version": document["version"] + change.versions}
    copied: set[tuple[str, ...]] = set()
    for path, value in change.set.items():
        *parents, last = path.split(".")
        target: Any = changed
        for depth, name in enumerate(parents, start=1):
            key: Any = int(name) if isinstance(target, list) else name
            inner = target[key]
            if tuple(parents[:depth]) not in copied:
                copied.add(tuple(parents[:depth]))
                inner = target[key] = inner.copy()
            target = inner
        if isinstance(target, list):
            target[int(last) : int(last) + 1] = [value]
        else:
            target[last] = value
    return changed
