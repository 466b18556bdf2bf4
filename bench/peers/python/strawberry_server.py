"""Stock Strawberry on Motor, with its DataLoader.

Lean: texts parsed and validated once, projections, answers written by orjson, and a garbage
collector that runs seldom.
"""

import asyncio
import gc
from collections.abc import Callable, Mapping
from datetime import datetime
from enum import Enum
from typing import Annotated, Any, Final

import orjson
import strawberry
from strawberry.asgi import GraphQL
from strawberry.dataloader import DataLoader
from strawberry.extensions import ParserCache, ValidationCache
from strawberry.schema.config import StrawberryConfig

from bench.peers.python import assigning, overview
from bench.peers.python.selecting import projection
from bench.peers.python.stored import (
    IS_LEAN,
    TENANT,
    Row,
    collection,
    largest_raws,
    moment,
    of_ids,
    percent,
    score,
)

Info = strawberry.Info["Request", None]

MOMENT: Final = strawberry.scalar(
    name="DateTime", serialize=moment, parse_value=datetime.fromisoformat
)


class Request:
    """What one request remembers: its loaders, and what scores are measured by."""

    def __init__(self) -> None:
        self._loaders: dict[object, DataLoader[str, Any]] = {}
        self._largest: asyncio.Future[tuple[float, float]] | None = None

    async def largest(self) -> tuple[float, float]:
        if self._largest is None:
            self._largest = asyncio.ensure_future(largest_raws())
        return await self._largest

    async def load(self, name: str, id: str | None, info: Info) -> Any:
        """An object of a collection by its id; None without one."""
        if id is None:
            return None
        node = info._raw_info.field_nodes[0]
        key = node.loc and (node.loc.start, name) if IS_LEAN else name
        if key not in self._loaders:
            shown = projection(name, node)

            async def load(ids: list[str]) -> list[Any]:
                rows = await of_ids(name, ids, shown)
                found = {id: SHOWN[name](row) for id, row in rows.items()}
                return [found.get(id) for id in ids]

            self._loaders[key] = DataLoader(load)
        return await self._loaders[key].load(id)


@strawberry.enum
class BuyingGroupOrderField(Enum):
    NAME = "folded.name"
    ENGAGEMENT = "engagement.raw"


@strawberry.enum
class Direction(Enum):
    ASC = 1
    DESC = -1


@strawberry.enum
class RoleWeighting(Enum):
    TRIVIAL = "trivial"
    MINOR = "minor"
    NORMAL = "normal"
    IMPORTANT = "important"
    VITAL = "vital"


@strawberry.enum
class MembershipMethod(Enum):
    MANUAL = "manual"
    JOURNEY = "journey"
    SYSTEM = "system"


@strawberry.enum
class MembershipOutcomeStatus(Enum):
    APPLIED = "APPLIED"
    UNCHANGED = "UNCHANGED"
    REFUSED = "REFUSED"


@strawberry.input
class BuyingGroupFilter:
    solution_interests: list[strawberry.ID] | None = None


@strawberry.input
class BuyingGroupOrder:
    field: BuyingGroupOrderField
    direction: Direction = Direction.ASC


@strawberry.type
class PageInfo:
    has_next_page: bool


@strawberry.type
class Completeness:
    score: int
    exact: float

    @classmethod
    def of(cls, exact: float) -> "Completeness":
        return cls(score=percent(exact), exact=exact)


@strawberry.type
class PersonEngagement:
    score: int
    exact: float


@strawberry.type
class Engagement:
    score: int
    exact: float
    computed_at: datetime
    is_stale: bool


@strawberry.type
class Address:
    city: str | None
    country: str | None


@strawberry.type
class Account:
    id: strawberry.ID
    name: str
    industry: str | None
    employees: int | None
    website: str | None
    address: Address

    @classmethod
    def of(cls, row: Row) -> "Account":
        postal = row.get("address") or {}
        return cls(
            id=row["_id"],
            name=row["name"],
            industry=row.get("industry"),
            employees=row.get("employees"),
            website=row.get("website"),
            address=Address(city=postal.get("city"), country=postal.get("country")),
        )


@strawberry.type
class SolutionInterest:
    id: strawberry.ID
    name: str
    description: str | None

    @classmethod
    def of(cls, row: Row) -> "SolutionInterest":
        return cls(id=row["_id"], name=row["name"], description=row.get("description"))


@strawberry.type
class RoleTemplate:
    id: strawberry.ID
    name: str
    template_version: int

    @classmethod
    def of(cls, row: Row) -> "RoleTemplate":
        version = row.get("template_version", 0)
        return cls(id=row["_id"], name=row["name"], template_version=version)


@strawberry.type
class StageModel:
    id: strawberry.ID
    name: str

    @classmethod
    def of(cls, row: Row) -> "StageModel":
        return cls(id=row["_id"], name=row["name"])


@strawberry.type
class BuyingGroupStage:
    id: strawberry.ID
    name: str
    since: datetime


@strawberry.type
class Readiness:
    is_ready: bool
    since: datetime | None


@strawberry.type
class Role:
    id: strawberry.ID
    name: str

    @classmethod
    def of(cls, row: Row) -> "Role":
        return cls(id=row["_id"], name=row["name"])


@strawberry.type
class Person:
    id: strawberry.ID
    name: str
    email: str
    job_title: str | None
    raw: strawberry.Private[float]

    @classmethod
    def of(cls, row: Row) -> "Person":
        return cls(
            id=row["_id"],
            name=row["name"],
            email=row.get("email", ""),
            job_title=row.get("job_title"),
            raw=(row.get("engagement") or {"raw": 0.0})["raw"],
        )

    @strawberry.field
    async def engagement(self, info: Info) -> PersonEngagement | None:
        _, largest = await info.context.largest()
        exact = score(self.raw, largest)
        return PersonEngagement(score=percent(exact), exact=exact)


@strawberry.type
class Claim:
    method: MembershipMethod
    actor: str
    at: datetime
    role_id: strawberry.Private[str | None]

    @strawberry.field
    async def role(self, info: Info) -> Role | None:
        found: Role | None = await info.context.load("roles", self.role_id, info)
        return found


@strawberry.type
class Member:
    method: MembershipMethod | None
    since: datetime | None
    person_id: strawberry.Private[str]
    said: strawberry.Private[Mapping[str, Any]]

    @classmethod
    def of(cls, row: Row) -> "Member":
        method = row.get("method")
        return cls(
            method=MembershipMethod(method) if method else None,
            since=row.get("since"),
            person_id=row.get("person_id", ""),
            said=row.get("claims") or {},
        )

    @strawberry.field
    async def person(self, info: Info) -> Person:
        found: Person = await info.context.load("people", self.person_id, info)
        return found

    @strawberry.field
    def claims(self) -> list[Claim]:
        return [
            Claim(
                method=method,
                actor=self.said[method.value]["actor"],
                at=self.said[method.value]["at"],
                role_id=self.said[method.value]["role_id"],
            )
            for method in MembershipMethod
            if method.value in self.said
        ]


@strawberry.type
class MemberConnection:
    nodes: list[Member]


@strawberry.type
class BuyingGroupRole:
    weighting: RoleWeighting
    is_required: bool
    members_required: int
    assigned: int
    completeness: Completeness
    role_id: strawberry.Private[str]
    playing: strawberry.Private[list[Row]]

    @strawberry.field
    async def role(self, info: Info) -> Role:
        found: Role = await info.context.load("roles", self.role_id, info)
        return found

    @strawberry.field
    def is_missing(self) -> bool:
        return self.is_required and self.assigned == 0

    @strawberry.field
    def members(self, first: int = 25) -> MemberConnection:
        return MemberConnection(nodes=[Member.of(row) for row in self.playing[:first]])


@strawberry.type
class BuyingGroup:
    id: strawberry.ID
    name: str
    row: strawberry.Private[Row]

    @classmethod
    def of(cls, row: Row) -> "BuyingGroup":
        return cls(id=row["_id"], name=row["name"], row=row)

    @strawberry.field
    def status(self) -> str | None:
        status: str | None = self.row["status"]
        return status

    @strawberry.field
    def created_at(self) -> datetime:
        at: datetime = self.row["created_at"]
        return at

    @strawberry.field
    def updated_at(self) -> datetime:
        at: datetime = self.row["updated_at"]
        return at

    @strawberry.field
    def member_count(self) -> int:
        count: int = self.row["member_count"]
        return count

    @strawberry.field
    def completeness(self) -> Completeness:
        return Completeness.of(self.row["completeness"]["exact"])

    @strawberry.field
    async def engagement(self, info: Info) -> Engagement | None:
        stored = self.row.get("engagement")
        if stored is None:
            return None
        largest, _ = await info.context.largest()
        exact = score(stored["raw"], largest)
        return Engagement(
            score=percent(exact),
            exact=exact,
            computed_at=stored["computed_at"],
            is_stale=self.row.get("score_due") is not None,
        )

    @strawberry.field
    def stage(self) -> BuyingGroupStage | None:
        stage = self.row.get("stage")
        if stage is None:
            return None
        return BuyingGroupStage(id=stage["stage_id"], name=stage["name"], since=stage["since"])

    @strawberry.field
    def readiness(self) -> Readiness | None:
        stored = self.row.get("readiness")
        return stored and Readiness(is_ready=stored["is_ready"], since=stored["since"])

    @strawberry.field
    async def account(self, info: Info) -> Account:
        found: Account = await info.context.load("accounts", self.row["account_id"], info)
        return found

    @strawberry.field
    async def solution_interest(self, info: Info) -> SolutionInterest:
        id = self.row["solution_interest_id"]
        found: SolutionInterest = await info.context.load("solution_interests", id, info)
        return found

    @strawberry.field
    async def role_template(self, info: Info) -> RoleTemplate:
        id = self.row["role_template_id"]
        found: RoleTemplate = await info.context.load("role_templates", id, info)
        return found

    @strawberry.field
    async def stage_model(self, info: Info) -> StageModel | None:
        id = self.row["stage_model_id"]
        found: StageModel | None = await info.context.load("stage_models", id, info)
        return found

    @strawberry.field
    async def missing_roles(self, info: Info) -> list[Role]:
        ids = self.row["missing_role_ids"]
        found = await asyncio.gather(*(info.context.load("roles", id, info) for id in ids))
        return list(found)

    @strawberry.field
    def roles(self) -> list[BuyingGroupRole]:
        by_role: dict[str, list[Row]] = {}
        for member in self.row.get("members", ()):
            if member["is_member"]:
                by_role.setdefault(member["role_id"], []).append(member)
        return [
            BuyingGroupRole(
                weighting=RoleWeighting(role["weighting"]),
                is_required=role["required"],
                members_required=role["members_required"],
                assigned=role["assigned"],
                completeness=Completeness.of(role["completeness"]),
                role_id=role["role_id"],
                playing=by_role.get(role["role_id"], []),
            )
            for role in self.row["roles"]
        ]


@strawberry.type
class BuyingGroupConnection:
    nodes: list[BuyingGroup]
    page_info: PageInfo


@strawberry.type
class OverviewBand:
    at_least: int
    below: int
    groups: int


@strawberry.type
class OverviewBands:
    bands: list[OverviewBand]
    unscored: int

    @classmethod
    def of(cls, found: Row) -> "OverviewBands":
        bands = [
            OverviewBand(at_least=each["atLeast"], below=each["below"], groups=each["groups"])
            for each in found["bands"]
        ]
        return cls(bands=bands, unscored=found["unscored"])


@strawberry.type
class OverviewInterest:
    groups: int
    interest_id: strawberry.Private[str]

    @strawberry.field
    async def solution_interest(self, info: Info) -> SolutionInterest | None:
        id = self.interest_id
        found: SolutionInterest | None = await info.context.load("solution_interests", id, info)
        return found


@strawberry.type
class OverviewInterests:
    bars: list[OverviewInterest]


@strawberry.type
class OverviewStage:
    stage_id: strawberry.ID | None
    name: str | None
    groups: int


@strawberry.type
class OverviewStages:
    bars: list[OverviewStage]


@strawberry.type
class Overview:
    total: int
    by_completeness: OverviewBands
    by_engagement: OverviewBands
    by_solution_interest: OverviewInterests
    by_stage: OverviewStages

    @classmethod
    def of(cls, found: Row) -> "Overview":
        interests = [
            OverviewInterest(groups=bar["groups"], interest_id=bar["solution_interest_id"])
            for bar in found["bySolutionInterest"]["bars"]
        ]
        stages = [
            OverviewStage(stage_id=bar["stageId"], name=bar["name"], groups=bar["groups"])
            for bar in found["byStage"]["bars"]
        ]
        return cls(
            total=found["total"],
            by_completeness=OverviewBands.of(found["byCompleteness"]),
            by_engagement=OverviewBands.of(found["byEngagement"]),
            by_solution_interest=OverviewInterests(bars=interests),
            by_stage=OverviewStages(bars=stages),
        )


@strawberry.input
class MemberRoleInput:
    person_id: strawberry.ID
    role: str


@strawberry.input
class AssignMembersInput:
    buying_group_id: strawberry.ID
    members: list[MemberRoleInput]


@strawberry.type
class MembershipOutcome:
    status: MembershipOutcomeStatus
    person: Person | None


@strawberry.type
class AssignMembersSuccess:
    buying_group: BuyingGroup
    outcomes: list[MembershipOutcome]


@strawberry.type
class NotFound:
    message: str


AssignMembersResult = Annotated[
    AssignMembersSuccess | NotFound, strawberry.union("AssignMembersResult")
]

SHOWN: Final[Mapping[str, Callable[[Row], Any]]] = {
    "accounts": Account.of,
    "people": Person.of,
    "roles": Role.of,
    "role_templates": RoleTemplate.of,
    "solution_interests": SolutionInterest.of,
    "stage_models": StageModel.of,
}


def _query(filter: BuyingGroupFilter | None) -> Row:
    interests = filter.solution_interests if filter else None
    return {} if interests is None else {"solution_interest_id": {"$in": interests}}


@strawberry.type
class Query:
    @strawberry.field
    async def buying_group(self, info: Info, id: strawberry.ID) -> BuyingGroup | None:
        shown = projection("buying_groups", info._raw_info.field_nodes[0])
        row = await collection("buying_groups").find_one({"_id": id, "tenant": TENANT}, shown)
        return BuyingGroup.of(row) if row else None

    @strawberry.field
    async def buying_groups(
        self,
        info: Info,
        first: int = 25,
        filter: BuyingGroupFilter | None = None,
        order_by: BuyingGroupOrder | None = None,
    ) -> BuyingGroupConnection:
        order = order_by or BuyingGroupOrder(field=BuyingGroupOrderField.NAME)
        way = order.direction.value
        shown = projection("buying_groups", info._raw_info.field_nodes[0], "nodes")
        cursor = collection("buying_groups").find({"tenant": TENANT, **_query(filter)}, shown)
        sort = [(order.field.value, way), ("_id", way)]
        rows = await cursor.sort(sort).limit(first + 1).to_list(None)
        return BuyingGroupConnection(
            nodes=[BuyingGroup.of(row) for row in rows[:first]],
            page_info=PageInfo(has_next_page=len(rows) > first),
        )

    @strawberry.field
    async def overview(self, filter: BuyingGroupFilter | None = None) -> Overview:
        return Overview.of(await overview.counted(_query(filter)))


@strawberry.type
class Mutation:
    @strawberry.mutation
    async def assign_members(self, input: AssignMembersInput) -> AssignMembersResult:
        asked = [(str(each.person_id), each.role) for each in input.members]
        found = await assigning.assign(input.buying_group_id, asked)
        if found is None:
            return NotFound(message=f"There is no buying group {input.buying_group_id}.")
        group, outcomes = found
        return AssignMembersSuccess(
            buying_group=BuyingGroup.of(group),
            outcomes=[
                MembershipOutcome(
                    status=MembershipOutcomeStatus(status),
                    person=Person.of(person) if person else None,
                )
                for status, person in outcomes
            ],
        )


schema = strawberry.Schema(
    Query,
    Mutation,
    extensions=[ParserCache, ValidationCache] if IS_LEAN else [],
    config=StrawberryConfig(scalar_map={datetime: MOMENT}),
)


class App(GraphQL["Request", None]):
    async def get_context(self, request: Any, response: Any) -> Request:
        return Request()

    def encode_json(self, data: object) -> str | bytes:
        return orjson.dumps(data) if IS_LEAN else super().encode_json(data)


app = App(schema, graphql_ide=None)

if IS_LEAN:
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
