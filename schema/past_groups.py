"""Buying groups as they were at a moment, and what changed between two of them."""

from collections import Counter
from datetime import datetime
from typing import Annotated, Final

import strawberry

import resolvers.histories
import resolvers.past_scores
from domain.history import PastStage
from domain.roles import MOST_ROLES
from execution.connections import Connection
from execution.embedded_lists import listed
from execution.fields import Where, computed, embedded, one, stored
from execution.sources import Document, Sourced
from resolvers.histories import Changed, Then
from resolvers.outcomes import Invalid
from schema.accounts import Account
from schema.buying_groups import Completeness
from schema.engagement import EngagementWindow, RoleWeightedCount
from schema.errors import InvalidInput, refusal_of
from schema.hand_offs import HandOff
from schema.info import Info
from schema.members import Claim, MembershipMethod, strongest_first
from schema.people import Person
from schema.roles import Role
from schema.scalars import percent
from schema.solution_interests import SolutionInterest
from schema.stage_models import StageDestination
from schema.weighting_models import WeightingModel
from store.groups import member_document
from store.hand_offs import hand_off_document

_NO_GROUP: Final[Document] = {
    "completeness": {"exact": 0.0},
    "score": None,
    "status": None,
    "stage": None,
}


def _is_member(member: Document, group: Document) -> bool:
    return bool(member["is_member"])


def _is_removed(member: Document, group: Document) -> bool:
    return bool(member["is_removed"])


@strawberry.type(description="A person in a group at a moment, or removed from it.")
class PastMember(Sourced):
    person_id: strawberry.ID = stored(description="The person's id.")
    person: Person | None = one(
        "person_id", description="The person as they are now; null once they are gone."
    )
    role: Role | None = one("role_id", description="The role they had; null when removed.")
    method: MembershipMethod | None = stored(
        shown=MembershipMethod, description="The method whose claim decided."
    )
    since: datetime | None = stored(description="Since when the deciding claim stood.")
    is_removed: bool = stored(description="Whether the deciding claim kept them out.")
    is_unrelated: bool = stored(
        "unrelated",
        description="Whether they were of the account no more, and stayed.",
    )
    claims: list[Claim] = embedded(
        "claims",
        at_most=len(MembershipMethod),
        parts=strongest_first,
        description="What each method had last said, strongest first; the first one decided.",
    )


@strawberry.type(description="How many people had a role.")
class PastRole(Sourced):
    role: Role | None = one("role_id", description="The role; null once it is deleted.")
    assigned: int = stored(description="How many members had it.")


@strawberry.type(description="The stage a group was in, and since when.")
class PastGroupStage(Sourced):
    id: strawberry.ID = stored("stage_id", description="The stage's id.")
    name: str = stored(description="The stage's name.")
    destination: StageDestination | None = stored(
        shown=StageDestination, description="How the way ended there; null where it went on."
    )
    since: datetime = stored(description="When the group came into it.")
    actor: str = stored(description="By whom it was moved there.")
    method: MembershipMethod | None = stored(
        shown=MembershipMethod,
        description="By which method; null where the stage was taken over from a merged group.",
    )


@strawberry.type(
    description="How engaged a group was: its members of that moment, by the model, the window and "
    "the largest raw of the last scoring run that had begun by then. It is computed from what is "
    "known of their acts today. Acts that came in after the run, or were deleted, left out singly, "
    "moved to another person by a merge or dated anew in another time zone, make it another figure "
    "than the one people saw, which is `engagementScore`."
)
class PastEngagement(Sourced):
    score: int = stored("exact", shown=percent, description="Whole, 0 to 100, halves rounded up.")
    exact: float = stored(description="To nine decimals.")
    raw: float = stored(
        description="Before it is measured by the largest raw: the members' sqrt(raw) by the "
        "shares of their roles."
    )
    largest_group_raw: float = stored(
        description="The raw of the tenant's most engaged group in the run: what 100 stands for."
    )
    role_weighted_count: RoleWeightedCount = embedded(
        "role_weighted_count", description="The other figure, which has no upper bound."
    )
    run_id: strawberry.ID = stored(description="The scoring run.")
    computed_at: datetime = stored(description="When the run began.")
    weighting_model: WeightingModel | None = one(
        "model_id",
        description="The version of the weighting model the run worked with.",
    )
    window: EngagementWindow = embedded("window", description="The days that counted.")


@strawberry.type(
    description="A buying group as it was at a moment, told from the events up to then. Names of "
    "people, roles and the account are those of now."
)
class PastBuyingGroup(Sourced):
    id: strawberry.ID = stored("_id", description="The group's id.")
    as_of: datetime = stored(description="The moment.")
    name: str | None = stored(
        description="What it was called; null of a deleted group that was never renamed."
    )
    account: Account | None = one("account_id", description="Its account; null once it is gone.")
    solution_interest: SolutionInterest | None = one(
        "solution_interest_id", description="What it decided about; null once that is gone."
    )
    status: str | None = stored(description="Its status text; null: none given.")
    completeness: Completeness = embedded("completeness", description="How full it was.")
    engagement_score: int | None = stored(
        "score",
        description="The engagement score people saw, whole, 0 to 100; null before it had any, or "
        "had never been above 0.",
    )
    engagement: PastEngagement | None = computed(
        resolvers.past_scores.of_past_groups,
        needs=resolvers.past_scores.NEEDS,
        description="How engaged it was, computed anew by what was in force; null before the "
        "tenant's first scoring run, and of a deleted group that had never changed its template.",
    )
    stage: PastGroupStage | None = embedded(
        "stage", description="The stage it was in; null: in none."
    )
    hand_off: HandOff | None = embedded(
        "hand_off", description="Its last hand-off to sales by then; null: there was none."
    )
    roles: list[PastRole] = embedded(
        "roles", at_most=MOST_ROLES, description="The roles that members had, the fullest first."
    )
    member_count: int = stored(description="How many members it had.")
    members: Connection[PastMember] = listed(
        "members",
        identity="person_id",
        where=Where(_is_member, ("is_member",)),
        description="Who was in it, in the order in which they became known to it.",
    )
    removed_members: Connection[PastMember] = listed(
        "members",
        identity="person_id",
        where=Where(_is_removed, ("is_removed",)),
        description="Who was kept out of it.",
    )


@strawberry.type(description="Somebody who stayed a member and got another role.")
class RoleChange(Sourced):
    person_id: strawberry.ID = stored(description="The person's id.")
    person: Person | None = one("person_id", description="The person; null once they are gone.")
    before: Role | None = one("before", description="The role at first; null once it is deleted.")
    after: Role | None = one("after", description="The role at last; null once it is deleted.")


@strawberry.type(description="What changed in a buying group between two moments.")
class BuyingGroupDifference(Sourced):
    before: PastBuyingGroup | None = embedded(
        "before", description="The group at the first moment; null: there was none."
    )
    after: PastBuyingGroup | None = embedded(
        "after", description="The group at the second moment; null: there was none."
    )
    joined: Connection[PastMember] = listed(
        "joined", identity="person_id", description="Who is a member at the second moment only."
    )
    left: Connection[PastMember] = listed(
        "left",
        identity="person_id",
        description="Who is a member at the first moment only, as they were then.",
    )
    role_changes: Connection[RoleChange] = listed(
        "role_changes",
        identity="person_id",
        description="Who is a member at both moments, in different roles.",
    )
    completeness_change: float = stored(
        description="Exact completeness at the second moment less that at the first, in points; a "
        "group that there is not has 0."
    )
    engagement_change: int = stored(
        description="The whole engagement score at the second moment less that at the first; "
        "where there is none, it counts as 0."
    )
    is_status_changed: bool = stored(description="Whether the status text is another.")
    is_stage_changed: bool = stored(description="Whether it is in another stage.")


BuyingGroupDifferenceResult = Annotated[
    BuyingGroupDifference | InvalidInput, strawberry.union("BuyingGroupDifferenceResult")
]


async def past_buying_group(
    info: Info, id: strawberry.ID, as_of: datetime
) -> PastBuyingGroup | None:
    """The group as it was; null when there was none of that id."""
    then = await resolvers.histories.past_group(info.context, id, as_of)
    return PastBuyingGroup.of(_document(then)) if then else None


async def buying_group_difference(
    info: Info,
    id: strawberry.ID,
    since: Annotated[datetime, strawberry.argument(name="from")],
    until: Annotated[datetime, strawberry.argument(name="to")],
) -> BuyingGroupDifferenceResult:
    """What changed between two moments."""
    changed = await resolvers.histories.group_difference(info.context, id, since, until)
    if isinstance(changed, Invalid):
        return refusal_of(changed)
    return BuyingGroupDifference.of(_changed(changed))


def _changed(changed: Changed) -> Document:
    difference = changed.difference
    before, after = (then and _document(then) for then in (changed.before, changed.after))
    then, now = before or _NO_GROUP, after or _NO_GROUP
    return {
        "before": before,
        "after": after,
        "joined": [member_document(member) for member in difference.joined],
        "left": [member_document(member) for member in difference.left],
        "role_changes": [
            {"person_id": move.person, "before": move.before, "after": move.after}
            for move in difference.moved
        ],
        "completeness_change": round(
            now["completeness"]["exact"] - then["completeness"]["exact"], 9
        ),
        "engagement_change": (now["score"] or 0) - (then["score"] or 0),
        "is_status_changed": now["status"] != then["status"],
        "is_stage_changed": _stage_id(now) != _stage_id(then),
    }


def _stage_id(group: Document) -> str | None:
    return group["stage"]["stage_id"] if group["stage"] else None


def _document(then: Then) -> Document:
    group = then.group
    counts = Counter(group.roles.values())
    return {
        "_id": then.id,
        "as_of": then.moment,
        "name": then.name,
        "account_id": then.account,
        "solution_interest_id": then.solution_interest,
        "status": group.status,
        "completeness": {"exact": group.completeness},
        "score": group.score,
        "role_template_id": group.template,
        "stage": _stage(group.stage),
        "hand_off": hand_off_document(group.hand_off) if group.hand_off else None,
        "roles": [
            {"role_id": role, "assigned": count}
            for role, count in sorted(counts.items(), key=lambda each: (-each[1], each[0]))
        ],
        "member_count": len(group.roles),
        "members": [member_document(member) for member in group.members],
    }


def _stage(stage: PastStage | None) -> Document | None:
    if stage is None:
        return None
    return {
        "stage_id": stage.id,
        "name": stage.name,
        "destination": stage.destination.value if stage.destination else None,
        "since": stage.since,
        "actor": stage.actor,
        "method": stage.method.value if stage.method else None,
    }
