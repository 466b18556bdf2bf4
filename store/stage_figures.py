"""Figures about stages, worked out where the data is: counts by stage, and the ends of stays."""

from collections.abc import Collection
from typing import Final

from domain.identifiers import TenantId
from store.driver import Database, Document, aggregate

_BY_INTEREST_AND_STAGE: Final = {
    "tenant": 1,
    "solution_interest_id": 1,
    "stage.stage_id": 1,
}
_HISTORY: Final = "after.stage_history_id"


class StageFigures:
    """What one tenant's groups and their moves add up to."""

    def __init__(self, database: Database, tenant: TenantId) -> None:
        self._groups = database["buying_groups"]
        self._events = database["events"]
        self._tenant = tenant

    async def counts(self, interests: Collection[str]) -> dict[str, dict[str | None, int]]:
        """How many groups of each solution interest are in each stage, by its id; None: in none.

        One command, which reads nothing but an index.
        """
        rows = await aggregate(
            self._groups,
            [
                {
                    "$match": {
                        "tenant": self._tenant,
                        "solution_interest_id": {"$in": list(interests)},
                    }
                },
                {
                    "$group": {
                        "_id": {"interest": "$solution_interest_id", "stage": "$stage.stage_id"},
                        "groups": {"$sum": 1},
                    }
                },
            ],
            hint=_BY_INTEREST_AND_STAGE,
        )
        counts: dict[str, dict[str | None, int]] = {id: {} for id in interests}
        for row in rows:
            of_interest = counts[row["_id"]["interest"]]
            stage = row["_id"].get("stage")
            of_interest[stage] = of_interest.get(stage, 0) + row["groups"]
        return counts

    async def ends(self, moves: Collection[str]) -> dict[str, Document]:
        """By the `_id` of an event that began a stay in a stage, the event that ended it.

        A stay that goes on is left out. One command, with one look into an index for each stay.
        """
        following = {
            "tenant": self._tenant,
            _HISTORY: {"$exists": True},
            "$expr": {"$gt": ["$position", "$$position"]},
        }
        rows = await aggregate(
            self._events,
            [
                {"$match": {"_id": {"$in": list(moves)}, "tenant": self._tenant}},
                {
                    "$lookup": {
                        "from": "events",
                        "localField": _HISTORY,
                        "foreignField": _HISTORY,
                        "let": {"position": "$position"},
                        "pipeline": [
                            {"$match": following},
                            {"$sort": {"position": 1}},
                            {"$limit": 1},
                            {"$project": {"at": 1, "actor": 1, "method": 1}},
                        ],
                        "as": "ends",
                    }
                },
                {"$match": {"ends": {"$ne": []}}},
                {"$project": {"end": {"$first": "$ends"}}},
            ],
        )
        return {row["_id"]: row["end"] for row in rows}
