"""The documents as Quorum stores them, for peers written in Python: one tenant's, by Motor."""

import math
import os
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from bson.codec_options import CodecOptions
from motor.motor_asyncio import AsyncIOMotorClient
from pymongo.write_concern import WriteConcern

Row = dict[str, Any]

TENANT: Final = os.environ.get("PEER_TENANT", "default")
IS_LEAN: Final = os.environ.get("PEER_BUILD") == "lean"
"""The lean build fetches only what an operation selects; the plain one fetches documents whole."""
ORDER: Final = {"folded.name": 1, "_id": 1}

_kept: dict[str, Any] = {}


def collection(name: str) -> Any:
    """A collection; the client is made in the loop that uses it."""
    if not _kept:
        client: Any = AsyncIOMotorClient(os.environ["MONGODB_URI"])
        _kept["database"] = client.get_database(
            os.environ["PEER_DATABASE"],
            codec_options=CodecOptions(tz_aware=True, tzinfo=UTC),
            write_concern=WriteConcern(w="majority", j=True),
        )
    return _kept["database"][name]


async def of_ids(name: str, ids: Iterable[str], shown: Mapping[str, int] | None) -> dict[str, Row]:
    """The documents of these ids, of which these paths are fetched; None: whole."""
    wanted = {"_id": {"$in": list(ids)}, "tenant": TENANT}
    at_once = {"batch_size": 10_000} if IS_LEAN else {}
    rows = await collection(name).find(wanted, shown, **at_once).to_list(None)
    return {row["_id"]: row for row in rows}


async def largest_raws() -> tuple[float, float]:
    """What scores are measured by: the largest raw of a group, and of a person; 0 before any."""
    tenant = await collection("tenants").find_one({"_id": TENANT}, {"scoring": 1})
    reference = ((tenant or {}).get("scoring") or {}).get("reference") or {}
    return reference.get("largest_group_raw", 0.0), reference.get("largest_person_raw", 0.0)


def score(raw: float, largest: float) -> float:
    """A score from 0 to 100, to nine decimals."""
    if raw <= 0 or largest <= 0:
        return 0.0
    return round(min(100.0, 100.0 * math.sqrt(raw / largest)), 9)


def percent(exact: float) -> int:
    """The figure as people see it: whole, halves rounded up."""
    return math.floor(exact + 0.5)


def moment(at: datetime | None) -> str | None:
    """A moment as ISO 8601 in UTC, to the millisecond."""
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z") if at else None


def of_group(group: Row, largest: float) -> Row | None:
    """The engagement of a group; None of one that has not been scored yet."""
    stored = group.get("engagement")
    if stored is None:
        return None
    exact = score(stored["raw"], largest)
    return {
        "score": percent(exact),
        "exact": exact,
        "computedAt": moment(stored["computed_at"]),
        "isStale": group.get("score_due") is not None,
    }
