"""Solution interests in MongoDB: whatever stage model one of them names stays while it is stored.

Naming a model writes to the model as well, in the same transaction; so it cannot happen at the
same time as the deletion of the model.
"""

from collections.abc import Sequence
from typing import Final

from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.errors import DuplicateKeyError

from domain.events import Event
from domain.stage_models import StageModelStatus
from store.driver import BY_ID, Document
from store.records import Change, Records
from store.transactions import OutOfTurn, in_transaction

_MODEL: Final = "stage_model_id"


class StageModelGone(Exception):
    """The live stage model that was to be named has been deleted meanwhile."""


class SolutionInterestStore(Records):
    """The solution interests of one tenant."""

    async def insert(self, document: Document, events: Sequence[Event] = ()) -> bool:
        """As `Records.insert`; raises `StageModelGone` when the model it names is gone."""
        if document.get(_MODEL) is None:
            return await super().insert(document, events)

        async def work(session: AsyncClientSession) -> None:
            await self._hold(document[_MODEL], session)
            await self.collection.insert_one(self._new(document, events), session=session)

        try:
            await in_transaction(self.collection.database, work)
        except DuplicateKeyError:
            return False
        await self._relay.forward(self.collection.name, [document["_id"]])
        return True

    async def _save(self, id: str, version: int, change: Change) -> bool:
        model = change.set.get(_MODEL)
        if not isinstance(model, str):
            return await super()._save(id, version, change)

        async def work(session: AsyncClientSession) -> bool:
            await self._hold(model, session)
            result = await self.collection.update_one(
                self._guard(id, version), self._update(version, change), session=session, hint=BY_ID
            )
            return result.matched_count == 1

        try:
            return await in_transaction(self.collection.database, work)
        except OutOfTurn:
            return False

    async def _hold(self, model: str, session: AsyncClientSession) -> None:
        held = await self.collection.database["stage_models"].update_one(
            {"_id": model, "tenant": self.tenant, "status": StageModelStatus.LIVE.value},
            {"$inc": {"times_named": 1}},
            session=session,
            hint=BY_ID,
        )
        if not held.matched_count:
            raise StageModelGone
