"""Ariadne on Motor, with DataLoader.

Lean: texts parsed and validated once, projections, and a garbage collector that runs seldom.
"""

import asyncio
import gc
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from aiodataloader import DataLoader
from ariadne import (
    MutationType,
    ObjectType,
    QueryType,
    ScalarType,
    UnionType,
    make_executable_schema,
)
from ariadne.asgi import GraphQL
from graphql import DocumentNode, GraphQLSchema, parse, validate
from starlette.applications import Starlette
from starlette.routing import Route

from bench.peers.python import assigning, overview
from bench.peers.python.selecting import projection
from bench.peers.python.stored import (
    IS_LEAN,
    TENANT,
    Row,
    collection,
    largest_raws,
    moment,
    of_group,
    of_ids,
    percent,
    score,
)

SCHEMA: Final = (Path(__file__).parents[1] / "schema.graphql").read_text()
ORDERS: Final = {"NAME": "folded.name", "ENGAGEMENT": "engagement.raw"}
RELATIONS: Final[Mapping[tuple[str, str], tuple[str, str]]] = {
    ("BuyingGroup", "account"): ("accounts", "account_id"),
    ("BuyingGroup", "solutionInterest"): ("solution_interests", "solution_interest_id"),
    ("BuyingGroup", "roleTemplate"): ("role_templates", "role_template_id"),
    ("BuyingGroup", "stageModel"): ("stage_models", "stage_model_id"),
    ("BuyingGroupRole", "role"): ("roles", "role_id"),
    ("Member", "person"): ("people", "person_id"),
    ("Claim", "role"): ("roles", "role_id"),
    ("OverviewInterest", "solutionInterest"): ("solution_interests", "solution_interest_id"),
}
STORED: Final[Mapping[tuple[str, str], str]] = {
    ("BuyingGroup", "id"): "_id",
    ("BuyingGroup", "createdAt"): "created_at",
    ("BuyingGroup", "updatedAt"): "updated_at",
    ("BuyingGroup", "memberCount"): "member_count",
    ("BuyingGroupStage", "id"): "stage_id",
    ("Readiness", "isReady"): "is_ready",
    ("BuyingGroupRole", "isRequired"): "required",
    ("BuyingGroupRole", "membersRequired"): "members_required",
    ("Account", "id"): "_id",
    ("SolutionInterest", "id"): "_id",
    ("RoleTemplate", "id"): "_id",
    ("RoleTemplate", "templateVersion"): "template_version",
    ("StageModel", "id"): "_id",
    ("Role", "id"): "_id",
    ("Person", "id"): "_id",
    ("Person", "jobTitle"): "job_title",
}


class Request:
    """What one request remembers: its loaders, and what scores are measured by."""

    def __init__(self) -> None:
        self._loaders: dict[object, Any] = {}
        self._largest: asyncio.Future[tuple[float, float]] | None = None

    async def largest(self) -> tuple[float, float]:
        if self._largest is None:
            self._largest = asyncio.ensure_future(largest_raws())
        return await self._largest

    def load(self, name: str, key_of_row: str | None, info: Any) -> Any:
        if key_of_row is None:
            return None
        node = info.field_nodes[0]
        key = id(node) if IS_LEAN else name
        if key not in self._loaders:
            shown = projection(name, node)

            async def load(ids: Sequence[str]) -> list[Row | None]:
                found = await of_ids(name, ids, shown)
                return [found.get(id) for id in ids]

            self._loaders[key] = DataLoader(load)
        return self._loaders[key].load(key_of_row)


def _query(filter: Mapping[str, Any] | None) -> Row:
    interests = (filter or {}).get("solutionInterests")
    return {"solution_interest_id": {"$in": interests}} if interests is not None else {}


async def buying_group(_: object, info: Any, id: str) -> Row | None:
    wanted = {"_id": id, "tenant": TENANT}
    shown = projection("buying_groups", info.field_nodes[0])
    found: Row | None = await collection("buying_groups").find_one(wanted, shown)
    return found


async def buying_groups(
    _: object,
    info: Any,
    first: int,
    filter: Mapping[str, Any] | None = None,
    orderBy: Mapping[str, Any] | None = None,
) -> Row:
    order = orderBy or {"field": "NAME", "direction": "ASC"}
    way = -1 if order["direction"] == "DESC" else 1
    shown = projection("buying_groups", info.field_nodes[0], "nodes")
    cursor = collection("buying_groups").find({"tenant": TENANT, **_query(filter)}, shown)
    sort = [(ORDERS[order["field"]], way), ("_id", way)]
    rows = await cursor.sort(sort).limit(first + 1).to_list(None)
    return {"nodes": rows[:first], "pageInfo": {"hasNextPage": len(rows) > first}}


async def counted(_: object, info: Any, filter: Mapping[str, Any] | None = None) -> Row:
    return await overview.counted(_query(filter))


async def assign_members(_: object, info: Any, input: Mapping[str, Any]) -> Row:
    group = input["buyingGroupId"]
    asked = [(each["personId"], each["role"]) for each in input["members"]]
    found = await assigning.assign(group, asked)
    if found is None:
        return {"__typename": "NotFound", "message": f"There is no buying group {group}."}
    changed, outcomes = found
    return {
        "__typename": "AssignMembersSuccess",
        "buyingGroup": changed,
        "outcomes": [{"status": status, "person": person} for status, person in outcomes],
    }


def _percent(exact: float) -> Row:
    return {"score": percent(exact), "exact": exact}


async def group_engagement(group: Row, info: Any) -> Row | None:
    largest, _ = await info.context.largest()
    return of_group(group, largest)


async def person_engagement(person: Row, info: Any) -> Row:
    _, largest = await info.context.largest()
    return _percent(score((person.get("engagement") or {"raw": 0})["raw"], largest))


def roles_of(group: Row, info: Any) -> list[Row]:
    by_role: dict[str, list[Row]] = {}
    for member in group.get("members", ()):
        if member["is_member"]:
            by_role.setdefault(member["role_id"], []).append(member)
    return [{**role, "members": by_role.get(role["role_id"], [])} for role in group["roles"]]


def missing_roles(group: Row, info: Any) -> Any:
    ids = group["missing_role_ids"]
    return asyncio.gather(*(info.context.load("roles", id, info) for id in ids))


def claims_of(member: Row, info: Any) -> list[Row]:
    claims = member["claims"]
    return [
        {**claims[method], "method": method.upper()}
        for method in ("manual", "journey", "system")
        if method in claims
    ]


def _types() -> list[Any]:
    names = {
        *(type for type, _ in (*RELATIONS, *STORED)),
        *("BuyingGroup", "BuyingGroupRole", "Member", "Person"),
    }
    types = {name: ObjectType(name) for name in names}
    for (type, field), path in STORED.items():
        types[type].set_field(field, lambda parent, info, path=path: parent[path])
    for (type, field), (name, key) in RELATIONS.items():
        types[type].set_field(
            field,
            lambda parent, info, name=name, key=key: info.context.load(name, parent[key], info),
        )
    group, role, member = types["BuyingGroup"], types["BuyingGroupRole"], types["Member"]
    group.set_field("completeness", lambda row, info: _percent(row["completeness"]["exact"]))
    group.set_field("engagement", group_engagement)
    group.set_field("missingRoles", missing_roles)
    group.set_field("roles", roles_of)
    role.set_field("weighting", lambda row, info: row["weighting"].upper())
    role.set_field("isMissing", lambda row, info: row["required"] and row["assigned"] == 0)
    role.set_field("completeness", lambda row, info: _percent(row["completeness"]))
    role.set_field("members", lambda row, info, first: {"nodes": row["members"][:first]})
    member.set_field("method", lambda row, info: row["method"] and row["method"].upper())
    member.set_field("claims", claims_of)
    types["Person"].set_field("engagement", person_engagement)
    return list(types.values())


def _schema() -> GraphQLSchema:
    query, mutation = QueryType(), MutationType()
    query.set_field("buyingGroup", buying_group)
    query.set_field("buyingGroups", buying_groups)
    query.set_field("overview", counted)
    mutation.set_field("assignMembers", assign_members)
    moments = ScalarType(
        "DateTime", serializer=lambda at: at if isinstance(at, str) else moment(at)
    )
    result = UnionType("AssignMembersResult", lambda row, *_: row["__typename"])
    schema: GraphQLSchema = make_executable_schema(
        SCHEMA, query, mutation, moments, result, *_types()
    )
    return schema


schema = _schema()


@lru_cache(1_000)
def _parsed(text: str) -> DocumentNode:
    return parse(text)


def parsed(context: object, data: Mapping[str, Any]) -> DocumentNode:
    """The document of a text that was parsed before, or is now."""
    return _parsed(data["query"])


_valid: dict[int, DocumentNode] = {}


def validated(schema: GraphQLSchema, document: DocumentNode, *others: Any, **named: Any) -> Any:
    """The errors of a document; one that had none is not looked at again."""
    if id(document) in _valid:
        return []
    errors = validate(schema, document, *others, **named)
    if not errors:
        _valid[id(document)] = document
    return errors


_kept = {"query_parser": parsed, "query_validator": validated} if IS_LEAN else {}
graphql = GraphQL(schema, context_value=lambda request, data=None: Request(), **_kept)
app = Starlette(routes=[Route("/graphql", graphql, methods=["POST"])])

if IS_LEAN:
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
