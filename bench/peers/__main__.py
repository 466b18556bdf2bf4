"""Quorum against other GraphQL servers, on one MongoDB, with the same data and operations.

    python -m bench.peers [--groups 20000] [--seconds 3] [--rounds 5] [--only Quorum,Mercurius]
                          [--operations browse,deep] [--dry]

Answers are compared first: servers that do not agree are not measured. Each server has a core of
its own; the load and MongoDB share another. The table and the charts of docs/performance.md are
made of the last run of each size, unless it is `--dry`.
"""

import argparse
import asyncio
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import ExitStack, aclosing
from importlib.util import find_spec
from pathlib import Path

from bench.ground import Ground, ground
from bench.peers import aims, equality, filling, report
from bench.peers.measuring import Bench, Plan, Results
from bench.peers.operations import operations
from bench.peers.servers import (
    OTHER_CORE,
    PROJECT,
    SERVER_CORE,
    Place,
    Server,
    all_servers,
    pin,
    running,
)


async def measure(
    made: Ground, servers: Sequence[Server], groups: int, plan: Plan, names: Sequence[str]
) -> AsyncGenerator[Results, None]:
    """Fill, compare and measure: the operations of these names, or all, one after the other."""
    start = time.perf_counter()
    filled = await filling.fill(made.ctx, groups)
    print(f"{filled.groups:,} groups stored in {time.perf_counter() - start:,.0f} s", flush=True)
    asked = operations(filled.interests, filled.shown, filled.changed)
    wanted = [each for each in asked if not names or each.name in names]
    place = Place(made.uri, made.database.name, made.ctx.viewer.tenant)

    async def put_back() -> None:
        await filling.put_back(made.database, filled.changed)

    with tempfile.TemporaryDirectory(prefix="qp") as folder, ExitStack() as stack:
        started = [stack.enter_context(running(server, place, Path(folder))) for server in servers]
        compared = await equality.check(started, wanted, put_back)
        print(f"{compared} answers of {len(started)} servers are equal", flush=True)
        assert made.mongod_pid is not None
        pin(made.mongod_pid, OTHER_CORE)
        bench = Bench(made.database, made.mongod_pid, Path(folder), plan, put_back)
        await bench.begin()
        for operation in wanted:
            yield {operation.name: await bench.figures(started, operation)}


async def run(
    servers: Sequence[Server], groups: int, plan: Plan, names: Sequence[str], *, is_dry: bool
) -> None:
    """Measure in a MongoDB of its own, and keep what was measured, operation by operation."""
    async with ground() as made:
        told = await made.database.command("buildInfo")
        async with aclosing(measure(made, servers, groups, plan, names)) as measured:
            async for results in measured:
                print(aims.table(results), flush=True)
                if not is_dry:
                    report.keep(results, groups, plan, told["version"])
                    report.write()


def main() -> None:
    """The command."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--groups", type=int, default=20_000)
    arguments.add_argument("--seconds", type=float, default=Plan().seconds)
    arguments.add_argument("--rounds", type=int, default=Plan().rounds)
    arguments.add_argument("--only", default="", help="servers whose names begin so")
    arguments.add_argument("--operations", default="", help="by name")
    arguments.add_argument("--dry", action="store_true", help="docs/ is left as it is")
    given = arguments.parse_args()
    if SERVER_CORE == OTHER_CORE:
        sys.exit("Two processor cores are needed: one for a server, one for what asks it.")
    if missing := [name for name in ("ariadne", "aiodataloader") if find_spec(name) is None]:
        sys.exit(f"Not installed: {', '.join(missing)}. `make bench-peers` installs the extra.")
    subprocess.run([str(PROJECT / "scripts/npm-ci"), "bench/peers/node"], check=True, cwd=PROJECT)
    only = [name for name in given.only.split(",") if name]
    servers = [each for each in all_servers() if not only or each.name.startswith(tuple(only))]
    os.sched_setaffinity(0, {OTHER_CORE})
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("Ended by a signal."))
    plan = Plan(given.seconds, given.rounds)
    names = [name for name in given.operations.split(",") if name]
    asyncio.run(run(servers, given.groups, plan, names, is_dry=given.dry))


if __name__ == "__main__":
    main()
