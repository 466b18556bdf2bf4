"""People in MongoDB: upserted batch by batch."""

from collections.abc import Collection, Iterable
from typing import Final

from pymongo.asynchronous.client_session import AsyncClientSession

from domain.identifiers import TenantId
from store.driver import Database, Document
from store.relay import Relay
from store.upserted import UpsertedRecords

_BY_ACCOUNT: Final = [("tenant", 1), ("relations.account_id", 1), ("_id", 1)]


class PersonStore(UpsertedRecords):
    """The people of one tenant."""

    def __init__(
        self,
        database: Database,
        tenant: TenantId,
        relay: Relay,
        session: AsyncClientSession | None = None,
    ) -> None:
        super().__init__(database, "people", tenant, relay, session)

    async def related_to(self, accounts: Collection[str], fields: Iterable[str]) -> list[Document]:
        """Everybody who is of one of these accounts, once, with these fields and the relations.

        They come in no order, which would cost more than it is worth.
        """
        cursor = self.collection.find(
            {"tenant": self.tenant, "relations.account_id": {"$in": list(accounts)}},
            dict.fromkeys({"relations", *fields}, 1),
            batch_size=10_000,
            hint=_BY_ACCOUNT,
        )
        return await cursor.to_list(None)
