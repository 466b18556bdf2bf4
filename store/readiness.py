"""Readiness in MongoDB: a group carries the thresholds it was measured by, with what came of it.

So every decision about a group has at hand what its readiness follows from. The thresholds of a
solution interest have a revision; groups below it are found, and measured anew.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from domain.identifiers import BuyingGroupId, RoleId, SolutionInterestId, TenantId
from domain.readiness import RoleCount, Standing, Thresholds
from store.driver import Database, Document

FOR_MEASURING: Mapping[str, int] = {
    "version": 1,
    "account_id": 1,
    "solution_interest_id": 1,
    "role_template_id": 1,
    "completeness": 1,
    "roles": 1,
    "stage": 1,
    "engagement": 1,
    "readiness": 1,
}
"""What readiness follows from."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a solution interest asks of its groups; revision 0: it never asked for anything."""

    thresholds: Thresholds
    revision: int


class ReadinessStore:
    """The groups of one tenant whose readiness may be another than what is stored."""

    def __init__(self, database: Database, tenant: TenantId) -> None:
        self._groups = database["buying_groups"]
        self._tenant = tenant

    async def behind(
        self, interest: SolutionInterestId, revision: int, limit: int
    ) -> list[BuyingGroupId]:
        """Groups that were measured by earlier thresholds, or not at all."""
        return await self._ids(interest, {"readiness.revision": {"$lt": revision}}, limit) or (
            await self._ids(interest, {"readiness.revision": None}, limit)
        )

    async def crossed(
        self, interest: SolutionInterestId, raw: float | None, limit: int
    ) -> list[BuyingGroupId]:
        """Groups that have come to this raw since they were measured, or fallen below it.

        None is a raw that nobody reaches.
        """
        path, figure = "readiness.is_engaged", "engagement.raw"
        if raw is None:
            return await self._ids(interest, {path: True}, limit)
        risen = await self._ids(interest, {path: False, figure: {"$gte": raw}}, limit)
        return risen or await self._ids(interest, {path: True, figure: {"$lt": raw}}, limit)

    async def _ids(
        self, interest: SolutionInterestId, query: Mapping[str, object], limit: int
    ) -> list[BuyingGroupId]:
        found = {"tenant": self._tenant, "solution_interest_id": interest, **query}
        cursor = self._groups.find(found, {"_id": 1}, limit=limit, batch_size=limit)
        return [BuyingGroupId(document["_id"]) async for document in cursor]


def to_asked(interest: Mapping[str, Any]) -> Asked:
    """What a stored solution interest asks."""
    thresholds = to_thresholds(interest["thresholds"])
    return Asked(thresholds, interest.get("thresholds_revision", int(thresholds.is_any)))


def to_thresholds(stored: Mapping[str, Any]) -> Thresholds:
    """The thresholds a document holds."""
    return Thresholds(
        stored["completeness"],
        stored["engagement"],
        tuple(stored.get("stages", ())),
        tuple(RoleId(role) for role in stored.get("role_ids", ())),
    )


def thresholds_document(thresholds: Thresholds) -> Document:
    """Thresholds as they are stored."""
    return {
        "completeness": thresholds.completeness,
        "engagement": thresholds.engagement,
        "stages": list(thresholds.stages),
        "role_ids": list(thresholds.roles),
    }


def to_standing(group: Mapping[str, Any], *, is_engaged: bool) -> Standing:
    """How far a stored group has come."""
    stage = group.get("stage")
    return Standing(
        group["completeness"]["exact"],
        is_engaged,
        stage["name"] if stage else None,
        {
            RoleId(role["role_id"]): RoleCount(role["assigned"], role["members_required"])
            for role in group["roles"]
        },
    )
