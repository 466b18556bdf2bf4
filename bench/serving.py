"""What a served mutation costs: `assignMembers` by HTTP, many connections at once.

    python -m bench.serving [--seconds 10] [--connections 16] [--small]

The same commands without a server, in a process that does nothing else, are the limit: the ratio
says what HTTP and GraphQL leave of it.
"""

import argparse
import asyncio
import tempfile
import time
from pathlib import Path
from random import Random

import httpx

from bench import membership
from bench.figures import QUIET, memory, processor_time, show
from bench.ground import Ground, ground
from bench.membership import PEOPLE, ROLES, Load, Measured, fill, person
from tests.server.quorum_process import Quorum

ASSIGN = """mutation ($group: ID!, $person: ID!, $role: String!) {
  assignMembers(input: {buyingGroupId: $group, members: [{personId: $person, role: $role}]}) {
    ... on AssignMembersSuccess { outcomes { status } } ... on UserError { message } } }"""
MEGABYTE = 2**20


async def ask(client: httpx.AsyncClient, load: Load, random: Random, until: float) -> Measured:
    """Mutation after mutation on one connection."""
    taken: list[float] = []
    failed = 0
    while time.monotonic() < until:
        given = {
            "group": f"bg_{random.randrange(load.groups)}",
            "person": person(random.randrange(PEOPLE)),
            "role": random.choice(ROLES),
        }
        start = time.perf_counter()
        answer = await client.post("/graphql", json={"query": ASSIGN, "variables": given})
        if "outcomes" in answer.json()["data"]["assignMembers"]:
            taken.append(time.perf_counter() - start)
        else:
            failed += 1
    return Measured(load.seconds, taken, failed)


async def serve(made: Ground, load: Load) -> Measured:
    """What a server does for so many connections."""
    with tempfile.TemporaryDirectory(prefix="q") as folder:
        quorum = Quorum(Path(folder))
        settings = {"QUORUM_MONGODB_URI": made.uri, "QUORUM_DATABASE": made.database.name}
        server = await asyncio.to_thread(lambda: quorum.serve(**settings, **QUIET))
        try:
            limits = httpx.Limits(max_connections=load.writers)
            async with httpx.AsyncClient(
                base_url=quorum.address, limits=limits, timeout=60
            ) as client:
                worked = _worked(server.pid, made.mongod_pid)
                start = time.monotonic()
                until = start + load.seconds
                done = await asyncio.gather(
                    *(ask(client, load, Random(f"by HTTP {n}"), until) for n in range(load.writers))
                )
            seconds = time.monotonic() - start
            commands = max(1, sum(len(one.taken) for one in done))
            for name, spent in _worked(server.pid, made.mongod_pid).items():
                each = (spent - worked[name]) / commands * 1000
                show(f"    processor time of {name}, a command", each, "ms")
            show("server afterwards", memory(server.pid) / MEGABYTE, "MB")
        finally:
            await asyncio.to_thread(quorum.end, server)
            await asyncio.to_thread(quorum.clean)
    taken = [each for one in done for each in one.taken]
    return Measured(seconds, taken, sum(one.conflicts for one in done))


def _worked(server: int, mongod: int | None) -> dict[str, float]:
    """How long the server and MongoDB have worked, in seconds."""
    figures = {"the server": processor_time(server)}
    return figures if mongod is None else {**figures, "mongod": processor_time(mongod)}


async def run(seconds: float, connections: int, groups: int) -> None:
    """Measure and print."""
    async with ground() as made:
        await fill(made.ctx, groups, [])
        for many in (1, groups):
            load = Load(1, connections, many, seconds)
            served = await serve(made, load)
            served.show(f"{connections} connections, {many:,} groups, by HTTP")
            alone = await asyncio.to_thread(membership.measure, made, load)
            alone.show(f"{connections} writers, {many:,} groups, without a server")
            show("  by HTTP against that", served.rate / max(alone.rate, 0.1), "times")


def main() -> None:
    """The command."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--seconds", type=float, default=10)
    arguments.add_argument("--connections", type=int, default=16)
    arguments.add_argument("--small", action="store_true")
    given = arguments.parse_args()
    if given.small:
        asyncio.run(run(0.5, 2, 3))
    else:
        asyncio.run(run(given.seconds, given.connections, 2_000))


if __name__ == "__main__":
    main()
