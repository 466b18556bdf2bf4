import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import httpx
import pytest

from domain.identifiers import TenantId
from execution.context import Context
from schema.serving import Answer
from server.app import build_app
from server.asking import Execute
from server.contexts import Contexts, now
from server.graphql_request import Operation
from server.settings import Settings
from server.stopping import Stopping
from store.driver import Database, close, open_database
from store.stores import Stores
from tests.nobody import nobody

JSON = "application/json"
GRAPHQL_JSON = "application/graphql-response+json"


async def echo(context: Context, operation: Operation) -> Answer:
    """Shows what reached the execution."""
    viewer = context.viewer
    shown = {
        "tenant": viewer.tenant,
        "actor": viewer.actor,
        "rights": sorted(right.name for right in viewer.rights),
        "query": operation.query,
        "variables": operation.variables,
        "name": operation.name,
        "now": context.now().isoformat(),
        "request": context.request_id,
    }
    return Answer({"data": shown}, was_executed=True)


async def invalid(context: Context, operation: Operation) -> Answer:
    return Answer({"errors": [{"message": "No such field."}]}, was_executed=False)


async def late(context: Context, operation: Operation) -> Answer:
    return Answer({"errors": [{"message": "Too late."}]}, was_executed=False, code="DEADLINE")


async def away(context: Context, operation: Operation) -> Answer:
    return Answer({"data": None, "errors": []}, was_executed=True, code="UNAVAILABLE")


async def broken(context: Context, operation: Operation) -> Answer:
    raise RuntimeError("the secret")


async def nothing() -> str | None:
    return None


async def full() -> str | None:
    return "MongoDB is not running: the disk is full"


@asynccontextmanager
async def client_of(
    database: Database, tenant: TenantId, execute: Execute, stopping: Stopping | None = None
) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the whole application; its requests are the tenant's, which exists."""
    stores = Stores(database, tenant)
    await stores.tenants.insert(stores.tenants.new(tenant, "UTC", now(), "test"))
    settings = Settings(tenant=tenant, body_limit=8_000_000)
    app = build_app(
        settings, Contexts(database), execute, reason_not_ready=nothing, stopping=stopping
    )
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:8000") as client:
        yield client


async def test_a_tenant_that_cannot_be_looked_up_now_is_a_reason_to_try_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    client = nobody()
    contexts = Contexts(open_database(client, "nobody"))
    app = build_app(Settings(), contexts, echo, reason_not_ready=nothing)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:8000") as asking:
        answer = await asking.post("/graphql", json={"query": "{ a }"})
    await close(client)

    (error,) = answer.json()["errors"]
    assert answer.status_code == 503
    assert error["extensions"]["code"] == "UNAVAILABLE"
    assert "try again" in error["message"]
    (line,) = [each for each in caplog.records if each.name != "quorum.access"]
    assert "MongoDB does not answer: 127.0.0.1:1" in line.message
    assert line.exc_info is None


async def test_an_operation_reaches_the_execution_whole_with_its_viewer(
    database: Database, tenant: TenantId
) -> None:
    async with client_of(database, tenant, echo) as client:
        answer = await client.post(
            "/graphql",
            json={"query": "query Q { a }", "variables": {"x": 1}, "operationName": "Q"},
            headers={"x-quorum-actor": "ann", "x-quorum-rights": "READ,RUN_JOBS"},
        )

    shown = answer.json()["data"]
    assert answer.status_code == 200
    assert shown.pop("now").endswith("+00:00")
    assert shown.pop("request") == answer.headers["x-request-id"]
    assert shown == {
        "tenant": tenant,
        "actor": "ann",
        "rights": ["READ", "RUN_JOBS"],
        "query": "query Q { a }",
        "variables": {"x": 1},
        "name": "Q",
    }


@pytest.mark.parametrize(
    ("execute", "accept", "status", "media_type"),
    [
        pytest.param(echo, JSON, 200, JSON, id="executed, in plain JSON"),
        pytest.param(echo, GRAPHQL_JSON, 200, GRAPHQL_JSON, id="executed, in GraphQL's own type"),
        pytest.param(invalid, JSON, 200, JSON, id="not executed, in plain JSON"),
        pytest.param(invalid, GRAPHQL_JSON, 400, GRAPHQL_JSON, id="not executed, in GraphQL's own"),
        pytest.param(late, JSON, 200, JSON, id="cut off, in plain JSON"),
        pytest.param(late, GRAPHQL_JSON, 504, GRAPHQL_JSON, id="cut off, in GraphQL's own type"),
        pytest.param(away, JSON, 200, JSON, id="without a database, in plain JSON"),
        pytest.param(away, GRAPHQL_JSON, 503, GRAPHQL_JSON, id="without a database, in its own"),
    ],
)
async def test_status_and_type_are_those_of_graphql_over_http(
    database: Database,
    tenant: TenantId,
    execute: Execute,
    accept: str,
    status: int,
    media_type: str,
) -> None:
    async with client_of(database, tenant, execute) as client:
        answer = await client.post("/graphql", json={"query": "{ a }"}, headers={"accept": accept})

    assert (answer.status_code, answer.headers["content-type"]) == (status, media_type)


@pytest.mark.parametrize(
    ("body", "status", "code", "field"),
    [
        pytest.param(b'"x"', 400, "BAD_REQUEST", None, id="a text"),
        pytest.param(b"5", 400, "BAD_REQUEST", None, id="a number"),
        pytest.param(b"null", 400, "BAD_REQUEST", None, id="null"),
        pytest.param(b"[1]", 400, "BAD_REQUEST", None, id="a list"),
        pytest.param(b"", 400, "BAD_REQUEST", None, id="nothing"),
        pytest.param(b'{"query": "\xff"}', 400, "BAD_REQUEST", None, id="bad UTF-8"),
        pytest.param(b'{"query": 5}', 400, "BAD_REQUEST", "query", id="a query that is a number"),
        pytest.param(b" " * 9_000_000, 413, "PAYLOAD_TOO_LARGE", None, id="9 MB"),
    ],
)
async def test_a_bad_body_is_refused_in_the_shape_of_an_answer(
    database: Database, tenant: TenantId, body: bytes, status: int, code: str, field: str | None
) -> None:
    async with client_of(database, tenant, echo) as client:
        answer = await client.post("/graphql", content=body, headers={"content-type": JSON})

    (error,) = answer.json()["errors"]
    assert answer.status_code == status
    assert "data" not in answer.json()
    assert (error["extensions"]["code"], error["extensions"].get("field")) == (code, field)
    assert error["extensions"]["requestId"] == answer.headers["x-request-id"]


async def test_no_page_can_drive_the_server_with_plain_text(
    database: Database, tenant: TenantId
) -> None:
    async with client_of(database, tenant, echo) as client:
        answer = await client.post(
            "/graphql", content=b'{"query": "{ a }"}', headers={"content-type": "text/plain"}
        )

    assert answer.status_code == 415
    assert answer.json()["errors"][0]["extensions"]["code"] == "BAD_REQUEST"


@pytest.mark.parametrize(
    ("name", "value", "status", "code"),
    [
        pytest.param("host", "evil.example", 403, "FORBIDDEN", id="a foreign host"),
        pytest.param("origin", "http://evil.example", 403, "FORBIDDEN", id="a foreign origin"),
        pytest.param("x-quorum-tenant", "nobody", 400, "TENANT_UNKNOWN", id="an unknown tenant"),
        pytest.param("x-quorum-rights", "FLY", 400, "BAD_REQUEST", id="an unknown right"),
    ],
)
async def test_a_bad_header_is_refused_with_a_code(
    database: Database, tenant: TenantId, name: str, value: str, status: int, code: str
) -> None:
    async with client_of(database, tenant, echo) as client:
        answer = await client.post("/graphql", json={"query": "{ a }"}, headers={name: value})

    assert answer.status_code == status
    assert answer.json()["errors"][0]["extensions"]["code"] == code


async def test_a_body_that_does_not_come_is_not_waited_for(
    database: Database, tenant: TenantId
) -> None:
    async def never() -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.sleep(60)

    settings = Settings(tenant=tenant, request_seconds=0.1)
    app = build_app(settings, Contexts(database), echo, reason_not_ready=nothing)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        answer = await client.post("/graphql", content=never(), headers={"content-type": JSON})

    assert answer.status_code == 408
    assert answer.json()["errors"][0]["extensions"]["code"] == "DEADLINE"


async def test_a_bug_is_answered_in_one_sentence(database: Database, tenant: TenantId) -> None:
    async with client_of(database, tenant, broken) as client:
        answer = await client.post("/graphql", json={"query": "{ a }"})

    assert answer.status_code == 500
    assert answer.json()["errors"][0]["message"] == "Unexpected error."
    assert answer.json()["errors"][0]["extensions"]["code"] == "INTERNAL"


async def test_a_browser_is_shown_graphiql_and_a_query_by_get_is_refused(
    database: Database, tenant: TenantId
) -> None:
    async with client_of(database, tenant, echo) as client:
        browser = await client.get("/graphql", headers={"accept": "text/html,*/*;q=0.8"})
        query = await client.get("/graphql?query={a}", headers={"accept": JSON})
        deleted = await client.delete("/graphql")
        home = await client.get("/")

    assert (browser.status_code, browser.headers["location"]) == (303, "/graphiql")
    assert (query.status_code, query.headers["allow"]) == (405, "POST")
    assert query.json()["errors"][0]["extensions"]["code"] == "BAD_REQUEST"
    assert deleted.status_code == 405
    assert home.headers["location"] == "/graphiql"


@pytest.mark.parametrize(
    ("reason", "status", "words"),
    [
        pytest.param(nothing, 200, "ready", id="the database answers"),
        pytest.param(
            full, 503, "down: MongoDB is not running: the disk is full", id="the database is away"
        ),
    ],
)
async def test_the_process_is_healthy_whether_or_not_it_is_ready(
    database: Database, reason: Callable[[], Awaitable[str | None]], status: int, words: str
) -> None:
    app = build_app(Settings(), Contexts(database), echo, reason_not_ready=reason)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        alive = await client.get("/healthz")
        ready = await client.get("/readyz")

    assert (alive.status_code, alive.text) == (200, "up")
    assert (ready.status_code, ready.text) == (status, words)


async def test_a_request_that_does_not_end_before_the_server_says_what_it_may_have_done(
    database: Database, tenant: TenantId
) -> None:
    async def slow(context: Context, operation: Operation) -> Answer:
        context.has_begun = operation.query.startswith("mutation")
        begun.release()
        await asyncio.sleep(60)
        raise AssertionError

    stopping, begun = Stopping(), asyncio.Semaphore(0)
    async with client_of(database, tenant, slow, stopping) as client:
        asked = [
            asyncio.create_task(client.post("/graphql", json={"query": query}))
            for query in ("{ a }", "mutation { a }")
        ]
        for _ in asked:
            await begun.acquire()
        await stopping.end(0)
        answers = [*await asyncio.gather(*asked)]
        answers.append(await client.post("/graphql", json={"query": "mutation { a }"}))
        ready, alive = await client.get("/readyz"), await client.get("/healthz")

    told = [answer.json()["errors"][0]["extensions"] for answer in answers]
    assert [each["outcome"] for each in told] == ["NOT_DONE", "UNKNOWN", "NOT_DONE"]
    assert {(each["code"], each["retryable"]) for each in told} == {("STOPPING", True)}
    assert [answer.status_code for answer in answers] == [503, 503, 503]
    assert (ready.status_code, ready.text, alive.status_code) == (503, "down: stopping", 200)


async def test_every_answer_has_its_id_and_the_security_headers(
    database: Database, tenant: TenantId
) -> None:
    async with client_of(database, tenant, echo) as client:
        answers = [
            await client.post("/graphql", json={"query": "{ a }"}),
            await client.post("/graphql", content=b"5"),
            await client.get("/nowhere"),
            await client.get("/", headers={"host": "evil.example"}),
        ]

    assert len({answer.headers["x-request-id"] for answer in answers}) == 4
    assert {answer.headers["x-content-type-options"] for answer in answers} == {"nosniff"}
    assert {answer.headers["referrer-policy"] for answer in answers} == {"no-referrer"}
