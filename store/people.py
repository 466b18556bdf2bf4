"""People in MongoDB: upserted batch by batch."""

from pymongo.asynchronous.client_session import AsyncClientSession

from domain.identifiers import TenantId
from store.driver import Database
from store.relay import Relay
from store.upserted import UpsertedRecords


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
