"""`quorum serve` as a process of its own: start, signals, clashes, crashes."""

import json
import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.server.quorum_process import Quorum

NOBODY = "mongodb://ann:secret@127.0.0.1:1/?serverSelectionTimeoutMS=300"


@pytest.fixture
def quorum(tmp_path: Path) -> Iterator[Quorum]:
    quorum = Quorum(tmp_path)
    yield quorum
    quorum.clean()


def test_it_serves_until_ctrl_c_and_leaves_nothing_running(quorum: Quorum) -> None:
    process = quorum.serve()
    answer = quorum.ask("{ __typename }")

    out, err = quorum.end(process, signal.SIGINT)

    assert answer == {"data": {"__typename": "Query"}}
    assert process.returncode == 0
    assert quorum.address in out
    assert "Traceback" not in err
    assert quorum.left_running() == []
    assert quorum.status("/healthz") is None


def test_when_it_is_to_stop_it_says_so_ends_what_is_under_way_and_cuts_off_the_rest(
    quorum: Quorum,
) -> None:
    process = quorum.serve(QUORUM_LOG_FORMAT="json", QUORUM_DATASET="demo")
    ends, hangs = half_a_request(quorum), half_a_request(quorum)
    assert eventually(lambda: "quorum_requests_under_way 2\n" in metrics(quorum))

    process.send_signal(signal.SIGTERM)
    assert eventually(lambda: quorum.status("/readyz") == 503)
    refused = quorum.ask("{ __typename }")
    alive = quorum.status("/healthz")
    ends.sendall(HALVES[1])
    answered = until_closed(ends)
    _, err = quorum.end(process, signal.SIGTERM)
    cut_off = until_closed(hangs)

    assert refused["errors"][0]["extensions"]["code"] == "STOPPING"
    assert alive == 200
    assert b'{"data":{"__typename":"Query"}}' in answered
    assert b'"code":"STOPPING"' in cut_off
    assert b'"outcome":"NOT_DONE"' in cut_off
    assert process.returncode == 0
    lines = [json.loads(line) for line in err.splitlines()]
    assert lines[0]["message"] == (
        "QUORUM_DATASET is no setting; QUORUM_DATABASE is meant, perhaps."
    )
    assert {line.get("code") for line in lines} == {None, "STOPPING"}
    assert not any("trace" in line for line in lines)
    assert quorum.left_running() == []


HALVES = (b'{"query": "{ __type', b'name }"}')


def half_a_request(quorum: Quorum) -> socket.socket:
    """A connection over which half a request has come."""
    connection = socket.create_connection(("127.0.0.1", quorum.port), 60)
    length = sum(map(len, HALVES))
    head = (
        f"POST /graphql HTTP/1.1\r\nHost: localhost:{quorum.port}\r\n"
        "Content-Type: application/json\r\nConnection: close\r\n"
        f"Content-Length: {length}\r\n\r\n"
    )
    connection.sendall(head.encode() + HALVES[0])
    return connection


def until_closed(connection: socket.socket) -> bytes:
    """All that comes over a connection before it is closed."""
    with connection, connection.makefile("rb") as coming:
        return coming.read()


def metrics(quorum: Quorum) -> str:
    return httpx.get(f"{quorum.address}/metrics", timeout=60).text


def eventually(holds: Callable[[], bool], seconds: float = 30) -> bool:
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def test_what_was_acknowledged_is_there_after_a_kill(quorum: Quorum) -> None:
    first = quorum.serve()
    made = quorum.ask('mutation { createRole(input: {name: "Auditor"}) { __typename } }')
    quorum.end(first, signal.SIGKILL)

    second = quorum.serve()
    roles = quorum.ask("{ roles { nodes { name } } }")["data"]["roles"]["nodes"]
    quorum.end(second, signal.SIGTERM)

    assert made == {"data": {"createRole": {"__typename": "CreateRoleSuccess"}}}
    assert {"name": "Auditor"} in roles
    assert second.returncode == 0
    assert quorum.left_running() == []


def test_a_killed_mongod_comes_back_under_the_running_server(quorum: Quorum) -> None:
    process = quorum.serve()
    before = quorum.mongod()
    assert before is not None

    os.kill(before, signal.SIGKILL)
    deadline = time.monotonic() + 30
    while quorum.mongod() in (before, None) and time.monotonic() < deadline:
        time.sleep(0.05)
    while quorum.status("/readyz") != 200 and time.monotonic() < deadline:
        time.sleep(0.05)
    answer = quorum.ask("{ __typename }")
    quorum.end(process)

    assert answer == {"data": {"__typename": "Query"}}
    assert process.returncode == 0
    assert quorum.left_running() == []


def test_a_port_in_use_is_one_sentence_and_nothing_is_started(quorum: Quorum) -> None:
    other = quorum.folder / "other"

    with socket.create_server(("127.0.0.1", quorum.port)):
        refused = quorum.run("serve", QUORUM_DATA=str(other))

    assert refused.returncode == 1
    assert refused.stdout == ""
    assert refused.stderr == (
        f"Error: Port {quorum.port} on 127.0.0.1 cannot be used (address already in use):"
        " stop what listens there or set QUORUM_PORT to another.\n"
    )
    assert not other.exists()


def test_a_folder_that_holds_something_else_is_one_sentence(quorum: Quorum) -> None:
    quorum.data.mkdir()
    (quorum.data / "thesis.txt").write_text("precious")

    refused = quorum.run("serve")

    assert refused.returncode == 1
    assert refused.stderr == (
        f"Error: The data folder {quorum.data} holds something else (thesis.txt):"
        " choose an empty or a new folder.\n"
    )
    assert [path.name for path in quorum.data.iterdir()] == ["thesis.txt"]


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        pytest.param(
            {"QUORUM_HOST": "0.0.0.0"},
            "QUORUM_HOST is '0.0.0.0', but without sign-in Quorum serves this machine alone:"
            " use 127.0.0.1, ::1 or localhost.",
            id="a host on the network",
        ),
        pytest.param(
            {"QUORUM_MONGODB_URI": NOBODY},
            "The MongoDB of QUORUM_MONGODB_URI cannot be used: 127.0.0.1:1: [Errno 111] Connection"
            " refused.",
            id="a MongoDB that is not there",
        ),
        pytest.param(
            {"QUORUM_TENANT": "nobody"},
            "There is no tenant nobody; `quorum tenant list` shows those there are.",
            id="a tenant that is not there",
        ),
        pytest.param(
            {"QUORUM_MONGOD": "/nowhere/mongod"},
            "/nowhere/mongod, named by QUORUM_MONGOD, is not a program that this user can run.",
            id="a mongod that is not there",
        ),
    ],
)
def test_what_keeps_it_from_starting_is_one_sentence(
    quorum: Quorum, settings: dict[str, str], sentence: str
) -> None:
    refused = quorum.run("serve", **settings)

    assert refused.returncode == 1
    assert refused.stderr == f"Error: {sentence}\n"
    assert quorum.left_running() == []
