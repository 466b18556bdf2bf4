"""Readiness of a buying group as clients see it: whether it is ready for sales, and what lacks."""

from datetime import datetime
from enum import Enum
from typing import Any

import strawberry

import domain.readiness
import resolvers.engagement
import resolvers.readiness
from execution.fields import computed, embedded, one, stored
from execution.sources import Sourced
from schema.roles import Role


@strawberry.enum(description="What a solution interest can ask of its groups.")
class ReadinessThreshold(Enum):
    COMPLETENESS = "completeness"
    ENGAGEMENT = "engagement"
    STAGE = "stage"
    ROLE = "role"


@strawberry.type(description="A threshold that a group does not reach.")
class MissingThreshold(Sourced):
    what: ReadinessThreshold = stored(shown=ReadinessThreshold, description="What is asked for.")
    wanted: float | None = stored(
        description="The figure to reach: percent, score or number of members; null of a stage, "
        "and of a role that the group does not have."
    )
    actual: float | None = stored(
        description="The group's figure to nine decimals; null of a stage."
    )
    wanted_stages: list[str] = stored(
        absent=(), description="The stages one of which it has to be in; none unless `STAGE`."
    )
    stage: str | None = stored(description="The stage it is in; null if none, and unless `STAGE`.")
    role: Role | None = one("role_id", description="The role to be filled; null unless `ROLE`.")


@strawberry.type(description="Whether a group has come as far as its solution interest asks.")
class Readiness(Sourced):
    is_ready: bool = stored(description="Whether it reaches all that is asked for.")
    since: datetime | None = stored(description="Since when it is ready; null while it is not.")
    missing: list[MissingThreshold] = embedded(
        "missing",
        at_most=domain.readiness.MOST_MISSING,
        description="What it does not reach; nothing if it is ready.",
    )


def of_group() -> Any:
    """The field of a group that shows whether it is ready."""
    return computed(
        resolvers.readiness.of_groups,
        needs=resolvers.readiness.NEEDS,
        of_tenant=resolvers.engagement.OF_TENANT,
        description="Whether it is ready for sales; null where the solution interest asks for "
        "nothing. A change of thresholds, and scores that a run has changed, are followed within "
        "moments.",
    )
