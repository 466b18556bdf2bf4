"""Spans of a request and of its commands, as OpenTelemetry is given them."""

from collections.abc import Iterator
from typing import Any

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from domain.identifiers import TenantId
from execution.context import Context
from execution.tracing import trace_with
from schema import serving
from schema.build import build_schema
from schema.serving import Answer
from server.graphql_request import Operation
from server.settings import Settings
from server.tracing import Tracing, traced
from store.command_watch import CommandTrace
from store.driver import Database, close, open_client, open_database
from tests.server.test_graphql_http import client_of

CALLER = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.fixture
def exporter() -> Iterator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    yield exporter
    trace_with(None)


async def execute(context: Context, operation: Operation) -> Answer:
    return await serving.execute(
        build_schema(), context, operation.query, operation.variables, operation.name
    )


async def test_a_request_and_its_commands_are_spans_that_quote_nothing(
    database: Database, tenant: TenantId, mongodb_uri: str, exporter: InMemorySpanExporter
) -> None:
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    tracing = Tracing(provider)
    trace_with(tracing)
    client = open_client(mongodb_uri, listeners=[CommandTrace(tracing.command)])
    watched = open_database(client, database.name)
    query = """query Find($name: String!) {
      accounts(filter: {search: $name}) { nodes { name } }
      people(filter: {search: "Miller"}) { nodes { firstName } }
    }"""
    async with client_of(watched, tenant, execute) as asking:
        exporter.clear()
        answer = await asking.post(
            "/graphql",
            json={"query": query, "operationName": "Find", "variables": {"name": "Ann Miller"}},
            headers={"traceparent": CALLER, "x-request-id": "r1", "x-quorum-actor": "ann@acme"},
        )
        await asking.post("/graphql", json={"query": "{ nowhere }"})
    await close(client)

    assert "errors" not in answer.json()
    spans = exporter.get_finished_spans()
    request = only(spans, "GraphQL Find")
    assert request.parent is not None
    assert f"{request.parent.span_id:016x}" == CALLER.split("-")[2]
    assert dict(request.attributes or {}) == {
        "quorum.request_id": "r1",
        "graphql.operation.name": "Find",
    }
    found = only(spans, "aggregate accounts")
    assert found.parent is not None
    assert found.parent.span_id == request.context.span_id
    assert dict(found.attributes or {}) == {
        "db.system.name": "mongodb",
        "db.operation.name": "aggregate",
        "db.collection.name": "accounts",
    }
    assert only(spans, "GraphQL").status.description == "GRAPHQL_VALIDATION_FAILED"
    told = "".join(span.to_json() for span in spans)
    for word in ("Miller", "ann@acme", "firstName", "search"):
        assert word not in told


async def test_without_the_setting_nothing_is_traced() -> None:
    async with traced(Settings()) as listeners:
        assert listeners == []


def only(spans: Any, name: str) -> ReadableSpan:
    named = {span.name: span for span in spans}
    assert name in named, sorted(named)
    found = named[name]
    assert isinstance(found, ReadableSpan)
    return found
