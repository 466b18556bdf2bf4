"""Groups a second when worker processes share the jobs of a tenant: one, two and four of them.

    python -m bench.sharing [--accounts 1000] [--small]

Four jobs create a group for each account, for a solution interest each; then four maintain them. A
worker takes a job that nobody has, to its end, and then the next one. What the processes use of
the processors is shown beside: where that grows with their number, they stand in each other's way.
"""

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from bench.creation import fill
from bench.figures import processor_time, show
from bench.ground import Ground, context, ground
from domain.conditions import ALWAYS
from domain.jobs import OPEN
from jobs.kinds import run_open_jobs
from resolvers import audiences, jobs, scoring
from resolvers.audiences import AudienceAccounts
from server.commands_import import collect_less_often
from store.driver import close, open_client, open_database
from tests.worlds import an_interest

PROJECT: Final = Path(__file__).parents[1]
JOBS: Final = 4
PEOPLE_OF_EACH: Final = 10
WORKERS: Final = (1, 2, 4)
PAUSE: Final = 0.02


async def run(accounts: int, counts: Sequence[int] = WORKERS) -> None:
    """Measure with each number of workers on so many accounts, in turn."""
    async with ground() as where:
        ctx = where.ctx
        await fill(ctx, accounts, accounts * PEOPLE_OF_EACH)
        await scoring.run_scoring(ctx)
        everybody = await audiences.create_account_audience(
            ctx, "Everybody", None, AudienceAccounts(ALWAYS)
        )
        assert isinstance(everybody, str), everybody
        for count in counts:
            names = [f"Interest {count}.{number}" for number in range(JOBS)]
            interests = [await an_interest(ctx, name=name) for name in names]
            for interest in interests:
                await jobs.start_creation_job(ctx, interest, everybody)
            await _shared(where, f"creation, {count} workers", count, accounts * JOBS)
            for interest in interests:
                await jobs.start_maintenance_job(ctx, interest)
            await _shared(where, f"maintenance, {count} workers", count, accounts * JOBS)


async def _shared(where: Ground, what: str, count: int, groups: int) -> None:
    """Let so many processes work until nothing is left; print how quick they were."""
    assert where.mongod_pid is not None
    workers = [await _a_worker(where, number) for number in range(count)]
    for worker in workers:
        assert await _told(worker) == "ready"
    mongod, start = processor_time(where.mongod_pid), time.perf_counter()
    for worker in workers:
        assert worker.stdin is not None
        worker.stdin.write(b"go\n")
    spent = [float(await _told(worker)) for worker in workers]
    seconds = time.perf_counter() - start
    mongod = processor_time(where.mongod_pid) - mongod
    for worker in workers:
        assert await worker.wait() == 0
    note = f"{groups:,} in {seconds:.1f} s; {sum(spent):.1f} + {mongod:.1f} s of processors"
    show(what, groups / seconds, "groups/s", note)


async def _a_worker(where: Ground, number: int) -> asyncio.subprocess.Process:
    said = json.dumps([where.uri, where.database.name, f"worker {number}"])
    command = [sys.executable, "-m", "bench.sharing", "--join", said]
    pipe = asyncio.subprocess.PIPE
    return await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, cwd=PROJECT)


async def _told(worker: asyncio.subprocess.Process) -> str:
    assert worker.stdout is not None
    return (await worker.stdout.readline()).decode().strip()


async def join(uri: str, database: str, worker: str) -> None:
    """The part of one process: it says that it is ready, waits for the word, and does jobs.

    In the end it says how long it has used a processor.
    """
    client = open_client(uri)
    ctx = context(open_database(client, database))
    await ctx.stores.tenants.own()
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    own = time.process_time()
    while await ctx.stores.jobs.count_found({"status": {"$in": [each.value for each in OPEN]}}):
        await run_open_jobs(ctx, worker)
        await asyncio.sleep(PAUSE)
    print(time.process_time() - own, flush=True)
    await close(client)


def main() -> None:
    """The command; with `--join` it is one of the processes that work."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--accounts", type=int, default=1_000)
    arguments.add_argument("--small", action="store_true", help="5 accounts: no figures")
    arguments.add_argument("--join", help=argparse.SUPPRESS)
    given = arguments.parse_args()
    collect_less_often()
    if given.join:
        asyncio.run(join(*json.loads(given.join)))
    elif given.small:
        asyncio.run(run(5, [2]))
    else:
        asyncio.run(run(given.accounts))


if __name__ == "__main__":
    main()
