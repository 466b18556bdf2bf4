"""Merged groups: what one buying group holds goes into another, and the first one is deleted.

Both happen in one transaction: a command about either is stored before it, or finds what it left.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.errors import DuplicateKeyError

from domain.events import Event
from domain.identifiers import TenantId
from store import deletions
from store.deletions import Deletion, DeletionStore, Refused, decided
from store.driver import Database, Document
from store.records import Change, Conflict, Missing, R, Records
from store.relay import Relay
from store.transactions import OutOfTurn

_GROUPS: Final = "buying_groups"


@dataclass(frozen=True, slots=True)
class Taken:
    """What a group takes over: a change of the one there is, or one that is made for it.

    A new one begins behind the `version` that a deleted one in its place had.
    """

    deletion: Deletion
    change: Change | None = None
    new: tuple[Document, Sequence[Event]] | None = None
    version: int = 0


@dataclass(frozen=True, slots=True)
class TakenOver:
    """The one group is gone, and the other holds what it held."""


class MergedGroupStore(DeletionStore):
    """The buying groups of one tenant that go into others."""

    def __init__(self, database: Database, tenant: TenantId, relay: Relay) -> None:
        super().__init__(database, tenant, relay)
        self._groups = Records(database, _GROUPS, tenant, relay)

    async def take_over(
        self,
        merged: str,
        group: str,
        refers_to: Mapping[str, str],
        decide: Callable[[Document, Document | None, int], Taken | R],
    ) -> TakenOver | Missing | Conflict | R:
        """Let one group take over what another holds, and delete that one, or neither.

        `decide` sees the one that goes, the other if there is one, and the version that a deleted
        one in its place had. `refers_to` are the documents the other refers to, by collection: all
        of them stay until the end, or the answer is that one is missing.
        """
        database = self.collection.database

        async def work(session: AsyncClientSession) -> TakenOver | Missing:
            document = await self._groups.collection.find_one_and_delete(
                {"_id": merged, "tenant": self.tenant}, session=session
            )
            if document is None:
                return Missing(merged)
            for collection, id in refers_to.items():
                held = await database[collection].update_one(
                    {"_id": id, "tenant": self.tenant, **deletions.STAYS},
                    {"$inc": {"groups_made": 1}},
                    session=session,
                )
                if not held.matched_count:
                    raise Refused(Missing(id))
            other = await self._groups.collection.find_one(
                {"_id": group, "tenant": self.tenant}, session=session
            )
            mark = await self._mark_of(group, session) if other is None else None
            decision = decide(document, other, mark["last_version"] if mark else 0)
            if not isinstance(decision, Taken):
                raise Refused(decision)
            if other is not None and decision.change is not None:
                await self._alter(group, other["version"], decision.change, session)
            if other is None and decision.new is not None:
                await self._make(decision, mark, session)
            await self.collection.insert_one(
                self._mark(self._groups, document, decision.deletion), session=session
            )
            return TakenOver()

        answer: TakenOver | Missing | Conflict | R = await decided(database, merged, work)
        if isinstance(answer, TakenOver):
            await self._relay.forward(self.collection.name, [merged])
            await self._relay.forward(_GROUPS, [group])
        return answer

    async def _mark_of(self, group: str, session: AsyncClientSession) -> Document | None:
        """The mark that a deleted group has left, which goes when another is made in its place."""
        return await self.collection.find_one_and_delete(
            {"_id": group, "tenant": self.tenant}, session=session
        )

    async def _alter(
        self, group: str, version: int, change: Change, session: AsyncClientSession
    ) -> None:
        guard = self._guard(group, version)
        update = self._update(version, change)
        altered = await self._groups.collection.update_one(guard, update, session=session)
        if not altered.matched_count:
            raise OutOfTurn

    async def _make(self, taken: Taken, mark: Document | None, session: AsyncClientSession) -> None:
        assert taken.new is not None
        new = self._new(*taken.new) | {"version": taken.version}
        new["outbox"] = [*(mark["outbox"] if mark else ()), *new["outbox"]]
        try:
            await self._groups.collection.insert_one(new, session=session)
        except DuplicateKeyError as error:
            raise OutOfTurn from error
