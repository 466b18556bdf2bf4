"""Which buying groups are listed, and in which order."""

from dataclasses import replace
from datetime import datetime
from enum import Enum

import strawberry

import domain.score_ranges
import resolvers.roles
from domain import stages
from domain.hand_offs import HandOffState
from domain.identifiers import RoleId
from execution.context import Context
from execution.lists import Direction
from execution.refusals import bad_request
from schema.accounts import folded
from schema.hand_offs import HandOffFilter
from schema.ordering import CountRange, FigureRange
from schema.searching import search_of
from store import filters
from store.reading import Query


@strawberry.enum(description="What buying groups are ordered by.")
class BuyingGroupOrderField(Enum):
    NAME = "folded.name"
    COMPLETENESS = "completeness.exact"
    ENGAGEMENT = "engagement.raw"
    MEMBERS = "member_count"
    CREATED = "created_at"
    UPDATED = "updated_at"
    STAGE_ENTERED = "stage.since"


@strawberry.input(description="In which order buying groups are listed.")
class BuyingGroupOrder:
    field: BuyingGroupOrderField = strawberry.field(description="What counts.")
    direction: Direction = strawberry.field(
        default=Direction.ASC, description="Which end comes first."
    )


@strawberry.input(
    description="Roles that are required for completeness and that nobody has, named by id or by "
    "name; case does not matter. For roles with too few members, see `peopleInRole`."
)
class MissingRolesFilter:
    any_of: list[str] | None = strawberry.field(
        default=None, description="At least one of these is missing."
    )
    all_of: list[str] | None = strawberry.field(
        default=None, description="All of these are missing."
    )
    none_of: list[str] | None = strawberry.field(
        default=None, description="None of these is missing."
    )


@strawberry.input(description="How many members a role has, in groups whose template has the role.")
class RoleCountFilter:
    role: str = strawberry.field(description="The role, by id or by name.")
    at_least: int | None = strawberry.field(default=None, description="So many or more.")
    at_most: int | None = strawberry.field(default=None, description="So many or fewer.")


@strawberry.input(
    description="In which stage a group is. Stages are named by id, or by name over all models; "
    "case does not matter."
)
class StageFilter:
    any_of: list[str] | None = strawberry.field(
        default=None, description="It is in one of these stages."
    )
    none_of: list[str] | None = strawberry.field(
        default=None, description="It is in none of these stages, or in no stage at all."
    )
    is_set: bool | None = strawberry.field(
        default=None, description="True: it is in some stage; false: it is in no stage."
    )


@strawberry.input(description="Which buying groups are listed: all that is given holds.")
class BuyingGroupFilter:
    search: str | None = search_of("name")
    solution_interests: list[strawberry.ID] | None = strawberry.field(
        default=None, description="For one of these solution interests."
    )
    accounts: list[strawberry.ID] | None = strawberry.field(
        default=None, description="Of one of these accounts."
    )
    industries: list[str] | None = strawberry.field(
        default=None, description="Of an account of one of these industries; case does not matter."
    )
    regions: list[str] | None = strawberry.field(
        default=None,
        description="Of an account whose address is in one of these regions; case does not matter.",
    )
    role_templates: list[strawberry.ID] | None = strawberry.field(
        default=None, description="Made after one of these templates."
    )
    statuses: list[str] | None = strawberry.field(
        default=None, description="With one of these status texts; case does not matter."
    )
    completeness: FigureRange | None = strawberry.field(
        default=None, description="Exact completeness in percent, 0 to 100."
    )
    engagement: FigureRange | None = strawberry.field(
        default=None,
        description="Exact engagement score, 0 to 100; a group without a score is not found.",
    )
    missing_roles: MissingRolesFilter | None = strawberry.field(
        default=None, description="Which roles nobody has."
    )
    people_in_role: list[RoleCountFilter] | None = strawberry.field(
        default=None, description="How many members roles have; each entry holds."
    )
    member_count: CountRange | None = strawberry.field(
        default=None, description="How many members there are."
    )
    members: list[strawberry.ID] | None = strawberry.field(
        default=None, description="With one of these people as a member."
    )
    removed_people: list[strawberry.ID] | None = strawberry.field(
        default=None, description="With one of these people removed."
    )
    stage: StageFilter | None = strawberry.field(default=None, description="In which stage it is.")
    is_stagnant: bool | None = strawberry.field(
        default=None,
        description="Whether it stands still although it is complete enough; see the field "
        "`stagnation` of a group.",
    )
    is_ready: bool | None = strawberry.field(
        default=None,
        description="Whether it reaches all thresholds of its solution interest; where none is "
        "set, no group does.",
    )
    hand_off: HandOffFilter | None = strawberry.field(
        default=None, description="Whether it was handed over to sales, and what came of it."
    )
    created_since: datetime | None = strawberry.field(
        default=None, description="Made at this moment or later."
    )
    updated_since: datetime | None = strawberry.field(
        default=None, description="Last changed at this moment or later."
    )


async def with_role_ids(context: Context, asked: BuyingGroupFilter) -> BuyingGroupFilter:
    """The filter with every role named by its id; an unknown one is refused, naming its place."""
    directory = await resolvers.roles.directory(context)

    def id_of(name: str, field: str) -> str:
        return _known(directory.find(name), name, field)

    def ids(names: list[str] | None, field: str) -> list[str] | None:
        return names and [id_of(name, f"{field}[{place}]") for place, name in enumerate(names)]

    missing = asked.missing_roles
    counts = asked.people_in_role
    return replace(
        asked,
        missing_roles=missing
        and MissingRolesFilter(
            any_of=ids(missing.any_of, "missingRoles.anyOf"),
            all_of=ids(missing.all_of, "missingRoles.allOf"),
            none_of=ids(missing.none_of, "missingRoles.noneOf"),
        ),
        people_in_role=counts
        and [
            replace(count, role=id_of(count.role, f"peopleInRole[{place}].role"))
            for place, count in enumerate(counts)
        ],
    )


async def where(context: Context, asked: BuyingGroupFilter, *, is_kept: bool = False) -> Query:
    """The query of a filter; a role that the tenant does not have is refused, naming its place.

    In a filter that `is_kept`, such a role has been deleted since: nothing fits it.
    """
    completeness, count = asked.completeness or FigureRange(), asked.member_count or CountRange()
    return filters.every(
        filters.searched(asked.search),
        filters.any_of("solution_interest_id", asked.solution_interests),
        filters.any_of("account_id", asked.accounts),
        filters.any_of("role_template_id", asked.role_templates),
        filters.any_of("folded.status", folded(asked.statuses)),
        filters.span(
            "completeness.exact",
            at_least=completeness.at_least,
            greater_than=completeness.greater_than,
            at_most=completeness.at_most,
            less_than=completeness.less_than,
        ),
        filters.span("member_count", at_least=count.at_least, at_most=count.at_most),
        filters.any_of("member_ids", asked.members),
        filters.any_of("removed_ids", asked.removed_people),
        _staged(asked.stage or StageFilter()),
        _stagnant(context, asked.is_stagnant),
        _ready(asked.is_ready),
        _handed_off(asked.hand_off or HandOffFilter()),
        filters.span("created_at", at_least=asked.created_since),
        filters.span("updated_at", at_least=asked.updated_since),
        await _of_accounts(context, asked),
        await _scored(context, asked.engagement),
        await _in_roles(context, asked, is_kept=is_kept),
    )


async def _of_accounts(context: Context, asked: BuyingGroupFilter) -> Query | None:
    """Groups of the accounts that have an industry or a region that is asked for."""
    if asked.industries is None and asked.regions is None:
        return None
    wanted = filters.every(
        filters.any_of("folded.industry", folded(asked.industries)),
        filters.any_of("folded.address.region", folded(asked.regions)),
    )
    found = await context.stores.accounts.found(wanted, {"_id": 1})
    return filters.any_of("account_id", [account["_id"] for account in found])


def _staged(asked: StageFilter) -> Query | None:
    """Groups by the stage they are in; nothing asked finds all."""
    path = "stage.stage_id"
    is_set = None if asked.is_set is None else {path: {"$ne": None} if asked.is_set else None}
    none_of = _in_stages(asked.none_of)
    return filters.every(
        _in_stages(asked.any_of), None if none_of is None else {"$nor": [none_of]}, is_set
    )


def _in_stages(named: list[str] | None) -> Query | None:
    """Groups in one of these stages, each meant by its id or by its name."""
    if named is None:
        return None
    ids = [each for each in named if each.startswith("stg_")]
    names = [each for each in named if not each.startswith("stg_")]
    by_id = filters.any_of("stage.stage_id", ids)
    by_name = filters.any_of("folded.stage", folded(names))
    if ids and names:
        return {"$or": [by_id, by_name]}
    return by_id if ids else by_name


def _stagnant(context: Context, is_stagnant: bool | None) -> Query | None:
    """Groups that are stagnant now, or are not."""
    if is_stagnant is None:
        return None
    stagnant: Query = {
        "completeness.exact": {"$gte": stages.STAGNANT_COMPLETENESS},
        "stage.since": {"$lte": stages.stagnant_since(context.now())},
    }
    return stagnant if is_stagnant else {"$nor": [stagnant]}


def _ready(is_ready: bool | None) -> Query | None:
    """Groups that are ready, or are not."""
    if is_ready is None:
        return None
    return {"readiness.is_ready": True if is_ready else {"$in": [False, None]}}


def _handed_off(asked: HandOffFilter) -> Query | None:
    """Groups by their last hand-off; nothing asked finds all."""
    path, known = "hand_off.state", [each.value for each in HandOffState]
    if asked.is_set is False:
        return {path: None}
    if not asked.is_set and asked.states is None and asked.owners is None:
        return None
    states = known if asked.states is None else [each.value for each in asked.states]
    return filters.every(
        filters.any_of(path, states), filters.any_of("hand_off.owner", asked.owners)
    )


async def _scored(context: Context, asked: FigureRange | None) -> Query | None:
    """Groups whose score lies within the bounds, asked by their raws."""
    if asked is None:
        return None
    reference = await context.stores.scoring.runs.reference()
    raws = domain.score_ranges.raws(
        reference.largest_group_raw if reference else 0.0,
        at_least=asked.at_least,
        greater_than=asked.greater_than,
        at_most=asked.at_most,
        less_than=asked.less_than,
    )
    if raws is None:
        return filters.NOTHING
    path = "engagement.raw"
    is_scored: Query = {path: {"$ne": None}}
    bounds = filters.span(path, at_least=raws.at_least, less_than=raws.less_than)
    return bounds or is_scored


def _known(role: RoleId | None, name: str, field: str) -> RoleId:
    """A role that the tenant has; the refusal of any other is raised."""
    if role is None:
        raise bad_request(f"filter.{field}", f"names no role of the tenant: {name!r}.")
    return role


async def _in_roles(context: Context, asked: BuyingGroupFilter, *, is_kept: bool) -> Query | None:
    """Groups by what their roles have and lack."""
    missing = asked.missing_roles or MissingRolesFilter()
    counts = asked.people_in_role or []
    named = [*(missing.any_of or ()), *(missing.all_of or ()), *(missing.none_of or ())]
    if not named and not counts:
        return filters.any_of("missing_role_ids", missing.any_of)
    directory = await resolvers.roles.directory(context)

    def found(names: list[str] | None, field: str) -> list[RoleId] | None:
        if names is None:
            return None
        return [role(name, f"{field}[{place}]") for place, name in enumerate(names)]

    def role(name: str, field: str) -> RoleId:
        known = directory.find(name)
        return RoleId(name) if known is None and is_kept else _known(known, name, field)

    path = "missing_role_ids"
    return filters.every(
        filters.any_of(path, found(missing.any_of, "missingRoles.anyOf")),
        filters.all_of(path, found(missing.all_of, "missingRoles.allOf")),
        filters.none_of(path, found(missing.none_of, "missingRoles.noneOf")),
        *(
            filters.an_entry(
                "roles",
                filters.is_one("role_id", role(count.role, f"peopleInRole[{place}].role")),
                filters.span("assigned", at_least=count.at_least, at_most=count.at_most),
            )
            for place, count in enumerate(counts)
        ),
    )
