import logging
import re

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, Router
from starlette.types import ASGIApp

from server.access_log import AccessLog, note, request_id


def client_of(app: ASGIApp) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(AccessLog(app)), base_url="http://localhost"
    )


async def fine(request: Request) -> Response:
    note(request.scope, "tenant", "acme")
    note(request.scope, "operation", None)
    return PlainTextResponse(request_id(request.scope))


async def broken(request: Request) -> Response:
    raise RuntimeError("the secret")


APP = Router([Route("/fine", fine), Route("/broken", broken)])


async def test_an_answer_carries_the_id_that_the_log_and_the_request_know(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.INFO, "quorum.access"):
        async with client_of(APP) as client:
            answer = await client.get("/fine")

    identifier = answer.headers["x-request-id"]
    assert re.fullmatch(r"[0-9a-f]{16}", identifier)
    assert answer.text == identifier
    (line,) = caplog.messages
    assert re.fullmatch(
        rf"request id={identifier} method=GET path=/fine status=200 ms=\d+\.\d tenant=acme", line
    )


@pytest.mark.parametrize(
    ("given", "is_taken"),
    [
        pytest.param("trace-7.A_b", True, id="one that can stand in a log"),
        pytest.param("ann@acme.example", False, id="an address"),
        pytest.param("a b", False, id="two words"),
        pytest.param("x" * 65, False, id="one that is too long"),
    ],
)
async def test_an_id_that_the_sender_gives_is_taken_if_it_is_one(
    given: str, is_taken: bool
) -> None:
    async with client_of(APP) as client:
        answer = await client.get("/fine", headers={"x-request-id": given})

    assert (answer.text == given) is is_taken
    assert answer.headers["x-request-id"] == answer.text


async def test_a_bug_is_logged_in_full_and_answered_in_one_sentence(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.ERROR, "quorum.access"):
        async with client_of(APP) as client:
            answer = await client.get("/broken")

    identifier = answer.headers["x-request-id"]
    assert answer.status_code == 500
    assert answer.json() == {
        "errors": [
            {
                "message": "Unexpected error.",
                "extensions": {"code": "INTERNAL", "requestId": identifier},
            }
        ]
    }
    (record,) = caplog.records
    assert record.getMessage() == f"failed id={identifier}"
    assert "the secret" in caplog.text


async def test_a_line_of_the_log_stays_one_line(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "quorum.access"):
        async with client_of(APP) as client:
            await client.get("/a%0Ab%20status=200?secret=1")

    (line,) = caplog.messages
    assert "\n" not in line
    assert " path=/a%0Ab%20status=200 status=404 " in line
    assert "secret" not in line
