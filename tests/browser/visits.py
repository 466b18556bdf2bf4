"""Visits to GraphiQL in a fresh headless Chromium, and a server to visit."""

import json
import os
import socket
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

import uvicorn
from starlette.applications import Starlette

ROOT = Path(__file__).parents[2]
LONGEST_VISIT = 120.0  # seconds


@dataclass(frozen=True, slots=True)
class Visit:
    """What one visitor saw, and what the browser asked for and complained of meanwhile."""

    title: str
    tabs: list[str]
    query: str
    response: str
    explorer: str
    workers: list[str]
    requests: list[str]
    failures: list[str]
    complaints: list[str]


def visit(
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    workers: Sequence[str] = (),
    screenshot: str | None = None,
) -> Visit:
    """Open GraphiQL at `url`, open its explorer, fill the headers editor, run the query shown.

    The visit lasts until the page has started every kind of worker that `workers` names.
    """
    assert "QUORUM_BROWSER" in os.environ, "scripts/test-browser finds the browser for these tests"
    wish = json.dumps(
        {"url": url, "headers": headers, "workers": [*workers], "screenshot": screenshot}
    )
    finished = subprocess.run(
        ["scripts/with-node", "node", "tests/browser/visit.mjs", wish],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=LONGEST_VISIT,
    )
    assert finished.returncode == 0, finished.stderr
    return Visit(**json.loads(finished.stdout))


@contextmanager
def served(app: Starlette) -> Iterator[str]:
    """The address at which `app` answers: a free port, for this machine alone."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        config = uvicorn.Config(app, log_level="warning", ws="websockets-sansio", lifespan="off")
        server = uvicorn.Server(config)
        thread = Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()
