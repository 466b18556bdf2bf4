"""Engagement: how active a group's people are, in two figures, and how these come about."""

from datetime import date, datetime
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

import resolvers.engagement
import resolvers.engagement_breakdowns
from domain.engagement import shown
from domain.roles import MOST_ROLES
from execution.fields import argument, computed, embedded, one, stored
from execution.sources import Sourced
from resolvers.engagement_breakdowns import DAYS_SHOWN, MEMBERS_SHOWN, TYPES_SHOWN
from schema.activity_types import ActivityExclusion, ActivityType
from schema.role_templates import RoleWeighting
from schema.roles import Role
from schema.scalars import percent
from schema.weighting_models import WeightingModel

if TYPE_CHECKING:
    from schema.people import Person

_two_decimals = partial(shown, places=2)


def _rounded(exact: float) -> float:
    return float(_two_decimals(exact))


@strawberry.type(description="The calendar days that count.")
class EngagementWindow(Sourced):
    first_day: date = stored(description="The first day that counts.")
    last_day: date = stored(description="The last day that counts: the day of the scoring.")
    days: int = stored(description="How many days that is.")
    time_zone: str = stored(description="The time zone in which they are days: the tenant's.")


@strawberry.type(
    description="What figures are divided by, so that the largest of each is 1 or 100."
)
class EngagementNormalisation(Sourced):
    largest_weight: int = stored(
        description="The largest weight among the types that occurred in the window; 0: none did."
    )
    largest_person_raw: float = stored(description="The raw of the tenant's most engaged person.")
    largest_group_raw: float = stored(description="The raw of the tenant's most engaged group.")


@strawberry.type(description="How often a person did something on one day, and what of it counts.")
class EngagementDay(Sourced):
    day: date = stored(description="The day, in the tenant's time zone.")
    count: int = stored(description="How often.")
    counted: int = stored(description="The same, up to the daily cap.")
    factor: float = stored(
        description="What an act of that day counts by the model's decay, 0 to 1, to six decimals."
    )


@strawberry.type(description="What a person did of one type of activity in the window.")
class TypeEngagement(Sourced):
    activity_type: ActivityType = one("activity_type_id", description="The type.")
    count: int = stored(description="How often, in all.")
    capped: int = stored(description="How often it counts: each day at most the daily cap.")
    daily_cap: int = stored(description="How many acts of one day count.")
    weight: int = stored(description="What one act weighs in the model.")
    normalised_weight: float = stored(
        description="The weight by the largest one that occurred, 0 to 1, to nine decimals."
    )
    decayed: float = stored(
        description="The capped counts of the days by their factors: the capped count where "
        "nothing decays."
    )
    points: float = stored(description="Decayed count by normalised weight, to nine decimals.")
    raw: float = stored(description="Decayed count by weight, to six decimals.")
    days: list[EngagementDay] = embedded(
        "days",
        at_most="daysPerType",
        description="Day by day, in order: the last ones, as many as were asked for.",
    )


@strawberry.type(description="Acts of a type that the model gives no weight: they do not count.")
class UnweightedActivities(Sourced):
    activity_type: ActivityType = one("activity_type_id", description="The type.")
    count: int = stored(description="How often.")


@strawberry.type(
    description="Acts of one type that are left out before anything is counted: all of the type, "
    "or single ones."
)
class ExcludedActivities(Sourced):
    activity_type: ActivityType = one("activity_type_id", description="The type.")
    excluded_as: ActivityExclusion = stored(shown=ActivityExclusion, description="Why.")
    count: int = stored(description="How often.")


@strawberry.type(description="Acts of no known type: they count once a type has that spelling.")
class UnknownActivities(Sourced):
    spelling: str = stored(description="The type as it was reported, in lower case.")
    count: int = stored(description="How often.")


@strawberry.type(description="What a member brings into the group.")
class MemberEngagement(Sourced):
    person: Annotated["Person", strawberry.lazy("schema.people")] | None = one(
        "person_id", description="The member."
    )
    score: int = stored(
        "exact", shown=percent, description="The person's score: whole, 0 to 100, half up."
    )
    exact: float = stored(
        description="100 * sqrt(raw / largest person raw), at most 100, to nine decimals."
    )
    raw: float = stored(
        description="The sum of weight by decayed count over the types, to six decimals."
    )
    points: float = stored(description="The raw by the largest weight, to nine decimals.")
    counted: int = stored(description="Capped acts of the types that count, each weighing 1.")
    types: list[TypeEngagement] = embedded(
        "types",
        at_most="typesPerMember",
        description="Type by type, the highest raw first, as many as were asked for.",
    )
    unweighted: list[UnweightedActivities] = embedded(
        "unweighted",
        at_most="typesPerMember",
        description="What was left out for want of a weight, the most frequent first, as many "
        "types as were asked for.",
    )
    excluded_count: int = stored(
        description="How many acts were left out as those of machines or of one's own people."
    )
    excluded: list[ExcludedActivities] = embedded(
        "excluded",
        at_most="typesPerMember",
        description="These by type and reason, the most frequent first, as many as were asked for. "
        "Those of unknown types are in the count alone.",
    )
    unknown: list[UnknownActivities] = embedded(
        "unknown",
        at_most="typesPerMember",
        description="What was left out for want of a type, the most frequent first, as many "
        "spellings as were asked for.",
    )


@strawberry.type(description="What a role brings into both figures of its group.")
class RoleEngagement(Sourced):
    role: Role = one("role_id", description="The role.")
    weighting: RoleWeighting = stored(shown=RoleWeighting, description="How much it counts.")
    weight: int = stored(description="The weighting as a number, 20 to 100.")
    member_count: int = stored(description="How many members have the role.")
    share: float = stored(
        shown=_rounded,
        description="Its weight by the weights of all roles of the template, in percent to two "
        "decimals.",
    )
    exact_share: float = stored("share", description="The same to nine decimals.")
    filled_share: float = stored(
        shown=_rounded,
        description="Its weight by the weights of the roles that have members, in percent to two "
        "decimals; 0 for a role without any.",
    )
    exact_filled_share: float = stored("filled_share", description="The same to nine decimals.")
    total: int = stored(description="Its members' capped acts.")
    contribution: float = stored(
        shown=_rounded,
        description="Total by share: what it adds to the role-weighted count, to two decimals.",
    )
    exact_contribution: float = stored("contribution", description="The same to nine decimals.")
    roots: float = stored(description="The sum of its members' sqrt(raw), to nine decimals.")
    raw_contribution: float = stored(
        description="Roots by filled share: what it adds to the group's raw, to nine decimals."
    )
    members: list[MemberEngagement] = embedded(
        "members",
        at_most="membersPerRole",
        description="Its most engaged members, as many as were asked for.",
    )


@strawberry.type(
    description="How both figures come about. The role-weighted count is the sum of the roles' "
    "contributions. The raw is the sum of their raw contributions, and the score "
    "100 * sqrt(raw / largest group raw), at most 100."
)
class EngagementBreakdown(Sourced):
    run_id: strawberry.ID = stored(description="The scoring run whose figures these are.")
    computed_at: datetime = stored(description="When that run began.")
    weighting_model: WeightingModel = one(
        "model_id", description="The version of the model that was active then."
    )
    window: EngagementWindow = embedded("window", description="The days that count.")
    normalisation: EngagementNormalisation = embedded(
        "normalisation", description="What figures are measured by."
    )
    raw: float = stored(description="The group's raw, to nine decimals.")
    role_weighted_count: float = stored(description="The other figure, to nine decimals.")
    roles: list[RoleEngagement] = embedded(
        "roles", at_most=MOST_ROLES, description="Role by role, in template order."
    )


@strawberry.type(
    description="The older figure: the members' capped acts, each weighing 1, by the share of "
    "their role in the template. It has no upper bound."
)
class RoleWeightedCount(Sourced):
    score: int = stored("exact", shown=percent, description="Whole, halves rounded up.")
    exact: float = stored(description="To nine decimals.")


@strawberry.type(
    description="How engaged a group is: 100 is the tenant's most engaged group, 0 no activity."
)
class Engagement(Sourced):
    score: int = stored("exact", shown=percent, description="Whole, 0 to 100, halves rounded up.")
    exact: float = stored(description="To nine decimals: what filters and orders use.")
    raw: float = stored(
        description="Before it is measured by the largest raw: the members' sqrt(raw) by the "
        "shares of their roles."
    )
    role_weighted_count: RoleWeightedCount = embedded(
        "role_weighted_count", description="The other figure, which has no upper bound."
    )
    computed_at: datetime = stored(description="When it was computed.")
    run_id: strawberry.ID | None = stored(
        description="The scoring run it was computed in or after; null before the first."
    )
    weighting_model: WeightingModel | None = one(
        "model_id",
        description="The version of the weighting model it comes from; null before the tenant's "
        "first scoring run.",
    )
    is_stale: bool = stored(
        description="Whether the members have changed since; it is scored anew within a minute."
    )
    breakdown: EngagementBreakdown | None = computed(
        resolvers.engagement_breakdowns.of_groups,
        takes=[
            argument(
                "members_per_role",
                int,
                "How many members of each role are shown, 1 to 100.",
                MEMBERS_SHOWN,
            ),
            argument(
                "types_per_member",
                int,
                "How many types of activity are shown of each member, 1 to 100.",
                TYPES_SHOWN,
            ),
            argument(
                "days_per_type",
                int,
                "How many days are shown of each type, 1 to 100.",
                DAYS_SHOWN,
            ),
        ],
        description="How it comes about; null before the tenant's first scoring run.",
    )


@strawberry.type(
    description="How engaged a person is: 100 is the tenant's most engaged person, 0 no activity."
)
class PersonEngagement(Sourced):
    score: int = stored("exact", shown=percent, description="Whole, 0 to 100, halves rounded up.")
    exact: float = stored(description="To nine decimals: what filters and orders use.")
    raw: float = stored(
        description="The sum over the types of activity of weight by capped count, as far as that "
        "has not decayed; to six decimals."
    )
    computed_at: datetime = stored(description="When it was computed.")
    weighting_model: WeightingModel | None = one(
        "model_id",
        description="The version of the weighting model it comes from.",
    )


def of_group() -> Any:
    """The field of a group that shows its engagement."""
    return computed(
        resolvers.engagement.of_groups,
        needs=resolvers.engagement.NEEDS,
        needs_of=resolvers.engagement.NEEDS_OF,
        of_tenant=resolvers.engagement.OF_TENANT,
        description="How active its members are; null until a new group is scored, a moment later.",
    )


def of_person() -> Any:
    """The field of a person that shows their engagement."""
    return computed(
        resolvers.engagement.of_people,
        needs=resolvers.engagement.NEEDS,
        needs_of=resolvers.engagement.NEEDS_OF,
        of_tenant=resolvers.engagement.OF_TENANT,
        description="How active they are; null before the tenant's first scoring run.",
    )
