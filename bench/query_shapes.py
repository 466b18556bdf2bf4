"""What the commands of a tenant's work name of a shard key, by collection: printed as a table.

    python -m bench.query_shapes

A tenant gets one of everything; then every list is read with all that can be read of its rows, by
both executions, jobs are done, outboxes are swept. Each command that MongoDB is sent is looked at:
a router sends it to the shards that the parts of the shard key it names can be on.
"""

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

from graphql import (
    GraphQLField,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_leaf_type,
    is_object_type,
    is_required_argument,
)

from bench.ground import context, ground
from domain.identifiers import TenantId
from execution.context import Context
from jobs.kinds import run_open_jobs
from resolvers import jobs
from schema.build import build_schema
from store.driver import close, open_client, open_database
from tests.one_of_everything import one_of_everything
from tests.recorder import Recorder

DEEPEST: Final = 3
MOST_WAYS: Final = 1_000
WHOLE: Final = frozenset({"tenants"})
"""What stays whole on one shard, and is found by an id alone: it is the tenant's."""


class Reach(Enum):
    """Where a router has to send a command, by what its filter names."""

    ONE = "the tenant and an id"
    SOME = "the tenant and several ids"
    TENANT = "the tenant"
    BY_ID = "ids, and no tenant"
    ALL = "neither"


@dataclass(frozen=True, slots=True)
class Shape:
    """A command without its values: what it does where, how far it reaches, what else it names."""

    collection: str
    command: str
    reach: Reach
    named: tuple[str, ...]


def shapes(sent: Mapping[str, Any]) -> Iterator[Shape]:
    """The shapes of one command: each update, delete and part of a pipeline is one."""
    name = next(iter(sent))
    match name:
        case "find":
            yield _shape(sent[name], name, sent.get("filter", {}))
        case "update":
            yield from (_shape(sent[name], name, each["q"]) for each in sent["updates"])
        case "delete":
            yield from (_shape(sent[name], name, each["q"]) for each in sent["deletes"])
        case "findAndModify":
            yield _shape(sent[name], name, sent["query"])
        case "count" | "distinct":
            yield _shape(sent[name], name, sent.get("query", {}))
        case "aggregate" if isinstance(sent[name], str):
            yield from _of_pipeline(sent[name], sent["pipeline"])
        case _:
            return


def _of_pipeline(collection: str, pipeline: Sequence[Mapping[str, Any]]) -> Iterator[Shape]:
    first = pipeline[0] if pipeline else {}
    yield _shape(collection, "aggregate", first.get("$match", {}))
    for stage in pipeline:
        if "$unionWith" in stage:
            yield from _of_pipeline(stage["$unionWith"]["coll"], stage["$unionWith"]["pipeline"])
        if "$lookup" in stage:
            within = stage["$lookup"]
            its_own = within.get("pipeline") or [{}]
            query = {**its_own[0].get("$match", {}), within["foreignField"]: {"$in": []}}
            yield _shape(within["from"], "lookup", query)


def _shape(collection: str, command: str, query: Mapping[str, Any]) -> Shape:
    branches = _branches(query)
    reach = max((_reach(each) for each in branches), key=list(Reach).index)
    named = {path for each in branches for path in each if not path.startswith("$")}
    return Shape(collection, command, reach, tuple(sorted(named - {"tenant", "_id"})))


def _branches(query: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The ways to fit a query, with what has to hold in each: those of an `$or` are several."""
    ways: list[dict[str, Any]] = [{}]
    for path, value in query.items():
        match path:
            case "$and":
                for part in value:
                    ways = [{**way, **each} for way in ways for each in _branches(part)]
            case "$or":
                parts = [each for part in value for each in _branches(part)]
                if len(parts) * len(ways) <= MOST_WAYS:
                    ways = [{**each, **way} for way in ways for each in parts]
            case _:
                ways = [{**way, path: value} for way in ways]
    return ways


def _reach(query: Mapping[str, Any]) -> Reach:
    id = query.get("_id")
    has_tenant = isinstance(query.get("tenant"), str)
    if isinstance(id, str):
        return Reach.ONE if has_tenant else Reach.BY_ID
    if isinstance(id, Mapping) and ("$in" in id or "$eq" in id):
        return Reach.SOME if has_tenant else Reach.BY_ID
    return Reach.TENANT if has_tenant else Reach.ALL


def merges(sent: Mapping[str, Any]) -> Iterator[tuple[str, bool]]:
    """Into which collections a command merges, and whether that goes by the shard key alone."""
    for stage in sent.get("pipeline", ()):
        if "$merge" in stage:
            made = [each["$project"] for each in sent["pipeline"] if "$project" in each][-1]
            yield stage["$merge"]["into"], "on" not in stage["$merge"] and "tenant" in made


async def work(ctx: Context) -> None:
    """All that a tenant's data goes through: made, read in every list, worked on, swept."""
    await one_of_everything(ctx)
    for schema in (build_schema(), build_schema(is_compiled=False)):
        for query in everything(schema._schema):
            done = await schema.execute(query, context_value=ctx)
            assert done.errors is None, (query, done.errors)
    await jobs.start_maintenance_job(ctx)
    await jobs.start_scoring_job(ctx)
    await run_open_jobs(ctx, "worker")
    await ctx.stores.relay.sweep()


def everything(schema: GraphQLSchema) -> Iterator[str]:
    """A query for each field of the root that needs no argument, with all that it can show."""
    assert schema.query_type is not None
    for name, field in schema.query_type.fields.items():
        if not any(map(is_required_argument, field.args.values())):
            yield f"{{ {_selected(name, field, 0)} }}"


def _selected(name: str, field: GraphQLField, depth: int) -> str:
    page = "(first: 3)" if "first" in field.args else ""
    return f"{name}{page}{_selection(field, depth)}"


def _selection(field: GraphQLField, depth: int) -> str:
    type = get_named_type(field.type)
    if is_leaf_type(type):
        return ""
    if not is_object_type(type):
        return " { __typename }"
    assert isinstance(type, GraphQLObjectType)
    shown = [
        _selected(name, of, depth + 1)
        for name, of in type.fields.items()
        if name != "edges"
        and not any(map(is_required_argument, of.args.values()))
        and (depth < DEEPEST or is_leaf_type(get_named_type(of.type)))
    ]
    return f" {{ __typename {' '.join(shown)} }}"


async def run() -> None:
    """Print the table."""
    async with ground() as where:
        recorder = Recorder()
        client = open_client(where.uri, listeners=[recorder])
        database = open_database(client, where.database.name)
        await work(context(database, TenantId("shown")))
        await close(client)
    show(shape for sent in recorder.sent for shape in shapes(sent))


def show(found: Iterable[Shape]) -> None:
    """Print a row for each collection: what is done by id, and what else names the tenant with."""
    by_collection: dict[str, set[Shape]] = {}
    for shape in found:
        by_collection.setdefault(shape.collection, set()).add(shape)
    print("| collection | by the tenant and ids | by the tenant, and what else is named |")
    print("| --- | --- | --- |")
    for collection, own in sorted(by_collection.items()):
        by_id = {each.command for each in own if each.reach is not Reach.TENANT}
        others = {each.named for each in own if each.reach is Reach.TENANT}
        named = [" + ".join(f"`{path}`" for path in paths) or "nothing" for paths in sorted(others)]
        print(f"| `{collection}` | {', '.join(sorted(by_id))} | {'; '.join(named)} |")


if __name__ == "__main__":
    asyncio.run(run())
