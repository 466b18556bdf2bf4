"""The servers that are measured: how each is started, alone on one processor core."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any, Final

import orjson

from bench.figures import QUIET

PROJECT: Final = Path(__file__).parents[2]
NODE: Final = PROJECT / "bench/peers/node"
CORES: Final = sorted(os.sched_getaffinity(0))
SERVER_CORE: Final = CORES[0]
OTHER_CORE: Final = CORES[-1]
START_SECONDS: Final = 60
ANSWER_SECONDS: Final = 60
LEAN: Final = {"PEER_BUILD": "lean"}

_PING: Final = orjson.dumps({"query": "{ __typename }", "operationName": None, "variables": {}})


@dataclass(frozen=True, slots=True)
class Server:
    """A program that answers at `/graphql`; `settings` are added to its environment."""

    name: str
    command: Sequence[str]
    settings: Mapping[str, str] = field(default_factory=dict)
    is_limit: bool = False

    @property
    def is_ours(self) -> bool:
        return self.name.startswith("Quorum")


@dataclass(frozen=True, slots=True)
class Place:
    """Where the data is, and for whom."""

    uri: str
    database: str
    tenant: str


@dataclass(frozen=True, slots=True)
class Running:
    """A server that answers."""

    server: Server
    pid: int
    port: int

    def ask(self, body: bytes) -> Any:
        """The answer to a request; an error of the transport is raised."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=ANSWER_SECONDS)
        try:
            connection.request("POST", "/graphql", body, {"content-type": "application/json"})
            return orjson.loads(connection.getresponse().read())
        finally:
            connection.close()


def _quorum(mode: str) -> Server:
    program = str(Path(sys.executable).with_name("quorum"))
    settings = {"QUORUM_EXECUTION": mode, "QUORUM_DAILY_AT": "off", **QUIET}
    return Server(f"Quorum ({mode})", (program, "serve"), settings)


def _python(name: str, module: str, **settings: str) -> Server:
    app = f"bench.peers.python.{module}:app"
    program = (sys.executable, "-m", "uvicorn", app, "--no-access-log", "--log-level", "warning")
    return Server(name, (*program, "--loop", "uvloop", "--http", "httptools"), settings)


def _node(name: str, module: str, **settings: str) -> Server:
    program = (str(PROJECT / "scripts/with-node"), "node", str(NODE / f"{module}.mjs"))
    return Server(name, program, settings)


def all_servers() -> list[Server]:
    """Quorum in its modes, each peer in its plain and in its lean build, and the limit."""
    limit = _python("Limit without GraphQL", "limit")
    return [
        _quorum("compiled"),
        _quorum("ordinary"),
        _node("Mercurius", "mercurius"),
        _node("Mercurius (lean)", "mercurius", **LEAN),
        _node("Apollo Server", "apollo"),
        _node("Apollo Server (lean)", "apollo", **LEAN),
        _node("GraphQL Yoga", "yoga"),
        _node("GraphQL Yoga (lean)", "yoga", **LEAN),
        _python("Ariadne", "ariadne_server"),
        _python("Ariadne (lean)", "ariadne_server", **LEAN),
        _python("Strawberry", "strawberry_server"),
        _python("Strawberry (lean)", "strawberry_server", **LEAN),
        Server(limit.name, limit.command, limit.settings, is_limit=True),
    ]


@contextmanager
def running(server: Server, place: Place, folder: Path) -> Iterator[Running]:
    """The server on a core of its own, from its first answer until the block ends."""
    port = free_port()
    log = folder / f"{server.name.replace(' ', '-')}.log"
    with log.open("wb") as written:
        process = subprocess.Popen(
            [*server.command, *(("--port", str(port)) if "uvicorn" in server.command else ())],
            env=_environment(server, place, port, folder),
            cwd=PROJECT,
            stdout=written,
            stderr=subprocess.STDOUT,
        )
    try:
        os.sched_setaffinity(process.pid, {SERVER_CORE})
        found = Running(server, process.pid, port)
        _wait(found, process, log)
        yield found
    finally:
        process.terminate()
        try:
            process.wait(START_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _environment(server: Server, place: Place, port: int, folder: Path) -> dict[str, str]:
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("QUORUM_")}
    where = {
        "MONGODB_URI": place.uri,
        "PEER_DATABASE": place.database,
        "PEER_TENANT": place.tenant,
        "PORT": str(port),
        "NODE_ENV": "production",
    }
    if server.is_ours:
        where = {
            "QUORUM_MONGODB_URI": place.uri,
            "QUORUM_DATABASE": place.database,
            "QUORUM_TENANT": place.tenant,
            "QUORUM_PORT": str(port),
            "QUORUM_DATA": str(folder / "data"),
        }
    return {**inherited, **where, **server.settings}


def _wait(found: Running, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            found.ask(_PING)
        except (OSError, HTTPException):
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"{found.server.name} does not answer: {log.read_text()[-2_000:]}")


def pin(pid: int, core: int) -> None:
    """Let every thread of a process run on this core alone; threads to come inherit it."""
    for thread in Path(f"/proc/{pid}/task").iterdir():
        os.sched_setaffinity(int(thread.name), {core})


def free_port() -> int:
    """A port of this machine that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
