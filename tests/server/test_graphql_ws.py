import asyncio
import os
from collections.abc import AsyncIterator
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus

from domain.identifiers import TenantId
from store.driver import Database
from tests.server.live_server import COMPONENTS, Live, heard, initialised, live, say


@pytest.fixture(scope="module")
async def server(database: Database) -> AsyncIterator[Live]:
    async with live(database, TenantId(f"sockets-{os.getpid()}")) as server:
        yield server


async def test_a_subscription_begins_with_its_position_and_tells_what_happens(server: Live) -> None:
    async with server.socket() as socket:
        await initialised(socket)
        await say(socket, "subscribe", id="1", payload={"query": COMPONENTS})
        beginning = (await heard(socket))["payload"]["data"]["componentEvents"]
        role = await server.change("Auditor")
        told = await heard(socket)

    position = beginning["position"]
    assert beginning["events"] == []
    assert told == {
        "id": "1",
        "type": "next",
        "payload": {
            "data": {
                "componentEvents": {
                    "position": position + 1,
                    "events": [
                        {"position": position + 1, "type": "ROLE_CREATED", "subjectId": role}
                    ],
                }
            }
        },
    }


async def test_who_comes_back_with_a_position_is_told_all_since(server: Live) -> None:
    last = await server.ctx.stores.event_log.last()
    made = [await server.change(name) for name in ("Buyer", "Seller")]

    async with server.socket() as socket:
        await initialised(socket)
        variables = {"after": last}
        await say(
            socket, "subscribe", id="1", payload={"query": COMPONENTS, "variables": variables}
        )
        first = (await heard(socket))["payload"]["data"]["componentEvents"]
        second = (await heard(socket))["payload"]["data"]["componentEvents"]

    assert first == {"position": last, "events": []}
    assert [event["subjectId"] for event in second["events"]] == made
    assert second["position"] == last + 2


async def test_queries_and_mutations_work_over_a_socket_too(server: Live) -> None:
    async with server.socket() as socket:
        await initialised(socket)
        await say(
            socket, "subscribe", id="q", payload={"query": "{ roles(first: 1) { totalCount } }"}
        )
        answer, done = await heard(socket), await heard(socket)

    assert answer["type"] == "next"
    assert answer["payload"]["data"]["roles"]["totalCount"] > 0
    assert done == {"id": "q", "type": "complete"}


async def until_logged(caplog: pytest.LogCaptureFixture, count: int) -> None:
    async with asyncio.timeout(5):
        while True:
            if len(caplog.records) >= count:
                return
            await asyncio.sleep(0.01)


async def test_operations_of_a_socket_stand_in_the_log_when_they_end(
    server: Live, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "quorum.access")
    named = COMPONENTS.replace("subscription", "subscription Parts", 1)
    async with server.socket() as socket:
        await initialised(socket)
        for id, query in (("1", "query Ann { roles { totalCount } }"), ("2", "{ nope }")):
            payload = {"query": query, "operationName": "Ann" if id == "1" else None}
            await say(socket, "subscribe", id=id, payload=payload)
            while (await heard(socket))["type"] == "next":
                pass
        await say(socket, "subscribe", id="3", payload={"query": named, "operationName": "Parts"})
        await heard(socket)

    await until_logged(caplog, 3)
    lines = [record.__dict__["fields"] for record in caplog.records]
    tenant = server.ctx.viewer.tenant
    told = [{key: line.get(key) for key in ("method", "operation", "code")} for line in lines]
    assert told == [
        {"method": "WEBSOCKET", "operation": "Ann", "code": None},
        {"method": "WEBSOCKET", "operation": None, "code": "GRAPHQL_VALIDATION_FAILED"},
        {"method": "WEBSOCKET", "operation": "Parts", "code": None},
    ]
    assert {line["tenant"] for line in lines} == {tenant}


@pytest.mark.parametrize(
    ("query", "variables", "code"),
    [
        pytest.param("subscription { ", None, "GRAPHQL_PARSE_FAILED", id="no GraphQL"),
        pytest.param("subscription { nope }", None, "GRAPHQL_VALIDATION_FAILED", id="no field"),
        pytest.param(COMPONENTS, {"after": 10**9}, "BAD_CURSOR", id="another tenant's position"),
        pytest.param(COMPONENTS, {"after": -1}, "GRAPHQL_VALIDATION_FAILED", id="no position"),
        pytest.param(
            "subscription { componentEvents(filter: {types: [PERSON_CREATED]}) { position } }",
            None,
            "BAD_REQUEST",
            id="a type of another kind",
        ),
        pytest.param(
            "subscription { componentEvents { events { "
            + "account { parent { name } } " * 600
            + "} } }",
            None,
            "TOO_COMPLEX",
            id="too much",
        ),
    ],
)
async def test_a_subscription_is_refused_under_its_id(
    server: Live, query: str, variables: Any, code: str
) -> None:
    async with server.socket() as socket:
        await initialised(socket)
        await say(socket, "subscribe", id="1", payload={"query": query, "variables": variables})
        message = await heard(socket)

    assert (message["id"], message["type"]) == ("1", "error")
    assert [error["extensions"]["code"] for error in message["payload"]] == [code]


async def test_the_viewer_is_who_the_first_message_names(server: Live) -> None:
    async with server.socket(**{"x-quorum-rights": "READ"}) as socket:
        await initialised(socket, **{"X-Quorum-Rights": "RUN_JOBS", "X-Quorum-Actor": "ann"})
        for id, query in (("1", COMPONENTS), ("2", 'subscription { jobProgress(id: "j") { id } }')):
            await say(socket, "subscribe", id=id, payload={"query": query})
        errors = [await heard(socket), await heard(socket)]

    codes = {error["id"]: error["payload"][0]["extensions"]["code"] for error in errors}
    assert codes == {"1": "FORBIDDEN", "2": "FORBIDDEN"}


async def closed(socket: Any) -> tuple[int, str]:
    """With which code and reason the server closes."""
    async with asyncio.timeout(5):
        await socket.wait_closed()
    return socket.close_code, socket.close_reason


@pytest.mark.parametrize(
    ("messages", "code", "reason"),
    [
        pytest.param(["[1]"], 4400, "object", id="a list"),
        pytest.param(["{"], 4400, "JSON", id="no JSON"),
        pytest.param([b"{}"], 4400, "JSON", id="a binary frame"),
        pytest.param(['"x"'], 4400, "object", id="a text"),
        pytest.param(['{"type":"start"}'], 4400, "type", id="a message of the older protocol"),
        pytest.param(['{"type":{}}'], 4400, "type", id="no type"),
        pytest.param(
            ['{"type":"connection_init","payload":[]}'], 4400, "payload", id="a bad payload"
        ),
        pytest.param(
            ['{"type":"connection_init","payload":{"x-quorum-actor":7}}'],
            4400,
            "texts",
            id="no text",
        ),
        pytest.param(
            ['{"type":"connection_init","payload":{"x-quorum-tenant":"nobody"}}'],
            4400,
            "TENANT_UNKNOWN: There is no tenant nobody.",
            id="a tenant that there is not",
        ),
        pytest.param(['{"type":"connection_init"}'] * 2, 4429, "Too many", id="a second beginning"),
        pytest.param(
            ['{"type":"subscribe","id":"1","payload":{"query":"{a}"}}'],
            4401,
            "Unauth",
            id="nobody yet",
        ),
        pytest.param(
            ['{"type":"connection_init"}', '{"type":"subscribe","id":7,"payload":{"query":"{a}"}}'],
            4400,
            "id",
            id="an id that is no text",
        ),
        pytest.param(
            ['{"type":"connection_init"}', '{"type":"subscribe","id":"1","payload":{"query":7}}'],
            4400,
            "query must be a text",
            id="a query that is no text",
        ),
        pytest.param(
            [
                '{"type":"connection_init"}',
                *['{"type":"subscribe","id":"1","payload":{"query":"{__typename}"}}'] * 2,
            ],
            4409,
            "1",
            id="an id twice",
        ),
    ],
)
async def test_what_breaks_the_protocol_closes_the_socket_with_its_code(
    server: Live, caplog: pytest.LogCaptureFixture, messages: list[Any], code: int, reason: str
) -> None:
    async with server.socket() as socket:
        for message in messages:
            await socket.send(message)
        found, said = await closed(socket)

    assert found == code
    assert reason in said
    assert [line for line in caplog.records if line.exc_info] == []


async def test_another_protocol_is_not_spoken(server: Live) -> None:
    async with server.socket("graphql-ws") as socket:
        assert (await closed(socket))[0] == 4406


async def test_pages_of_other_origins_get_no_socket(server: Live) -> None:
    for header in ({"Origin": "https://elsewhere.example"}, {"Host": "elsewhere.example"}):
        with pytest.raises(InvalidStatus) as refused:
            async with server.socket(**header):
                pass
        assert refused.value.response.status_code == 403


async def test_a_ping_is_answered_and_a_subscription_ends_when_asked(server: Live) -> None:
    async with server.socket() as socket:
        await say(socket, "ping", payload={"n": 1})
        assert await heard(socket) == {"type": "pong", "payload": {"n": 1}}
        await initialised(socket)
        await say(socket, "subscribe", id="1", payload={"query": COMPONENTS})
        await heard(socket)
        await say(socket, "complete", id="1")
        await server.change("Nobody hears of it")
        await say(socket, "subscribe", id="1", payload={"query": COMPONENTS})
        told = await heard(socket)

    assert told["payload"]["data"]["componentEvents"]["events"] == []


async def test_a_server_that_stops_says_so_and_answers_what_is_asked_once(
    database: Database, tenant: TenantId
) -> None:
    async with live(database, tenant) as server, server.socket() as socket:
        await initialised(socket)
        await say(socket, "subscribe", id="1", payload={"query": COMPONENTS})
        await heard(socket)
        await server.stopping.end(1)

        assert await closed(socket) == (
            1012,
            "STOPPING: The server is stopping; subscribe again.",
        )


async def test_a_server_serves_so_many_subscriptions_and_no_more(
    database: Database, tenant: TenantId
) -> None:
    async with (
        live(database, tenant, subscription_limit=1) as server,
        server.socket() as socket,
        server.socket() as another,
    ):
        await initialised(socket)
        await say(socket, "subscribe", id="1", payload={"query": COMPONENTS})
        first = await heard(socket)
        await say(socket, "subscribe", id="2", payload={"query": COMPONENTS})
        second = await heard(socket)
        code, reason = await closed(another)

    assert (first["id"], first["type"]) == ("1", "next")
    assert (second["id"], second["type"]) == ("2", "error")
    (error,) = second["payload"]
    assert error["message"] == "This server takes no more subscriptions than 1."
    assert error["extensions"]["code"] == "TOO_MANY_SUBSCRIPTIONS"
    assert (code, reason[:23]) == (1013, "TOO_MANY_SUBSCRIPTIONS:")
