import httpx
import pytest
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from server.guards import Guards, SecurityHeaders, foreign

OURS = frozenset({"localhost", "127.0.0.1", "[::1]"})


@pytest.mark.parametrize(
    "host",
    ["localhost", "LOCALHOST:8000", "127.0.0.1", "127.0.0.1:1", "[::1]", "[::1]:8000"],
)
def test_this_machine_is_asked_by_its_own_names_at_any_port(host: str) -> None:
    assert foreign(Headers({"host": host}), OURS) is None


@pytest.mark.parametrize(
    "host",
    [
        pytest.param("evil.example", id="another name"),
        pytest.param("localhost.evil.example:8000", id="a name that begins like ours"),
        pytest.param("evil.example:localhost", id="our name as a port"),
        pytest.param("localhost:8000:evil", id="two colons"),
        pytest.param("user@localhost", id="a user in front"),
        pytest.param("localhost:", id="a colon without a port"),
        pytest.param("[::2]:8000", id="another address"),
        pytest.param("", id="nothing"),
    ],
)
def test_a_foreign_host_is_refused(host: str) -> None:
    refusal = foreign(Headers({"host": host}), OURS)

    assert refusal is not None
    assert (refusal.status, refusal.code, refusal.field) == (403, "FORBIDDEN", "Host")


def test_a_request_has_exactly_one_host() -> None:
    twice = Headers(raw=[(b"host", b"localhost"), (b"host", b"localhost")])

    assert foreign(Headers({}), OURS) is not None
    assert foreign(twice, OURS) is not None


@pytest.mark.parametrize(
    ("origin", "is_ours"),
    [
        pytest.param("http://localhost:8000", True, id="a page of this server"),
        pytest.param("HTTP://LOCALHOST:8000", True, id="in capitals"),
        pytest.param("https://localhost:8000", True, id="behind a proxy that speaks TLS"),
        pytest.param("http://localhost:3000", False, id="another server on this machine"),
        pytest.param("http://127.0.0.1:8000", False, id="another name of this machine"),
        pytest.param("http://evil.example", False, id="another site"),
        pytest.param("null", False, id="a page without an origin"),
        pytest.param("file://localhost:8000", False, id="a file"),
        pytest.param("http://localhost:8000@evil.example", False, id="our name as a user"),
        pytest.param("http://[", False, id="no address at all"),
        pytest.param("", False, id="an empty origin"),
    ],
)
def test_only_pages_of_this_server_may_ask(origin: str, is_ours: bool) -> None:
    refusal = foreign(Headers({"host": "localhost:8000", "origin": origin}), OURS)

    assert (refusal is None) is is_ours


async def test_a_refused_request_reaches_no_route_and_grants_no_origin() -> None:
    reached: list[str] = []

    async def endpoint(request: Request) -> Response:
        reached.append(request.url.path)
        return PlainTextResponse("")

    app = Guards(Starlette(routes=[Route("/", endpoint, methods=["GET", "OPTIONS"])]), OURS)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://localhost"
    ) as client:
        foreign_host = await client.get("/", headers={"host": "evil.example"})
        preflight = await client.options("/", headers={"origin": "http://evil.example"})

    assert foreign_host.status_code == 403
    assert foreign_host.json()["errors"][0]["extensions"]["field"] == "Host"
    assert preflight.status_code == 403
    assert not [name for name in preflight.headers if name.startswith("access-control")]
    assert reached == []


async def test_every_answer_has_the_security_headers_a_route_may_set_its_own() -> None:
    async def endpoint(request: Request) -> Response:
        return PlainTextResponse("", headers={"referrer-policy": "same-origin"})

    app = SecurityHeaders(Starlette(routes=[Route("/", endpoint)]))
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://localhost"
    ) as client:
        answer = await client.get("/")
        missing = await client.get("/nowhere")

    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert missing.headers["x-content-type-options"] == "nosniff"
    assert missing.headers["referrer-policy"] == "no-referrer"
