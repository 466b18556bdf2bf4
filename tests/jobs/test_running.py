import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from pymongo.errors import AutoReconnect, OperationFailure

from domain.identifiers import JobId
from domain.jobs import JobKind
from execution.context import Context, NotPermitted, Right, Viewer
from jobs import running
from jobs.kinds import PLANS
from jobs.plans import JobFailed, Plan, Slice
from jobs.running import MOST_FAILED_STEPS, REST, run
from resolvers import jobs
from server.contexts import now
from store.driver import Document
from store.reading import TookTooLong
from store.transactions import OutOfTurn
from tests.contexts import Clock

LAST = 3


async def counts_to_three(ctx: Context, job: Document) -> Slice:
    """One of three slices; each adds one to what is done."""
    place = int(job["cursor"] or 0)
    return Slice(str(place + 1), {"done": 1}) if place < LAST else Slice(None, {})


async def three(ctx: Context, job: Document) -> int | None:
    return LAST


def a_plan(step: Callable[[Context, Document], Awaitable[Slice]] = counts_to_three) -> Plan:
    return Plan(three, step)


def fails(error: Exception, *, at: str, times: int) -> Plan:
    """A plan whose step fails so many times at one place."""
    left = times

    async def step(ctx: Context, job: Document) -> Slice:
        nonlocal left
        if job["cursor"] == at and left > 0:
            left -= 1
            raise error
        return await counts_to_three(ctx, job)

    return a_plan(step)


@pytest.fixture
async def job(home: Context) -> JobId:
    return await jobs.start_scoring_job(home)


async def stored(ctx: Context, id: JobId) -> Document:
    document = await ctx.stores.jobs.one(id)
    assert document is not None
    return document


@pytest.mark.parametrize(
    "error",
    [
        pytest.param(AutoReconnect("connection closed"), id="the connection breaks"),
        pytest.param(TookTooLong(), id="a read takes too long"),
        pytest.param(OutOfTurn(), id="others are in the way"),
        pytest.param(
            OperationFailure("write conflict", 112, {"errorLabels": ["TransientTransactionError"]}),
            id="a transaction is aborted",
        ),
    ],
)
async def test_a_job_goes_on_where_it_was_after_the_database_has_failed_ever_so_often(
    home: Context, job: JobId, error: Exception
) -> None:
    plan = fails(error, at="2", times=3 * MOST_FAILED_STEPS)

    for _ in range(3 * MOST_FAILED_STEPS):
        assert not await run(home, job, plan, "worker")

    interrupted = await stored(home, job)
    assert (interrupted["status"], interrupted["cursor"], interrupted["failure"]) == (
        "running",
        "2",
        None,
    )
    assert interrupted["lease"] is None
    assert await run(home, job, plan, "another")
    done = await stored(home, job)
    assert (done["status"], done["progress"]["done"]) == ("done", 3)


async def test_a_database_that_fails_while_a_slice_is_noted_ends_nothing(
    home: Context, job: JobId, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object, **__: object) -> bool:
        raise AutoReconnect("connection closed")

    with monkeypatch.context() as outage:
        outage.setattr(home.stores.jobs, "advance", away)
        outage.setattr(home.stores.jobs, "give_back", away)
        assert not await run(home, job, a_plan(), "worker")

    held = await stored(home, job)
    assert (held["status"], held["lease"]["owner"], held["cursor"]) == ("running", "worker", "")
    assert await home.stores.jobs.open_jobs("another", home.now()) == []
    assert await home.stores.jobs.open_jobs("worker", home.now()) == [job]
    assert await run(home, job, a_plan(), "worker")
    assert (await stored(home, job))["progress"]["done"] == 3


async def test_a_job_goes_to_whoever_comes_next_when_its_process_ends(
    home: Context, job: JobId
) -> None:
    ending, begun = asyncio.Event(), asyncio.Event()

    async def ends(ctx: Context, job: Document) -> Slice:
        ending.set()
        return await counts_to_three(ctx, job)

    async def never_ends(ctx: Context, job: Document) -> Slice:
        begun.set()
        await asyncio.sleep(60)
        raise AssertionError

    assert not await run(home, job, a_plan(ends), "worker", ending=ending)
    after_its_slice = await stored(home, job)
    cut_off = asyncio.create_task(run(home, job, a_plan(never_ends), "worker"))
    await begun.wait()
    cut_off.cancel()
    await asyncio.gather(cut_off, return_exceptions=True)
    after_no_slice = await stored(home, job)

    for left in (after_its_slice, after_no_slice):
        assert (left["status"], left["lease"], left["cursor"]) == ("running", None, "1")
    assert await run(home, job, a_plan(), "another")
    assert (await stored(home, job))["progress"]["done"] == 3


async def test_a_step_that_keeps_failing_in_one_place_fails_the_job_for_good(
    home: Context, clock: Clock, job: JobId
) -> None:
    plan = fails(ValueError("bug"), at="1", times=MOST_FAILED_STEPS)

    for _ in range(MOST_FAILED_STEPS - 1):
        assert not await run(home, job, plan, "worker")
        assert (await stored(home, job))["status"] == "running"
        assert await home.stores.jobs.open_jobs("worker", clock()) == []
        clock.forward(REST)
        assert await home.stores.jobs.open_jobs("worker", clock()) == [job]
    assert await run(home, job, plan, "worker")

    failed = await stored(home, job)
    assert (failed["status"], failed["lease"], failed["progress"]["done"]) == ("failed", None, 1)
    assert failed["failure"] == "One step failed 5 times; the server's log says why."


async def test_failures_in_other_places_are_not_counted_together(
    home: Context, clock: Clock, job: JobId
) -> None:
    failed: dict[str, int] = {}

    async def step(ctx: Context, job: Document) -> Slice:
        times = failed.get(job["cursor"], 0)
        if times < MOST_FAILED_STEPS - 1:
            failed[job["cursor"]] = times + 1
            raise OperationFailure("no such command", 59)
        return await counts_to_three(ctx, job)

    for _ in range((LAST + 1) * (MOST_FAILED_STEPS - 1)):
        assert not await run(home, job, a_plan(step), "worker")
        clock.forward(REST)
    assert await run(home, job, a_plan(step), "worker")

    assert (await stored(home, job))["status"] == "done"


async def test_a_reason_to_fail_fails_the_job_at_once(home: Context, job: JobId) -> None:
    plan = fails(JobFailed("The audience is gone."), at="1", times=1)

    assert await run(home, job, plan, "worker")

    failed = await stored(home, job)
    assert (failed["status"], failed["failure"]) == ("failed", "The audience is gone.")


@pytest.fixture
def living(home: Context, monkeypatch: pytest.MonkeyPatch) -> Context:
    """The same tenant by a clock that goes, where leases are short."""
    monkeypatch.setattr(running, "LEASE", timedelta(seconds=0.4))
    monkeypatch.setattr(running, "RENEW_SECONDS", 0.1)
    return replace(home, now=now)


async def test_a_slice_may_take_longer_than_the_lease(living: Context, job: JobId) -> None:
    steps = 0

    async def long_step(ctx: Context, job: Document) -> Slice:
        nonlocal steps
        steps += 1
        await asyncio.sleep(1.2)
        return Slice(None, {})

    first = asyncio.create_task(run(living, job, a_plan(long_step), "first"))
    await asyncio.sleep(0.2)
    others = []
    while not first.done():
        others.append(await run(living, job, a_plan(), "second"))
        await asyncio.sleep(0.05)

    assert await first
    assert len(others) > 3
    assert not any(others)
    assert steps == 1
    assert (await stored(living, job))["status"] == "done"


async def test_a_step_ends_when_somebody_else_has_the_job(living: Context, job: JobId) -> None:
    is_in, ended = asyncio.Event(), asyncio.Event()

    async def endless(ctx: Context, job: Document) -> Slice:
        is_in.set()
        try:
            await asyncio.sleep(60)
        finally:
            ended.set()
        raise AssertionError("nobody has ended the step")

    first = asyncio.create_task(run(living, job, a_plan(endless), "first"))
    await is_in.wait()
    await living.stores.jobs.collection.update_one({"_id": job}, {"$set": {"lease.owner": "other"}})

    assert not await asyncio.wait_for(first, 5)
    assert ended.is_set()
    assert (await stored(living, job))["lease"]["owner"] == "other"


async def test_a_step_ends_when_its_lease_cannot_be_renewed_in_time(
    living: Context, job: JobId, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object) -> bool:
        raise AutoReconnect("connection closed")

    async def endless(ctx: Context, job: Document) -> Slice:
        await asyncio.sleep(60)
        raise AssertionError("nobody has ended the step")

    monkeypatch.setattr(living.stores.jobs, "renew", away)

    assert not await asyncio.wait_for(run(living, job, a_plan(endless), "worker"), 5)

    assert await living.stores.jobs.open_jobs("other", now()) == [job]


async def test_a_turn_ends_between_two_slices_and_the_job_can_be_had_at_once(
    home: Context, job: JobId
) -> None:
    assert not await run(home, job, a_plan(), "first", seconds=0)

    cut = await stored(home, job)
    assert (cut["cursor"], cut["lease"], cut["status"]) == ("1", None, "running")
    assert await run(home, job, a_plan(), "second")
    assert (await stored(home, job))["progress"]["done"] == 3


async def test_how_many_there_are_is_counted_once_and_known_before_the_first_step(
    home: Context, clock: Clock, job: JobId
) -> None:
    shown: list[tuple[int | None, int, timedelta | None]] = []

    async def show(job: Document) -> None:
        progress = job["progress"]
        shown.append((progress["total"], progress["done"], jobs.remaining(job, clock())))

    async def slow(ctx: Context, job: Document) -> Slice:
        clock.forward(timedelta(seconds=10))
        return await counts_to_three(ctx, job)

    await run(home, job, a_plan(slow), "worker", progress=show)

    assert shown == [
        (3, 0, None),
        (3, 1, timedelta(seconds=20)),
        (3, 2, timedelta(seconds=10)),
        (3, 3, timedelta(0)),
    ]
    assert jobs.remaining(await stored(home, job), clock()) is None


@pytest.mark.parametrize(
    ("kind", "missing"),
    [
        pytest.param(JobKind.CREATION, Right.RUN_JOBS, id="creation: running jobs"),
        pytest.param(JobKind.CREATION, Right.ACT_AS_SYSTEM, id="creation: the system's name"),
        pytest.param(JobKind.MAINTENANCE, Right.RUN_JOBS, id="maintenance: running jobs"),
        pytest.param(JobKind.MAINTENANCE, Right.ACT_AS_SYSTEM, id="maintenance: the system's name"),
        pytest.param(JobKind.SCORING, Right.RUN_JOBS, id="scoring: running jobs"),
    ],
)
async def test_no_plan_reads_anything_without_the_rights_it_works_by(
    home: Context, kind: JobKind, missing: Right
) -> None:
    rights = frozenset(Right) - {missing, Right.ADMIN}
    other = replace(home, viewer=Viewer(home.viewer.tenant, "sam", rights))
    parameters = {"solution_interest_id": None, "audience_id": "aud_1"}
    document = {"_id": "job_1", "cursor": "", "parameters": parameters}

    for part in (PLANS[kind].total, PLANS[kind].step):
        with pytest.raises(NotPermitted):
            await part(other, document)


async def test_running_a_job_asks_for_the_right_to(home: Context, job: JobId) -> None:
    other = replace(home, viewer=Viewer(home.viewer.tenant, "sam", frozenset({Right.READ})))

    with pytest.raises(NotPermitted):
        await run(other, job, a_plan(), "worker")
    assert (await stored(home, job))["status"] == "waiting"
