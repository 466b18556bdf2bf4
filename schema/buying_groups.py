"""Buying groups as clients see them, with their roles and members."""

from typing import TYPE_CHECKING, Annotated, ClassVar

import strawberry

import domain.completeness
import schema.engagement
import schema.highlights
import schema.history
import schema.readiness
import schema.stages
from domain.roles import MOST_ROLES
from execution.connections import Connection
from execution.context import Context
from execution.embedded_lists import listed
from execution.fields import Where, combined, each, embedded, one, stored
from execution.lists import Listed, Listing, held
from execution.sources import Document, Sourced
from schema.accounts import Account
from schema.engagement import Engagement
from schema.group_filters import BuyingGroupFilter, BuyingGroupOrder, BuyingGroupOrderField, where
from schema.hand_offs import HandOff
from schema.history import HistoryEntry
from schema.members import Member
from schema.node import Node, Stamped
from schema.ordering import orders
from schema.readiness import Readiness
from schema.role_templates import RoleTemplate, RoleWeighting
from schema.roles import Role
from schema.scalars import percent
from schema.solution_interests import SolutionInterest
from schema.stage_models import Stage, StageModel
from schema.stages import BuyingGroupStage, StageStay, StageVelocity, Stagnation
from store.reading import Order, Query

if TYPE_CHECKING:
    from schema.activities import Activity
    from schema.interest_signals import InterestSignal
    from schema.jobs import Job


def _is_member(member: Document, group: Document) -> bool:
    return bool(member["is_member"])


def _is_removed(member: Document, group: Document) -> bool:
    return bool(member["is_removed"])


def _plays(member: Document, role: Document) -> bool:
    return bool(member["is_member"]) and member["role_id"] == role["role_id"]


async def _signals(context: Context, group: Document) -> Query:
    """The signals of a group's members for what the group decides about."""
    return {
        "solution_interest_id": group["solution_interest_id"],
        "person_id": {"$in": group["member_ids"]},
    }


async def _acts(context: Context, group: Document) -> Query:
    """What a group's members did."""
    return {"person_id": {"$in": group["member_ids"]}}


def _exact(completeness: float) -> dict[str, float]:
    return {"exact": completeness}


@strawberry.type(description="How full something is, in percent.")
class Completeness(Sourced):
    score: int = stored(
        "exact", shown=percent, description="Whole percent, 0 to 100, halves rounded up."
    )
    exact: float = stored(description="Percent to nine decimals: what filters and orders use.")


@strawberry.type(description="A role of a group's template, and how far the group fills it.")
class BuyingGroupRole(Sourced):
    role: Role = one("role_id", description="The role.")
    weighting: RoleWeighting = stored(shown=RoleWeighting, description="How much it counts.")
    is_required: bool = stored(
        "required", description="Whether the group's completeness counts it."
    )
    members_required: int = stored(description="How many members fill it, 1 or more.")
    assigned: int = stored(description="How many members it has.")
    is_missing: bool = combined(
        "required",
        "assigned",
        shown=domain.completeness.is_missing,
        description="Whether it is required for completeness and nobody has it.",
    )
    completeness: Completeness = embedded(
        "completeness",
        parts=_exact,
        description="Members by members required, at most 100 percent.",
    )
    members: Connection[Member] = listed(
        "members",
        identity="person_id",
        is_outside=True,
        where=Where(_plays, ("is_member", "role_id"), same="role_id"),
        description="Who has the role, in the order in which they became known to the group.",
    )


@strawberry.type(
    description="Who at an account has a say in buying something, and in which part. An account "
    "has one group for a solution interest."
)
class BuyingGroup(Node, Stamped, Listed):
    collection: ClassVar[str] = "buying_groups"
    listing: ClassVar[Listing] = Listing(
        default=Order("folded.name"),
        orders=orders(
            BuyingGroupOrderField,
            nullable={BuyingGroupOrderField.ENGAGEMENT, BuyingGroupOrderField.STAGE_ENTERED},
        ),
        order_by=BuyingGroupOrder,
        filter=BuyingGroupFilter,
        where=where,
    )

    name: str = stored(description="`<solution interest> for <account>`.")
    account: Account = one("account_id", description="The account whose people these are.")
    solution_interest: SolutionInterest = one(
        "solution_interest_id", description="What they decide about."
    )
    role_template: RoleTemplate = one(
        "role_template_id", description="The version of the template the group was made after."
    )
    template_revision: int = stored(
        description="The template's revision that completeness was computed with."
    )
    status: str | None = stored(description="Free text, at most 50 characters; null: none given.")
    completeness: Completeness = embedded(
        "completeness", description="The mean of the roles that are required for completeness."
    )
    engagement: Engagement | None = schema.engagement.of_group()
    stage_model: StageModel | None = one(
        "stage_model_id", description="The stage model it follows; null: it has no stages."
    )
    stage: BuyingGroupStage | None = embedded(
        "stage", description="The stage it is in; null before it has entered its model."
    )
    allowed_stages: list[Stage] = schema.stages.allowed_stages()
    stage_history: Connection[StageStay] = schema.stages.history()
    readiness: Readiness | None = schema.readiness.of_group()
    hand_off: HandOff | None = embedded(
        "hand_off", description="Its last hand-off to sales; null: there was none."
    )
    velocity: StageVelocity | None = schema.stages.velocity()
    stagnation: Stagnation = schema.stages.stagnation()
    roles: list[BuyingGroupRole] = embedded(
        "roles",
        at_most=MOST_ROLES,
        description="The template's roles in order of priority, and how far each is filled.",
    )
    missing_roles: list[Role] = each(
        "missing_role_ids",
        at_most=MOST_ROLES,
        description="Roles required for completeness that nobody has.",
    )
    member_count: int = stored(description="How many members the group has.")
    members: Connection[Member] = listed(
        "members",
        identity="person_id",
        where=Where(_is_member, ("is_member",)),
        description="Who is in the group, in the order in which they became known to it.",
    )
    top_decision_makers: list[Member] = schema.highlights.top_decision_makers()
    top_engaged: list[Member] = schema.highlights.top_engaged()
    last_interesting_moment: Annotated["Activity", strawberry.lazy("schema.activities")] | None = (
        schema.highlights.last_moment_of_group()
    )
    latest_activities: list[Annotated["Activity", strawberry.lazy("schema.activities")]] = (
        schema.highlights.latest_activities()
    )
    activities: Connection[Annotated["Activity", strawberry.lazy("schema.activities")]] = held(
        _acts,
        needs=("member_ids",),
        description="What members did, the latest first unless asked otherwise.",
    )
    removed_members: Connection[Member] = listed(
        "members",
        identity="person_id",
        where=Where(_is_removed, ("is_removed",)),
        description="Who is kept out of the group by the claim that decides.",
    )
    interest_signals: Connection[
        Annotated["InterestSignal", strawberry.lazy("schema.interest_signals")]
    ] = held(
        _signals,
        needs=("solution_interest_id", "member_ids"),
        description="What says that members care about the group's solution interest, the latest "
        "first unless asked otherwise.",
    )
    history: Connection[HistoryEntry] = schema.history.history()
    created_by_job: Annotated["Job", strawberry.lazy("schema.jobs")] | None = one(
        "created_by_job.job_id",
        description="The job that made it; null of a group made by one command.",
    )
