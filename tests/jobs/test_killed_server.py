"""Jobs under a real server that is killed in the middle of them, and another that goes on."""

import asyncio
import subprocess
import time
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from domain.conditions import ALWAYS
from domain.identifiers import PersonId, TenantId
from domain.identities import Reference
from domain.people import GivenRelation, PersonItem, RelationKind
from domain.upserting import Applied
from execution.context import Context
from jobs.kinds import run_job
from jobs.running import LEASE
from resolvers import audiences, jobs, people, scoring
from resolvers.audiences import AudienceAccounts
from resolvers.tenants import create_tenant
from server.contexts import now
from store.driver import Client, Document, open_database
from store.indexes import ensure_indexes
from tests.contexts import Clock, a_context
from tests.engagement_builders import acts, record
from tests.server.quorum_process import Quorum
from tests.worlds import an_interest, some_accounts

GROUPS = 600
PATIENCE_SECONDS = 120


@pytest.fixture
def quorum(tmp_path: Path) -> Iterator[Quorum]:
    quorum = Quorum(tmp_path)
    yield quorum
    quorum.clean()


@pytest.fixture
async def lone(client: Client) -> AsyncIterator[Context]:
    """A tenant in a database of its own: the server does no jobs of other tests."""
    database = open_database(client, "quorum_killed")
    await ensure_indexes(database)
    ctx = a_context(database, TenantId("default"), Clock(now()))
    await create_tenant(ctx, "Home", "UTC")
    yield ctx
    await client.drop_database(database.name)


async def upserted(ctx: Context, *items: PersonItem) -> list[PersonId]:
    outcomes = await people.upsert_people(ctx, items)
    assert isinstance(outcomes, list)
    return [PersonId(each.id) for each in outcomes if isinstance(each, Applied)]


async def grouped_people(ctx: Context) -> list[PersonId]:
    """The one person of each of so many accounts, a decision maker in its group."""
    accounts = await some_accounts(ctx, *(f"A{number}" for number in range(GROUPS)))
    known = await upserted(
        ctx,
        *(
            PersonItem(
                fields={"first_name": name, "email": f"{name}@acme.com", "job_title": "Chief"},
                relations=[GivenRelation(Reference(id=account), RelationKind.EMPLOYEE)],
            )
            for name, account in accounts.items()
        ),
    )
    everybody = await audiences.create_account_audience(
        ctx, "Everybody", None, AudienceAccounts(ALWAYS)
    )
    assert isinstance(everybody, str)
    job = await jobs.start_creation_job(ctx, await an_interest(ctx), everybody)
    assert isinstance(job, str)
    await scoring.run_scoring(ctx)
    assert await run_job(ctx, job, "earlier")
    return known


def is_halfway(job: Document) -> bool:
    """Whether some of what it goes through is done, and not all."""
    total = job["progress"]["total"]
    return total is not None and 0 < job["progress"]["done"] < total


async def once(ctx: Context, job: str, holds: Callable[[Document], bool]) -> Document:
    """The job as soon as this holds of it."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        document = await ctx.stores.jobs.one(job)
        assert document is not None
        if holds(document):
            return document
        await asyncio.sleep(0.002)
    raise AssertionError("the job does not go on")


async def killed_halfway(ctx: Context, server: "subprocess.Popen[str]", job: str) -> None:
    """Kill the server while it works on the job."""
    await once(ctx, job, is_halfway)
    server.kill()
    server.communicate()
    left = await ctx.stores.jobs.one(job)
    assert left is not None
    assert left["status"] == "running"
    assert is_halfway(left)
    # Whoever comes next waits for the lease to run out; here it has.
    over = {"$set": {"lease.until": now() - LEASE}}
    await ctx.stores.jobs.collection.update_one({"_id": job}, over)


async def ended(ctx: Context, job: str) -> Document:
    """The job, once it is done."""
    found = await once(ctx, job, lambda job: job["status"] in ("done", "failed"))
    assert (found["status"], found["failure"], found["lease"]) == ("done", None, None)
    return found


async def told(ctx: Context, type: str, job: Document) -> list[Any]:
    """The groups of which events of a type have told since the job was started."""
    found = {"tenant": ctx.viewer.tenant, "type": type, "at": {"$gte": job["created_at"]}}
    events = ctx.stores.database["events"].find(found, {"buying_group_id": 1})
    return [event["buying_group_id"] async for event in events]


async def are_gap_free(ctx: Context) -> bool:
    events = ctx.stores.database["events"].find({"tenant": ctx.viewer.tenant}, {"position": 1})
    positions = sorted([event["position"] async for event in events])
    return positions == list(range(1, len(positions) + 1))


@pytest.mark.long
async def test_jobs_of_a_server_that_is_killed_are_gone_on_with_and_nothing_is_done_twice(
    lone: Context, mongodb_uri: str, quorum: Quorum
) -> None:
    clock = lone.now
    assert isinstance(clock, Clock)
    settings = {"QUORUM_MONGODB_URI": mongodb_uri, "QUORUM_DATABASE": "quorum_killed"}
    known = await grouped_people(lone)
    groups = sorted([group["_id"] for group in await lone.stores.groups.all({"_id": 1})])
    assert len(groups) == GROUPS
    promoted = [PersonItem(id=person, fields={"job_title": "Engineer"}) for person in known]
    assert len(await upserted(lone, *promoted)) == GROUPS
    clock.forward(timedelta(seconds=1))

    maintenance = await jobs.start_maintenance_job(lone)
    assert isinstance(maintenance, str)
    await killed_halfway(lone, quorum.start("serve", **settings), maintenance)
    second = quorum.start("serve", **settings)
    maintained = await ended(lone, maintenance)

    assert maintained["progress"]["done"] == maintained["progress"]["total"] == GROUPS
    assert maintained["progress"]["groups_changed"] == GROUPS
    assert sorted(await told(lone, "MEMBERSHIP_CHANGED", maintained)) == groups
    assert {group["version"] for group in await lone.stores.groups.all()} == {2}

    clock.at = now()
    await record(lone, *(acts(person, "Click Link", clock.at.date()) for person in known))
    scoring_job = await jobs.start_scoring_job(lone)
    await killed_halfway(lone, second, scoring_job)
    third = quorum.start("serve", **settings)
    scored = await ended(lone, scoring_job)

    assert scored["progress"]["groups_changed"] == GROUPS
    assert sorted(await told(lone, "ENGAGEMENT_CHANGED", scored)) == groups
    raws = {group["engagement"]["raw"] for group in await lone.stores.groups.all()}
    assert len(raws) == 1
    assert await are_gap_free(lone)
    quorum.end(third)
    assert third.returncode == 0
