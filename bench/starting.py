"""How long until the first answer, and how much memory the server and its MongoDB hold.

    python -m bench.starting [--runs 5] [--requests 2000]

Cold is the first start ever, in an empty folder, MongoDB's replica set included; warm is the next
start in the same folder. The limit is a Python that does no more than import what the server
stands on; the ratio says how often that time passes.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx

from bench.figures import QUIET, memory, peak_memory, show
from tests.server.quorum_process import Quorum

IMPORTS = "import strawberry, starlette, uvicorn, motor.motor_asyncio, pymongo, httpx"
FIRST = "{ buyingGroups(first: 1) { nodes { id } } }"
BROWSE = """{
  accounts(first: 100) { nodes { id name people(first: 10) { nodes { name } } } }
  activityTypes(first: 100) { nodes { name } }
  roles { nodes { name } }
}"""
MEGABYTE = 2**20


def seconds_to_first_answer(quorum: Quorum) -> tuple[float, "subprocess.Popen[str]"]:
    """Start the server and ask at once, and again, until it answers."""
    start = time.perf_counter()
    server = quorum.start("serve", **QUIET)
    while server.poll() is None:
        try:
            if "data" in quorum.ask(FIRST):
                return time.perf_counter() - start, server
        except httpx.TransportError:
            time.sleep(0.01)
    raise RuntimeError(f"The server ended: {server.communicate()}")


def seconds_of_imports() -> float:
    """How long Python takes to import what the server stands on."""
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", IMPORTS], check=True)
    return time.perf_counter() - start


def run(runs: int, requests: int) -> None:
    """Measure and print."""
    cold: list[float] = []
    warm: list[float] = []
    limit: list[float] = []
    for number in range(runs):
        with tempfile.TemporaryDirectory(prefix="q") as folder:
            quorum = Quorum(Path(folder))
            try:
                for times in (cold, warm):
                    seconds, server = seconds_to_first_answer(quorum)
                    times.append(seconds)
                    if times is warm and number == runs - 1:
                        measure_memory(quorum, server.pid, requests)
                    quorum.end(server)
            finally:
                quorum.clean()
        limit.append(seconds_of_imports())
    bound = statistics.median(limit)
    show("imports alone", bound, "s")
    for name, times in (("cold start to first answer", cold), ("warm start", warm)):
        middle = statistics.median(times)
        show(name, middle, "s", f"{middle / bound:.1f} times the imports; slowest {max(times):.2f}")


def measure_memory(quorum: Quorum, server: int, requests: int) -> None:
    """Print what the two processes hold, before and after many requests."""
    show("server after its first answer", memory(server) / MEGABYTE, "MB")
    with httpx.Client() as client:
        for _ in range(requests):
            client.post(f"{quorum.address}/graphql", json={"query": BROWSE}).raise_for_status()
    show(f"server after {requests:,} requests", memory(server) / MEGABYTE, "MB")
    show("server at its largest", peak_memory(server) / MEGABYTE, "MB")
    mongod = quorum.mongod()
    if mongod is not None:
        show("mongod", memory(mongod) / MEGABYTE, "MB")


def main() -> None:
    """The command."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--runs", type=int, default=5)
    arguments.add_argument("--requests", type=int, default=2_000)
    given = arguments.parse_args()
    run(given.runs, given.requests)


if __name__ == "__main__":
    main()
