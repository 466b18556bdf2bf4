"""The fault suite: faults strike a database and servers on this machine, and all is judged.

    python -m tests.chaos.run [--minutes 1.5] [--seed 1] [--only NAME ...] [--logs FOLDER]

Ends with 1 when anything was lost, done twice, or told that no order of commands explains.
"""

import argparse
import asyncio
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Final

from execution.context import Context
from server.mongod import embedded_mongod
from store.driver import close, open_client, open_database
from tests.chaos import ground, interrupted, interrupted_commands
from tests.chaos.faults import (
    Fault,
    Struck,
    all_at_once,
    clocks_stepped,
    primary_killed,
    primary_paused,
    servers_killed,
)
from tests.chaos.fleet import Fleet, fleet
from tests.chaos.full_disk import disk_filled, small_disk
from tests.chaos.replica_set import ReplicaSet, replica_set
from tests.chaos.runs import HEADS, Figures, Size, run
from tests.chaos.world import context

DATABASE: Final = "quorum_chaos"
SERVERS: Final = 2
ON_A_REPLICA_SET: Final = (
    "primary killed",
    "server killed",
    "primary paused",
    "clock stepped",
    "primary and servers killed",
)
JOBS: Final = "jobs and imports killed"
DISK: Final = "disk full"
NAMES: Final = (*ON_A_REPLICA_SET, JOBS, DISK)


def fault_of(name: str, members: ReplicaSet, servers: Fleet) -> Fault:
    """The fault of a scenario on the replica set."""
    match name:
        case "primary killed":
            return primary_killed(members)
        case "server killed":
            return servers_killed(servers)
        case "primary paused":
            return primary_paused(members)
        case "clock stepped":
            return clocks_stepped(servers)
        case _:
            return all_at_once(primary_killed(members), servers_killed(servers, 8.0))


async def on_a_replica_set(name: str, size: Size, folder: Path) -> Figures:
    """A scenario on a replica set and servers of its own."""
    async with replica_set(folder) as members:
        settings = {"QUORUM_MONGODB_URI": members.uri, "QUORUM_DATABASE": DATABASE}
        is_stepped = name == "clock stepped"
        async with fleet(folder, SERVERS, settings, is_clock_stepped=is_stepped) as servers:
            client = open_client(members.uri)
            try:
                before = await members.term()
                database = open_database(client, DATABASE)
                if name == JOBS:
                    found = await jobs_killed(servers, context(database, "jobs"), size, folder)
                else:
                    fault = fault_of(name, members, servers)
                    # What is due by a clock that was ahead waits until that moment has come.
                    own = replace(size, has_webhook=not is_stepped)
                    found = await run(name, database, servers, fault, own)
                return replace(found, elections=await members.term() - before)
            finally:
                await close(client)


async def jobs_killed(servers: Fleet, ctx: Context, size: Size, folder: Path) -> Figures:
    """Every kind of long work, killed in its middle."""
    struck, start = Struck(), time.monotonic()
    random = Random(f"{size.seed} jobs")
    made = await ground.ground(ctx, servers, random, struck)
    faults = [*await interrupted.play(made), *await interrupted_commands.play(made, folder)]
    found, events = await interrupted.judged(ctx)
    faults += found
    return Figures(JOBS, time.monotonic() - start, struck, faults, events)


async def on_a_small_disk(size: Size, folder: Path) -> Figures | None:
    """A server with its embedded MongoDB on a disk that is filled up; None without such a disk."""
    async with small_disk(folder) as is_there:
        if not is_there:
            return None
        data = folder / "data"
        async with embedded_mongod(data) as mongod:
            settings = {"QUORUM_DATA": str(data), "QUORUM_DATABASE": DATABASE}
            async with fleet(folder.parent, 1, settings) as servers:
                client = open_client(mongod.uri)
                try:
                    database = open_database(client, DATABASE)
                    fault = disk_filled(folder, servers.servers[0])
                    return await run(DISK, database, servers, fault, size)
                finally:
                    await close(client)


async def chaos(names: Sequence[str], size: Size, logs: Path | None) -> list[Figures]:
    """All scenarios that are named, one after the other, each shown when it is over."""
    found = []
    for name in names:
        with tempfile.TemporaryDirectory(prefix="qc") as folder:
            if name == DISK:
                disk = Path(folder) / "disk"
                disk.mkdir()
                figures = await on_a_small_disk(size, disk)
            else:
                figures = await on_a_replica_set(name, size, Path(folder))
            if logs is not None:
                keep_logs(Path(folder), logs / name.replace(" ", "-"))
        if figures is None:
            print(f"{name}: left out, for this user may not mount a small disk")
            continue
        found.append(figures)
        print(f"| {' | '.join(figures.cells)} |")
        for violation in figures.violations[:20]:
            print(f"    {violation[:1_000]}")
        sys.stdout.flush()
    return found


def keep_logs(folder: Path, where: Path) -> None:
    """Keep what the processes of a scenario have said."""
    where.mkdir(parents=True, exist_ok=True)
    for log in folder.glob("*.log"):
        shutil.copy(log, where)


def main() -> None:
    """The command."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--minutes", type=float, default=1.5)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--only", nargs="*", default=NAMES, choices=NAMES)
    arguments.add_argument("--logs", type=Path, help="a folder in which logs are kept")
    given = arguments.parse_args()
    print(f"seed {given.seed}, {given.minutes:g} minutes each\n\n| {' | '.join(HEADS)} |")
    print(f"|{' --- |' * len(HEADS)}", flush=True)
    size = Size(given.minutes * 60, given.seed)
    found = asyncio.run(chaos(given.only, size, given.logs))
    violations = sum(len(each.violations) for each in found)
    print(f"\n{sum(each.struck.kills for each in found)} kills, {violations} violations")
    sys.exit(bool(violations))


if __name__ == "__main__":
    main()
