"""The ground of long work that is killed: a tenant with many small groups to be, and servers."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Final

from domain.accounts import AccountItem
from domain.conditions import ALWAYS
from domain.identifiers import PersonId
from domain.identities import OutsideKey, Reference
from domain.people import GivenRelation, PersonItem, RelationKind
from domain.upserting import Applied
from execution.context import Context
from jobs.running import LEASE
from resolvers import accounts, audiences, people
from resolvers.audiences import AudienceAccounts
from resolvers.tenants import create_tenant
from server.contexts import now
from store.driver import Document
from tests.chaos.faults import Struck
from tests.chaos.fleet import Fleet
from tests.worlds import DECIDERS, FRIENDS, USERS, an_interest

GROUPS: Final = 800
KILLS_OF_EACH: Final = 3
PATIENCE_SECONDS: Final = 180.0
ENDED: Final = ("done", "failed", "finished_with_failures", "cancelled")


@dataclass(slots=True)
class Ground:
    """A tenant with an account for each of many people, and the servers that work on it."""

    ctx: Context
    fleet: Fleet
    random: Random
    struck: Struck
    people: list[PersonId]
    interest: str
    audience: str


async def ground(ctx: Context, fleet: Fleet, random: Random, struck: Struck) -> Ground:
    """Make the tenant: every person is a chief, alone in their account."""
    await create_tenant(ctx, "Jobs", "UTC")
    names = [f"A{number}" for number in range(GROUPS)]
    items = [AccountItem(fields={"name": name}, keys=[OutsideKey("crm", name)]) for name in names]
    made = await accounts.upsert_accounts(ctx, items)
    assert isinstance(made, list)
    homes = [each.id for each in made if isinstance(each, Applied)]
    known = await _titled(ctx, homes, "Chief")
    everybody = await audiences.create_account_audience(
        ctx, "Everybody", None, AudienceAccounts(ALWAYS)
    )
    assert isinstance(everybody, str)
    interest = await an_interest(ctx, [DECIDERS, USERS, FRIENDS], "Jobs")
    return Ground(ctx, fleet, random, struck, known, interest, everybody)


async def work(made: Ground, started: Awaitable[object]) -> list[str]:
    """Start a job, kill all servers while one of them works on it, and let it end."""
    id = await started
    if not isinstance(id, str):
        return [f"a job was not started: {id}"]
    for _ in range(KILLS_OF_EACH):
        if (await once(made, id, lambda job: job["status"] != "waiting"))["status"] in ENDED:
            break
        await asyncio.sleep(made.random.uniform(0, 0.6))
        await strike(made)
        # Whoever comes next waits until the lease has run out; here that is so at once.
        over = {"$set": {"lease.until": now() - LEASE - timedelta(seconds=1)}}
        await made.ctx.stores.jobs.collection.update_one({"_id": id, "lease": {"$ne": None}}, over)
    job = await once(made, id, lambda job: job["status"] in ENDED)
    faults = []
    if (job["status"], job["failure"], job["lease"]) != ("done", None, None):
        faults.append(f"the job {job['kind']} ended as {job['status']}: {job['failure']}")
    if job["progress"]["done"] != job["progress"]["total"]:
        faults.append(f"the job {job['kind']} has gone through {job['progress']}")
    return faults


async def strike(made: Ground) -> None:
    """Kill all servers, and start them again."""
    for server in made.fleet.servers:
        server.running.kill()
        made.struck.kills += 1
    for server in made.fleet.servers:
        server.running.start()
    await made.fleet.ready()


async def once(made: Ground, id: str, holds: Callable[[Document], bool]) -> Document:
    """The job as soon as this holds of it."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        job = await made.ctx.stores.jobs.one(id)
        assert job is not None
        if holds(job):
            return job
        await asyncio.sleep(0.005)
    raise AssertionError(f"the job does not go on: {job}")


async def _titled(ctx: Context, homes: Sequence[str], title: str) -> list[PersonId]:
    items = [
        PersonItem(
            fields={"first_name": f"P{n}", "email": f"p{n}@example.com", "job_title": title},
            relations=[GivenRelation(Reference(id=home), RelationKind.EMPLOYEE)],
        )
        for n, home in enumerate(homes)
    ]
    made = await people.upsert_people(ctx, items)
    assert isinstance(made, list)
    return [PersonId(each.id) for each in made if isinstance(each, Applied)]


async def all_ended(made: Ground) -> None:
    """Return once the servers have no job left."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    unfinished = {"status": {"$nin": list(ENDED)}}
    while await made.ctx.stores.jobs.found(unfinished, {"_id": 1}, limit=1):
        assert time.monotonic() < deadline, "a job does not end"
        await asyncio.sleep(0.05)
