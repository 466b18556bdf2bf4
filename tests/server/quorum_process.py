"""The real command, run as a newcomer runs it: from another folder, with its own data."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

import httpx

QUORUM = Path(sys.executable).with_name("quorum")
START_SECONDS = 180
END_SECONDS = 30
MOMENT_SECONDS = 2


class Quorum:
    """`quorum` with a data folder and a port of its own; every process it started can be ended."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self._started: list[subprocess.Popen[str]] = []

    def run(self, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        return subprocess.run(
            [str(QUORUM), *arguments],
            env=self._environment(settings),
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=START_SECONDS,
            check=False,
        )

    def start(self, *arguments: str, **settings: str) -> subprocess.Popen[str]:
        """Start a command that goes on."""
        process = subprocess.Popen(
            [str(QUORUM), *arguments],
            env=self._environment(settings),
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._started.append(process)
        return process

    def serve(self, command: str = "serve", **settings: str) -> subprocess.Popen[str]:
        """Start `quorum serve`, or `quorum demo`, and wait until it answers."""
        process = self.start(command, **settings)
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and process.poll() is None:
            if self.status("/readyz") == 200:
                return process
            time.sleep(0.05)
        raise AssertionError(process.communicate())

    def status(self, path: str) -> int | None:
        """The status of a GET, None while nobody listens.

        It is asked again and again while processes start, so it is not to take their time: a client
        of `httpx` that is made for one question loads the machine's certificates first.
        """
        connection = HTTPConnection("127.0.0.1", self.port, timeout=START_SECONDS)
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        except (OSError, HTTPException):
            return None
        finally:
            connection.close()

    def ask(self, query: str, headers: Mapping[str, str] | None = None, **variables: Any) -> Any:
        """The answer to an operation."""
        answer = httpx.post(
            f"{self.address}/graphql",
            json={"query": query, "variables": variables},
            headers=dict(headers or {}),
            timeout=START_SECONDS,
        )
        return answer.json()

    def end(self, process: subprocess.Popen[str], number: int = signal.SIGINT) -> tuple[str, str]:
        """Send a signal and wait for the end; what was written."""
        process.send_signal(number)
        return process.communicate(timeout=END_SECONDS)

    def left_running(self) -> list[str]:
        """Every process that still works on the data folder, a moment after the command ended."""
        deadline = time.monotonic() + MOMENT_SECONDS
        while (left := self._running()) and time.monotonic() < deadline:
            time.sleep(0.05)
        return left

    def _running(self) -> list[str]:
        return [command for _, command in _processes() if str(self.data) in command]

    def mongod(self) -> int | None:
        """The process of the data folder's mongod, None when there is none."""
        for pid, command in _processes():
            if str(self.data) in command and "--dbpath" in command:
                return pid
        return None

    def clean(self) -> None:
        """End what a failed test left behind."""
        for process in self._started:
            if process.poll() is None:
                process.kill()
            process.communicate()
        deadline = time.monotonic() + END_SECONDS
        while self._running() and time.monotonic() < deadline:
            time.sleep(0.05)

    def _environment(self, settings: Mapping[str, str]) -> dict[str, str]:
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("QUORUM_")}
        own = {"QUORUM_DATA": str(self.data), "QUORUM_PORT": str(self.port), "COLUMNS": "200"}
        own["QUORUM_DAILY_AT"] = "off"  # whatever the time is, no jobs but those of the test
        return {**inherited, **own, **settings}


def free_port() -> int:
    """A port of this machine that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _processes() -> list[tuple[int, str]]:
    """Every process with its command line; `ps` is not on every machine."""
    found: list[tuple[int, str]] = []
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            found.append((int(entry.name), command))
    return found
