import json
import logging
import re
from collections.abc import Iterator

import pytest
from graphql import GraphQLError
from pymongo.errors import DuplicateKeyError

from domain.identifiers import TenantId
from execution.context import Context
from execution.error_masking import masked
from schema.serving import Answer
from server.graphql_request import Operation
from server.logs import FIELDS, LogFormat, configure
from store.driver import Database
from tests.server.test_graphql_http import client_of

LOG = logging.getLogger("server.tests")


@pytest.fixture(autouse=True)
def _handlers() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


def fails() -> None:
    try:
        {"ann@acme.example": 1}["bob@acme.example"]
    except KeyError as error:
        raise ValueError("no role for Ann Miller") from error


def told() -> None:
    """Log an error that quotes what people have stored."""
    try:
        raise ExceptionGroup("two of Ann", [ValueError("Bob"), KeyError("Carla")])
    except ExceptionGroup:
        LOG.exception("failed")
    try:
        fails()
    except ValueError:
        LOG.exception("Request %s failed.", "r1")


@pytest.mark.parametrize("format", list(LogFormat), ids=lambda format: format.value)
def test_a_trace_says_where_and_of_what_kind_but_quotes_nothing(
    format: LogFormat, capsys: pytest.CaptureFixture[str]
) -> None:
    configure("info", format)

    told()

    err = capsys.readouterr().err
    assert "Request r1 failed." in err
    assert "builtins.KeyError" in err
    assert "builtins.ValueError" in err
    assert "in fails" in err
    for word in ("acme.example ", "role for Ann Miller\n", "'bob", "two of Ann\n", "Bob\n"):
        assert word not in err


def test_who_asks_for_it_sees_what_errors_quote(capsys: pytest.CaptureFixture[str]) -> None:
    configure("info", shows_values=True)

    told()

    assert "ValueError: no role for Ann Miller" in capsys.readouterr().err


def test_as_text_a_line_begins_with_its_moment(capsys: pytest.CaptureFixture[str]) -> None:
    configure("info")

    LOG.info("Hello %s", "there", extra={FIELDS: {"request_id": "r1"}})

    moment = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"
    assert re.fullmatch(rf"{moment} INFO server.tests Hello there\n", capsys.readouterr().err)


def test_as_json_a_line_is_one_object_with_the_fields_of_its_record(
    capsys: pytest.CaptureFixture[str],
) -> None:
    configure("warning", LogFormat.JSON)

    LOG.info("too quiet")
    LOG.warning("two\nlines", extra={FIELDS: {"request_id": "r1", "ms": 1.5}})

    (line,) = capsys.readouterr().err.splitlines()
    told = json.loads(line)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", told.pop("time"))
    assert told == {
        "level": "warning",
        "logger": "server.tests",
        "message": "two\nlines",
        "request_id": "r1",
        "ms": 1.5,
    }


async def test_nothing_that_a_client_sends_or_has_stored_is_logged(
    database: Database, tenant: TenantId, capsys: pytest.CaptureFixture[str]
) -> None:
    async def fails(context: Context, operation: Operation) -> Answer:
        cause = DuplicateKeyError(f"dup key: {operation.variables}")
        masked(GraphQLError(str(cause), original_error=cause), context.request_id)
        raise ValueError(f"{operation.variables}")

    async with client_of(database, tenant, fails) as client:
        configure("debug", LogFormat.JSON)
        await client.post(
            "/graphql?name=Miller",
            json={
                "query": 'mutation Save($p: P!) { a(p: $p, q: "Miller") }',
                "operationName": "Save",
                "variables": {"p": {"name": "Ann Miller", "email": "ann@acme.example"}},
            },
            headers={"x-request-id": "r1", "x-quorum-actor": "ann@acme.example"},
        )

    err = capsys.readouterr().err
    lines = [json.loads(line) for line in err.splitlines()]
    assert [line["message"].split()[0] for line in lines] == ["Request", "failed", "request"]
    assert "DuplicateKeyError" in lines[0]["trace"]
    assert lines[2]["request_id"] == "r1"
    assert (lines[2]["operation"], lines[2]["tenant"]) == ("Save", tenant)
    assert "Miller" not in err
    assert "ann@acme.example" not in err
