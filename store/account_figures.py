"""Figures about accounts, worked out where the data is: people, groups and opportunities."""

from collections.abc import Collection
from typing import Final

from domain.identifiers import TenantId
from store.driver import Database, Document, aggregate

_NO_AMOUNT: Final = 0.0


class AccountFigures:
    """What one tenant's people, groups and opportunities add up to, account by account."""

    def __init__(self, database: Database, tenant: TenantId) -> None:
        self._people = database["people"]
        self._groups = database["buying_groups"]
        self._opportunities = database["opportunities"]
        self._tenant = tenant

    async def people(self, accounts: Collection[str]) -> dict[str, int]:
        """How many people belong to each account; one whom nobody belongs to is left out."""
        wanted = {"$in": list(accounts)}
        rows = await aggregate(
            self._people,
            [
                {"$match": {"tenant": self._tenant, "relations.account_id": wanted}},
                {"$project": {"account": {"$setUnion": ["$relations.account_id"]}}},
                {"$unwind": "$account"},
                {"$match": {"account": wanted}},
                {"$group": {"_id": "$account", "people": {"$sum": 1}}},
            ],
        )
        return {row["_id"]: row["people"] for row in rows}

    async def groups(self, accounts: Collection[str]) -> dict[str, Document]:
        """How many groups each account has, and the largest raw engagement among them."""
        rows = await aggregate(
            self._groups,
            [
                {"$match": {"tenant": self._tenant, "account_id": {"$in": list(accounts)}}},
                {
                    "$group": {
                        "_id": "$account_id",
                        "groups": {"$sum": 1},
                        "largest_raw": {"$max": "$engagement.raw"},
                    }
                },
            ],
        )
        return {row["_id"]: row for row in rows}

    async def opportunities(self, accounts: Collection[str]) -> dict[str, dict[bool, Document]]:
        """How many opportunities each account has, open or closed, and what they are worth."""
        rows = await aggregate(
            self._opportunities,
            [
                {"$match": {"tenant": self._tenant, "account_id": {"$in": list(accounts)}}},
                {
                    "$group": {
                        "_id": {
                            "account": "$account_id",
                            "is_closed": {"$eq": ["$is_closed", True]},
                        },
                        "count": {"$sum": 1},
                        "amount": {"$sum": {"$ifNull": ["$amount", _NO_AMOUNT]}},
                    }
                },
            ],
        )
        figures: dict[str, dict[bool, Document]] = {id: {} for id in accounts}
        for row in rows:
            worth = {"count": row["count"], "amount": float(row["amount"])}
            figures[row["_id"]["account"]][row["_id"]["is_closed"]] = worth
        return figures
