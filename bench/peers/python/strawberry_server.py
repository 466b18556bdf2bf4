"""Stock Strawberry on Motor, with its DataLoader: the roots and the application.

Lean: texts parsed and validated once, projections, answers written by orjson, and a garbage
collector that runs seldom.
"""

import gc
from datetime import datetime
from enum import Enum
from typing import Annotated, Any, Final

import orjson
import strawberry
from strawberry.asgi import GraphQL
from strawberry.extensions import ParserCache, ValidationCache
from strawberry.schema.config import StrawberryConfig

from bench.peers.python import assigning, overview
from bench.peers.python.selecting import projection
from bench.peers.python.stored import IS_LEAN, TENANT, Row, collection, moment
from bench.peers.python.strawberry_groups import BuyingGroup, BuyingGroupConnection, PageInfo
from bench.peers.python.strawberry_overview import Overview
from bench.peers.python.strawberry_records import Info, Person, Request

MOMENT: Final = strawberry.scalar(
    name="DateTime", serialize=moment, parse_value=datetime.fromisoformat
)


@strawberry.enum
class BuyingGroupOrderField(Enum):
    NAME = "folded.name"
    ENGAGEMENT = "engagement.raw"


@strawberry.enum
class Direction(Enum):
    ASC = 1
    DESC = -1


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
