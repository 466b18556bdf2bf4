"""The overview of the peers in Python: groups counted in four ways by one command."""

from collections import Counter
from typing import Any, Final

from bench.peers.python.stored import TENANT, Row, collection, largest_raws

_BOUNDS: Final = (25.0, 50.0, 75.0)


async def counted(query: Row) -> Row:
    """The figures; a bar of a solution interest has its id as `solution_interest_id`."""
    largest, _ = await largest_raws()
    raws = [largest * (bound / 100) ** 2 for bound in _BOUNDS]
    is_unscored = {"$eq": [{"$ifNull": ["$engagement.raw", None]}, None]}
    kind = {
        "completeness": _band("$completeness.exact", _BOUNDS),
        "engagement": {"$cond": [is_unscored, -1, _band("$engagement.raw", raws)]},
        "interest": "$solution_interest_id",
        "stage": {"$ifNull": ["$stage.stage_id", None]},
    }
    rows = (
        await collection("buying_groups")
        .aggregate(
            [
                {"$match": {"tenant": TENANT, **query}},
                {"$group": {"_id": kind, "groups": {"$sum": 1}}},
            ]
        )
        .to_list(None)
    )
    stages = _largest_first(_summed(rows, "stage"))
    names = await _stage_names([id for id, _ in stages if id is not None])
    return {
        "total": sum(row["groups"] for row in rows),
        "byCompleteness": _bands(_summed(rows, "completeness")),
        "byEngagement": _bands(_summed(rows, "engagement")),
        "bySolutionInterest": {
            "bars": [
                {"solution_interest_id": id, "groups": groups}
                for id, groups in _largest_first(_summed(rows, "interest"))
            ]
        },
        "byStage": {
            "bars": [
                {"stageId": id, "name": names.get(id), "groups": groups}
                for id, groups in sorted(stages, key=lambda each: each[0] is None)
            ]
        },
    }


def _band(path: str, bounds: Any) -> Row:
    branches = [
        {"case": {"$lt": [path, bound]}, "then": number} for number, bound in enumerate(bounds)
    ]
    return {"$switch": {"branches": branches, "default": len(branches)}}


def _summed(rows: list[Row], kind: str) -> Counter[Any]:
    sums = Counter[Any]()
    for row in rows:
        sums[row["_id"][kind]] += row["groups"]
    return sums


def _bands(sums: Counter[Any]) -> Row:
    bands = [{"atLeast": 25 * n, "below": 25 * n + 25, "groups": sums[n]} for n in range(4)]
    return {"bands": bands, "unscored": sums[-1]}


def _largest_first(sums: Counter[Any]) -> list[tuple[Any, int]]:
    return sorted(sums.items(), key=lambda each: (-each[1], each[0] or ""))[:100]


async def _stage_names(ids: list[str]) -> dict[Any, str]:
    if not ids:
        return {}
    wanted = {"tenant": TENANT, "stages.stage_id": {"$in": ids}}
    models = await collection("stage_models").find(wanted, {"stages": 1}).to_list(None)
    return {stage["stage_id"]: stage["name"] for each in models for stage in each["stages"]}
