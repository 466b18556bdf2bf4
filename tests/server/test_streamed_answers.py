import asyncio
import os
from collections.abc import AsyncIterator
from typing import Any

import httpx
import orjson
import pytest

from domain.identifiers import TenantId
from server.streamed_answers import EVENT_STREAM, MULTIPART, Form, form_for
from store.driver import Database
from tests.server.live_server import COMPONENTS, Live, live

SSE = {"accept": "text/event-stream"}
APOLLO = {"accept": "multipart/mixed;boundary=graphql;subscriptionSpec=1.0,application/json"}


@pytest.fixture(scope="module")
async def server(database: Database) -> AsyncIterator[Live]:
    async with live(database, TenantId(f"streams-{os.getpid()}")) as server:
        yield server


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        pytest.param("text/event-stream", EVENT_STREAM, id="server-sent events"),
        pytest.param("application/json, Text/Event-Stream;q=0.9", EVENT_STREAM, id="among others"),
        pytest.param('multipart/mixed; subscriptionSpec="1.0"', MULTIPART, id="Apollo's parts"),
        pytest.param(APOLLO["accept"], MULTIPART, id="as Apollo Client says it"),
        pytest.param("multipart/mixed; deferSpec=20220824", None, id="parts of another kind"),
        pytest.param("application/json", None, id="a single answer"),
        pytest.param("*/*", None, id="anything"),
    ],
)
def test_the_form_is_the_one_that_is_asked_for(accept: str, form: Form | None) -> None:
    assert form_for(accept) is form


async def told(server: Live, headers: dict[str, str], change: str, most: int) -> list[str]:
    """The pieces of a stream as they come, so many of them; something changes after the second."""
    pieces: list[str] = []
    async with (
        asyncio.timeout(5),
        httpx.AsyncClient() as client,
        client.stream(
            "POST", server.address, json={"query": COMPONENTS}, headers=headers
        ) as answer,
    ):
        pieces.append(answer.headers["content-type"])
        async for piece in answer.aiter_text():
            pieces.append(piece)
            if len(pieces) == 3:
                await server.change(change)
            if len(pieces) == most:
                break
    return pieces


async def test_a_stream_of_events_is_written_as_their_protocol_says(server: Live) -> None:
    media_type, first, beginning, event = await told(server, SSE, "By event", 4)

    assert (media_type, first) == ("text/event-stream", ":\n\n")
    assert beginning.startswith('event: next\ndata: {"data":{"componentEvents":{"position":')
    assert beginning.endswith("}\n\n")
    assert '"type":"ROLE_CREATED"' in event


async def test_a_part_is_ended_as_soon_as_it_is_sent(server: Live) -> None:
    media_type, first, beginning, part = await told(server, APOLLO, "By part", 4)

    assert media_type == 'multipart/mixed;boundary="graphql";subscriptionSpec=1.0'
    assert first == "\r\n--graphql"
    head = "\r\ncontent-type: application/json\r\n\r\n"
    for piece in (beginning, part):
        assert piece.startswith(head)
        assert piece.endswith("\r\n--graphql")
    payload = orjson.loads(part.removeprefix(head).removesuffix("\r\n--graphql"))["payload"]
    assert payload["data"]["componentEvents"]["events"][0]["type"] == "ROLE_CREATED"


async def test_what_is_no_subscription_is_answered_in_the_form_asked_for(server: Live) -> None:
    async with httpx.AsyncClient() as client:

        async def answered(query: str, headers: dict[str, str]) -> httpx.Response:
            return await client.post(server.address, json={"query": query}, headers=headers)

        as_events = await answered("{ __typename }", SSE)
        refused = await answered("subscription { nope }", SSE)
        as_part = await answered("{ __typename }", APOLLO)
        in_json = await answered(COMPONENTS, {"accept": "application/json"})
        nobody = await answered(COMPONENTS, SSE | {"x-quorum-tenant": "nobody"})
        foreign = await answered(COMPONENTS, SSE | {"origin": "https://elsewhere.example"})

    assert as_events.text == (
        ':\n\nevent: next\ndata: {"data":{"__typename":"Query"}}\n\nevent: complete\ndata:\n\n'
    )
    assert "GRAPHQL_VALIDATION_FAILED" in refused.text
    assert refused.text.endswith("event: complete\ndata:\n\n")
    assert as_part.json() == {"data": {"__typename": "Query"}}
    assert in_json.status_code == 406
    assert "text/event-stream" in in_json.json()["errors"][0]["message"]
    assert nobody.json()["errors"][0]["extensions"]["code"] == "TENANT_UNKNOWN"
    assert foreign.status_code == 403


async def test_what_was_carried_out_is_told_though_there_is_no_room_for_subscriptions(
    database: Database, tenant: TenantId
) -> None:
    query = """mutation { createRole(input: {name: "Auditor", idempotencyKey: "k"}) {
      __typename } }"""
    async with (
        live(database, tenant, subscription_limit=1) as server,
        httpx.AsyncClient() as client,
        client.stream(
            "POST", server.address, json={"query": COMPONENTS}, headers=SSE
        ) as subscribed,
    ):
        pieces = subscribed.aiter_text()
        await anext(pieces)
        told = await client.post(server.address, json={"query": query}, headers=SSE)
        full = await client.post(server.address, json={"query": COMPONENTS}, headers=SSE)

    assert "CreateRoleSuccess" in told.text
    assert told.headers["content-type"] == "text/event-stream"
    assert full.json()["errors"][0]["extensions"]["code"] == "TOO_MANY_SUBSCRIPTIONS"


async def test_a_server_that_stops_tells_its_streams(database: Database, tenant: TenantId) -> None:
    async with live(database, tenant) as server, httpx.AsyncClient() as client:
        request: dict[str, Any] = {"json": {"query": COMPONENTS}, "headers": SSE}
        async with asyncio.timeout(10), client.stream("POST", server.address, **request) as answer:
            pieces = answer.aiter_text()
            beginning = [await anext(pieces), await anext(pieces)]
            await server.stopping.end(1)
            rest = "".join([piece async for piece in pieces])

    assert "position" in beginning[1]
    assert rest.startswith('event: next\ndata: {"errors":[{"message":"The server is stopping;')
    assert '"code":"STOPPING"' in rest
    assert "complete" not in rest
