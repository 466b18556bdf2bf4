"""Batched records: one decision for many documents, loaded by one query and saved by one command.

What many groups need at once, such as a new requirement of their template, costs a few round trips
for hundreds of them. Each save is guarded like any other; whoever was pushed aside is decided again
alone.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping

from pymongo import UpdateOne

from store.driver import BY_ID, Document
from store.queued import QueuedRecords
from store.records import Change, Changed, Conflict, Missing, R


class BatchedRecords(QueuedRecords):
    """Records of which many can be changed together."""

    async def change_all(
        self, documents: Iterable[Document], decide: Callable[[Document], Change | R]
    ) -> dict[str, Changed | Missing | Conflict | R]:
        """As `change` for each of some documents that were just loaded; the answers by id.

        A change without an event that somebody else interfered with may be answered as if it had
        been there before.
        """
        documents = list(documents)
        decisions = {document["_id"]: decide(document) for document in documents}
        versions = {document["_id"]: document["version"] for document in documents}
        changes = {id: each for id, each in decisions.items() if isinstance(each, Change)}
        saved = await self._save_all(changes, versions)
        left = [id for id in changes if id not in saved]
        again = await asyncio.gather(*(self.change(id, decide) for id in left))
        answers: dict[str, Changed | Missing | Conflict | R] = dict(zip(left, again, strict=True))
        for id, decision in decisions.items():
            if not isinstance(decision, Change):
                answers[id] = decision
            elif id in saved:
                answers[id] = Changed(versions[id] + decision.versions)
        return answers

    async def _save_all(
        self, changes: Mapping[str, Change], versions: Mapping[str, int]
    ) -> set[str]:
        """The documents whose change is known to be stored."""
        if not changes:
            return set()
        writes = [
            UpdateOne(self._guard(id, versions[id]), self._update(versions[id], change), hint=BY_ID)
            for id, change in changes.items()
        ]
        result = await self.collection.bulk_write(writes, ordered=False)
        saved = set(changes)
        if result.matched_count < len(changes):
            saved = await self._saved(
                {change.events[0].id: id for id, change in changes.items() if change.events}
            )
        told = [id for id in saved if changes[id].events]
        if told:
            await self._relay.forward(self.collection.name, told)
        return saved
