from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from execution.error_codes import ErrorCode
from server.graphql_request import (
    Operation,
    media_type_for,
    operation_in,
    parse,
    read_body,
    unsupported,
)
from server.refusals import GRAPHQL_JSON, JSON, Refusal


@pytest.mark.parametrize(
    ("body", "operation"),
    [
        pytest.param(b'{"query": "{ a }"}', Operation("{ a }"), id="a query alone"),
        pytest.param(
            b'{"query": "{ a }", "variables": null, "operationName": null, "extensions": null}',
            Operation("{ a }"),
            id="null is the same as left out",
        ),
        pytest.param(
            b'{"query": "query Q { a }", "variables": {"x": [1]}, "operationName": "Q"}',
            Operation("query Q { a }", {"x": [1]}, "Q"),
            id="all three parts",
        ),
        pytest.param(
            b'{"query": "{ a }", "extensions": {"x": 1}, "id": 7}',
            Operation("{ a }"),
            id="extensions and unknown members are passed over",
        ),
    ],
)
def test_a_well_formed_body_gives_the_operation(body: bytes, operation: Operation) -> None:
    assert parse(body) == operation


@pytest.mark.parametrize(
    ("body", "message", "field"),
    [
        pytest.param(b'"x"', "The body must be a JSON object, not a text.", None, id="a text"),
        pytest.param(b"5", "The body must be a JSON object, not a number.", None, id="a number"),
        pytest.param(b"null", "The body must be a JSON object, not null.", None, id="null"),
        pytest.param(b"true", "The body must be a JSON object, not a boolean.", None, id="true"),
        pytest.param(
            b"[1]",
            "Send one operation per request: the body must be an object, no list.",
            None,
            id="a list",
        ),
        pytest.param(
            b'{"query": "\xff"}',
            "The body is not UTF-8: the byte at 11 belongs to no character.",
            None,
            id="bad UTF-8",
        ),
        pytest.param(
            b'{"query": "\\ud800"}',
            "The body is not JSON: no low surrogate in string at character 11.",
            None,
            id="half a surrogate pair",
        ),
        pytest.param(
            b"[" * 100_000,
            "The body is not JSON: depth limit exceeded at character 1025.",
            None,
            id="brackets without end",
        ),
        pytest.param(b"{}", "query must be a text, not null.", "query", id="no query"),
        pytest.param(b'{"query": 5}', "query must be a text, not a number.", "query", id="query 5"),
        pytest.param(
            b'{"query": "{ a }", "variables": "{}"}',
            "variables must be an object, not a text.",
            "variables",
            id="variables as a text",
        ),
        pytest.param(
            b'{"query": "{ a }", "variables": [1]}',
            "variables must be an object, not a list.",
            "variables",
            id="variables as a list",
        ),
        pytest.param(
            b'{"query": "{ a }", "operationName": {}}',
            "operationName must be a text, not an object.",
            "operationName",
            id="an operation name that is an object",
        ),
        pytest.param(
            b'{"query": "{ a }", "extensions": 1}',
            "extensions must be an object, not a number.",
            "extensions",
            id="extensions as a number",
        ),
    ],
)
def test_a_malformed_body_is_refused_by_name(body: bytes, message: str, field: str | None) -> None:
    assert parse(body) == Refusal(400, ErrorCode.BAD_REQUEST, message, field)


@pytest.mark.parametrize(
    ("headers", "field"),
    [
        pytest.param({"content-type": "application/json"}, None, id="JSON"),
        pytest.param(
            {"content-type": 'Application/JSON; charset="UTF-8"'}, None, id="JSON that says UTF-8"
        ),
        pytest.param({}, "Content-Type", id="no media type"),
        pytest.param({"content-type": "text/plain"}, "Content-Type", id="plain text"),
        pytest.param(
            {"content-type": "application/x-www-form-urlencoded"}, "Content-Type", id="a form"
        ),
        pytest.param({"content-type": "multipart/form-data"}, "Content-Type", id="an upload"),
        pytest.param(
            {"content-type": "text/plain; application/json"}, "Content-Type", id="text in disguise"
        ),
        pytest.param(
            {"content-type": "application/json; charset=latin-1"}, "Content-Type", id="Latin-1"
        ),
        pytest.param(
            {"content-type": "application/json", "content-encoding": "gzip"},
            "Content-Encoding",
            id="a compressed body",
        ),
    ],
)
def test_only_plain_json_is_taken(headers: dict[str, str], field: str | None) -> None:
    refusal = unsupported(Headers(headers))

    assert (refusal.field if refusal else None) == field
    assert (refusal.status if refusal else 415) == 415


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        pytest.param("", JSON, id="nothing said"),
        pytest.param("*/*", JSON, id="anything"),
        pytest.param("application/json", JSON, id="JSON"),
        pytest.param(GRAPHQL_JSON, GRAPHQL_JSON, id="GraphQL's own"),
        pytest.param(
            f"application/json;q=0.9, {GRAPHQL_JSON}; charset=utf-8", GRAPHQL_JSON, id="own first"
        ),
        pytest.param(f"{GRAPHQL_JSON};q=0.5, application/json", JSON, id="JSON first"),
        pytest.param(f"{GRAPHQL_JSON};q=0", JSON, id="own refused"),
        pytest.param(f"{GRAPHQL_JSON};q=much", JSON, id="a weight that is no number"),
    ],
)
def test_the_answer_has_the_media_type_the_client_prefers(accept: str, media_type: str) -> None:
    assert media_type_for(accept) == media_type


class Asked:
    """Counts what a server takes in of a body sent in parts of 1,000 bytes."""

    def __init__(self) -> None:
        self.parts = 0

    async def parts_without_end(self) -> AsyncIterator[bytes]:
        while self.parts < 10_000:
            self.parts += 1
            yield b" " * 1_000


async def test_a_body_of_unknown_length_is_refused_while_it_streams() -> None:
    asked = Asked()

    async def endpoint(request: Request) -> Response:
        body = await read_body(request, 8_500)
        assert isinstance(body, Refusal)
        return PlainTextResponse(body.code, body.status)

    transport = httpx.ASGITransport(Starlette(routes=[Route("/", endpoint, methods=["POST"])]))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        answer = await client.post("/", content=asked.parts_without_end())

    assert (answer.status_code, answer.text) == (413, "PAYLOAD_TOO_LARGE")
    assert asked.parts == 9


@pytest.mark.parametrize(
    ("size", "status"),
    [
        pytest.param(100, 200, id="a body at the limit"),
        pytest.param(101, 413, id="a body one byte over"),
    ],
)
async def test_the_limit_itself_is_allowed(size: int, status: int) -> None:
    async def endpoint(request: Request) -> Response:
        operation = await operation_in(request, 100)
        return Response(status_code=operation.status if isinstance(operation, Refusal) else 200)

    transport = httpx.ASGITransport(Starlette(routes=[Route("/", endpoint, methods=["POST"])]))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        answer = await client.post(
            "/",
            content=b'{"query": "{ a }"}'.ljust(size),
            headers={"content-type": "application/json"},
        )

    assert answer.status_code == status


@pytest.mark.parametrize("length", ["9000000", "9" * 5_000])
async def test_an_announced_length_over_the_limit_is_refused_before_a_byte_is_read(
    length: str,
) -> None:
    async def receive() -> dict[str, object]:
        raise AssertionError("the body is not to be read")

    headers = [(b"content-length", length.encode())]
    request = Request({"type": "http", "method": "POST", "headers": headers}, receive)

    refusal = await read_body(request, 8_000_000)

    assert isinstance(refusal, Refusal)
    assert refusal.status == 413
