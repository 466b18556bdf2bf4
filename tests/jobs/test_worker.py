import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from domain.identifiers import JobId, TenantId
from domain.jobs import JobKind
from execution.context import Context, Right, Viewer
from jobs import kinds, worker
from jobs.plans import Plan, Slice
from jobs.worker import Contexts, score_due_groups, sweep, work
from resolvers import jobs
from resolvers.tenants import create_tenant
from server.contexts import now
from store.driver import Database, Document
from tests.builders import NOON
from tests.contexts import Clock, a_context
from tests.worlds import a_buying_group, an_interest, some_accounts, some_people

PATIENCE_SECONDS = 20.0

Step = Callable[[Context, Document], Awaitable[Slice]]


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            if await holds():
                return
            await asyncio.sleep(0.01)


@asynccontextmanager
async def a_worker(contexts: Contexts) -> AsyncIterator[None]:
    """A worker that hardly pauses, for as long as the block lasts."""
    working = asyncio.create_task(work(contexts, "worker", pause=0.01))
    try:
        yield
    finally:
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)


async def ended(ctx: Context, job: str) -> Document:
    """The job, once it is open no more."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            document = await ctx.stores.jobs.one(job)
            assert document is not None
            if document["status"] in ("done", "failed"):
                return document
            await asyncio.sleep(0.01)


@pytest.fixture
async def away(database: Database, tenant: TenantId, clock: Clock) -> Context:
    """A second tenant."""
    ctx = a_context(database, TenantId(f"{tenant}-away"), clock)
    await create_tenant(ctx, "Away", "UTC")
    return ctx


async def a_due_group(ctx: Context) -> str:
    ids = await some_accounts(ctx, "Acme")
    await some_people(ctx, ids["Acme"], {"ada": "Chief"})
    group = await a_buying_group(ctx, ids["Acme"], await an_interest(ctx))
    await ctx.stores.groups.collection.update_one({"_id": group}, {"$set": {"score_due": 1}})
    return group


async def is_scored(ctx: Context, group: str) -> bool:
    document = await ctx.stores.groups.one(group)
    assert document is not None
    return "score_due" not in document


async def test_due_scores_and_events_left_behind_are_looked_after(home: Context) -> None:
    group = await a_due_group(home)
    left = {"event_id": f"evt_left_{group}", "type": "BUYING_GROUP_UPDATED", "at": NOON}
    await home.stores.groups.collection.update_one({"_id": group}, {"$push": {"outbox": left}})

    await score_due_groups(home)
    await sweep(home)

    document = await home.stores.groups.one(group)
    assert document is not None
    assert (document["outbox"], document.get("score_due")) == ([], None)
    assert await home.stores.database["events"].find_one({"event_id": left["event_id"]})


async def test_a_score_that_stays_due_keeps_no_round_from_ending(home: Context) -> None:
    group = await a_due_group(home)
    await home.stores.groups.collection.update_one({"_id": group}, {"$set": {"score_due": 999}})

    async with asyncio.timeout(PATIENCE_SECONDS):
        await score_due_groups(home)
        job = await jobs.start_scoring_job(home)
        assert await kinds.run_job(home, job, "worker")

    assert not await is_scored(home, group)
    assert (await ended(home, job))["status"] == "done"


async def test_a_worker_takes_up_a_job_that_is_started_while_it_works(home: Context) -> None:
    rounds = asyncio.Queue[None]()

    async def contexts() -> list[Context]:
        rounds.put_nowait(None)
        return [home]

    async with a_worker(contexts):
        await rounds.get()
        job = await jobs.start_scoring_job(home)
        finished = await ended(home, job)

    assert (finished["status"], finished["lease"], finished["failure"]) == ("done", None, None)


@pytest.fixture
def short_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "TURN_SECONDS", 0.05)
    monkeypatch.setattr(worker, "TENANTS_AT_ONCE", 1)


async def endless(ctx: Context, job: Document) -> Slice:
    """A slice of a job that never ends."""
    await asyncio.sleep(0.02)
    return Slice(str(int(job["cursor"] or 0) + 1), {"done": 1})


async def nobody_knows(ctx: Context, job: Document) -> int | None:
    return None


def maintain_by(monkeypatch: pytest.MonkeyPatch, step: Step) -> None:
    """Have maintenance jobs do this instead."""
    plans = {**kinds.PLANS, JobKind.MAINTENANCE: Plan(nobody_knows, step)}
    monkeypatch.setattr(kinds, "PLANS", plans)


async def test_an_endless_job_delays_neither_other_jobs_nor_tenants_nor_scores(
    home: Context, away: Context, short_turns: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    maintain_by(monkeypatch, endless)
    living, other = replace(home, now=now), replace(away, now=now)
    long = await jobs.start_maintenance_job(living)
    assert isinstance(long, str)

    async def contexts() -> list[Context]:
        return [living, other]

    async def has_begun() -> bool:
        return bool((await living.stores.jobs.one(long) or {})["cursor"])

    async with a_worker(contexts):
        await until(has_begun)
        beside = await jobs.start_scoring_job(living)
        elsewhere = await jobs.start_scoring_job(other)
        assert (await ended(living, beside))["status"] == "done"
        assert (await ended(other, elsewhere))["status"] == "done"
        group = await a_due_group(living)
        await until(partial(is_scored, living, group))

    assert (await living.stores.jobs.one(long) or {})["status"] == "running"


async def test_due_scores_do_not_wait_for_a_slice_that_takes_long(
    home: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = asyncio.Event()

    async def never_ends(ctx: Context, job: Document) -> Slice:
        begun.set()
        await asyncio.Event().wait()
        raise AssertionError

    maintain_by(monkeypatch, never_ends)
    living = replace(home, now=now)
    await jobs.start_maintenance_job(living)

    async def contexts() -> list[Context]:
        return [living]

    async with a_worker(contexts):
        await begun.wait()
        group = await a_due_group(living)
        await until(partial(is_scored, living, group))


async def test_a_tenant_whose_work_fails_leaves_the_others_theirs(
    home: Context, away: Context
) -> None:
    nobody = frozenset[Right]()
    broken = replace(home, viewer=Viewer(home.viewer.tenant, "sam", nobody))
    waits = await jobs.start_scoring_job(home)
    job = await jobs.start_scoring_job(away)
    rounds = 0

    async def contexts() -> list[Context]:
        nonlocal rounds
        rounds += 1
        if rounds <= 3:
            raise OSError("no such thing today")
        return [broken, away]

    async with a_worker(contexts):
        finished = await ended(away, job)

    assert finished["status"] == "done"
    assert (await home.stores.jobs.one(waits) or {})["status"] == "waiting"


async def test_a_job_that_was_cut_short_comes_after_those_that_wait(
    home: Context, clock: Clock
) -> None:
    made = [await jobs.start_scoring_job(home) for _ in range(2)]
    clock.forward(timedelta(seconds=1))
    assert not await kinds.run_job(home, JobId(made[0]), "worker", seconds=0)

    assert await home.stores.jobs.open_jobs("worker", clock()) == [made[1], made[0]]


async def test_a_worker_that_is_told_that_the_end_has_come_ends_by_itself(home: Context) -> None:
    ending = asyncio.Event()

    async def contexts() -> list[Context]:
        asyncio.get_running_loop().call_later(0.05, ending.set)
        return [home]

    async with asyncio.timeout(PATIENCE_SECONDS):
        await work(contexts, "worker", pause=60, ending=ending)

    assert ending.is_set()
