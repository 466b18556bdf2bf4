"""Readiness: whether a buying group has come as far as its solution interest asks of it.

A solution interest without any threshold asks for nothing, and has no ready groups.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final

from domain.folding import fold
from domain.identifiers import RoleId
from domain.roles import MOST_ROLES

MOST_MISSING: Final = 3 + MOST_ROLES


class Threshold(Enum):
    """What can be asked of a group."""

    COMPLETENESS = "completeness"
    ENGAGEMENT = "engagement"
    STAGE = "stage"
    ROLE = "role"


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When a group is ready for sales: scores to reach, 0 to 100, and None is not asked for;
    one of these stages, by name, if there are any; and as many members as these roles need."""

    completeness: int | None = None
    engagement: int | None = None
    stages: tuple[str, ...] = ()
    roles: tuple[RoleId, ...] = ()

    @property
    def is_any(self) -> bool:
        """Whether anything is asked for."""
        return self != Thresholds()


@dataclass(frozen=True, slots=True)
class RoleCount:
    """How many members a role of a group has, and how many it needs."""

    assigned: int
    needed: int


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a group has come; `is_engaged` says whether its score reaches what is asked."""

    completeness: float
    is_engaged: bool
    stage: str | None
    roles: Mapping[RoleId, RoleCount]


@dataclass(frozen=True, slots=True)
class Missing:
    """A threshold that is not reached; of a role, which one."""

    what: Threshold
    role: RoleId | None = None


def missing(thresholds: Thresholds, standing: Standing) -> tuple[Missing, ...]:
    """The thresholds a group does not reach, in a fixed order; none: it is ready.

    A role that the group does not have is not filled.
    """
    found = []
    if thresholds.completeness is not None and standing.completeness < thresholds.completeness:
        found.append(Missing(Threshold.COMPLETENESS))
    if thresholds.engagement is not None and not standing.is_engaged:
        found.append(Missing(Threshold.ENGAGEMENT))
    if thresholds.stages and not _is_one_of(thresholds.stages, standing.stage):
        found.append(Missing(Threshold.STAGE))
    unfilled = (role for role in thresholds.roles if not _is_filled(standing.roles.get(role)))
    return (*found, *(Missing(Threshold.ROLE, role) for role in unfilled))


def is_ready(thresholds: Thresholds, standing: Standing) -> bool:
    """Whether a group reaches all that is asked, and anything is."""
    return thresholds.is_any and not missing(thresholds, standing)


def _is_one_of(stages: tuple[str, ...], stage: str | None) -> bool:
    return stage is not None and fold(stage) in map(fold, stages)


def _is_filled(count: RoleCount | None) -> bool:
    return count is not None and count.assigned >= count.needed
