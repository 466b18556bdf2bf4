"""Opportunities in MongoDB: upserted batch by batch, and what accounts have won by them."""

from collections.abc import Sequence

from domain.identifiers import TenantId
from store.driver import Database, aggregate
from store.relay import Relay
from store.upserted import UpsertedRecords


class OpportunityStore(UpsertedRecords):
    """The opportunities of one tenant."""

    def __init__(self, database: Database, tenant: TenantId, relay: Relay) -> None:
        super().__init__(database, "opportunities", tenant, relay)

    async def products_won(self, accounts: Sequence[str]) -> dict[str, list[str]]:
        """The products of the won opportunities of these accounts, each spelling once."""
        won = {"tenant": self.tenant, "account_id": {"$in": list(accounts)}, "is_won": True}
        by_account = {"_id": "$account_id", "products": {"$addToSet": "$product"}}
        rows = await aggregate(self.collection, [{"$match": won}, {"$group": by_account}])
        return {row["_id"]: [p for p in row["products"] if p is not None] for row in rows}
