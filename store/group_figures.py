"""Figures about buying groups, worked out where the data is: how many there are of each kind."""

from collections.abc import Sequence
from dataclasses import dataclass

from domain.identifiers import TenantId
from domain.overviews import BANDS, UNSCORED, Row
from store.driver import Database, Document, aggregate
from store.reading import Query


@dataclass(frozen=True, slots=True)
class Overlap:
    """How many people are in groups, how many of them in several, and who is in the most."""

    people: int
    in_several: int
    most: list[tuple[str, int]]


class GroupFigures:
    """What one tenant's groups add up to."""

    def __init__(self, database: Database, tenant: TenantId) -> None:
        self._groups = database["buying_groups"]
        self._tenant = tenant

    async def overview(self, query: Query, raws: Sequence[float | None]) -> list[Row]:
        """How many groups that a query finds are of each kind; one command for all figures.

        `raws` are the smallest ones of each band of engagement but the first; None: no raw is.
        """
        bounds = [float(low) for low, _ in BANDS[1:]]
        kind = {
            "completeness": _band("$completeness.exact", bounds),
            "engagement": {
                "$cond": [
                    {"$eq": [{"$ifNull": ["$engagement.raw", None]}, None]},
                    UNSCORED,
                    _band("$engagement.raw", raws),
                ]
            },
            "solution_interest": "$solution_interest_id",
            "stage": {"$ifNull": ["$stage.stage_id", None]},
        }
        own = {"$and": [{"tenant": self._tenant}, *([query] if query else [])]}
        rows = await aggregate(
            self._groups,
            [{"$match": own}, {"$group": {"_id": kind, "groups": {"$sum": 1}}}],
        )
        return [Row(groups=row["groups"], **row["_id"]) for row in rows]

    async def overlap(self, query: Query, groups: int, limit: int) -> Overlap:
        """Who is a member of so many or more of the groups that a query finds.

        Those in the most groups come first, up to a limit; then the order is that of their ids.
        """
        own = {"$and": [{"tenant": self._tenant}, *([query] if query else [])]}
        several = {"$match": {"groups": {"$gte": groups}}}
        rows = await aggregate(
            self._groups,
            [
                {"$match": own},
                {"$project": {"_id": 0, "member_ids": 1}},
                {"$unwind": "$member_ids"},
                {"$group": {"_id": "$member_ids", "groups": {"$sum": 1}}},
                {
                    "$facet": {
                        "people": [{"$count": "count"}],
                        "in_several": [several, {"$count": "count"}],
                        "most": [several, {"$sort": {"groups": -1, "_id": 1}}, {"$limit": limit}],
                    }
                },
            ],
        )
        found = rows[0]
        return Overlap(
            _count(found["people"]),
            _count(found["in_several"]),
            [(each["_id"], each["groups"]) for each in found["most"]],
        )


def _count(counted: Sequence[Document]) -> int:
    return int(counted[0]["count"]) if counted else 0


def _band(path: str, bounds: Sequence[float | None]) -> Document:
    """The number of the band a figure falls into: that of the first bound it is below."""
    branches = [
        {"case": True if bound is None else {"$lt": [path, bound]}, "then": number}
        for number, bound in enumerate(bounds)
    ]
    return {"$switch": {"branches": branches, "default": len(bounds)}}
