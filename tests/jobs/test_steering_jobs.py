from datetime import timedelta

import pytest

from domain.identifiers import JobId
from domain.jobs import JobStatus, StatusForbids
from domain.roles import User
from execution.context import Context
from jobs.kinds import run_open_jobs
from jobs.plans import JobFailed, Plan, Slice
from jobs.running import run
from resolvers import audiences, jobs
from resolvers.audiences import AudienceAccounts
from resolvers.deleting_components import AccountAudienceInUse, delete_account_audience
from resolvers.outcomes import NotFound
from resolvers.steering_jobs import cancel_job, pause_job, resume_job, retry_job
from store.driver import Document
from tests.contexts import Clock
from tests.jobs.test_running import a_plan, counts_to_three, fails, stored
from tests.schema.operations import operate
from tests.worlds import an_interest


@pytest.fixture
async def job(home: Context) -> JobId:
    return await jobs.start_scoring_job(home)


async def test_a_job_that_is_paused_while_a_slice_goes_on_stands_where_it_was(
    home: Context, job: JobId
) -> None:
    async def paused_at_two(ctx: Context, job: Document) -> Slice:
        if job["cursor"] == "1":
            assert await pause_job(ctx, job["_id"]) == job["_id"]
        return await counts_to_three(ctx, job)

    assert not await run(home, job, a_plan(paused_at_two), "worker")

    resting = await stored(home, job)
    assert (resting["status"], resting["cursor"], resting["lease"]) == ("paused", "1", None)
    assert await home.stores.jobs.open_jobs("worker", home.now()) == []
    assert not await run(home, job, a_plan(), "another")
    assert await resume_job(home, job) == job
    assert await run(home, job, a_plan(), "another")
    done = await stored(home, job)
    assert (done["status"], done["progress"]["done"]) == ("done", 3)


async def test_who_is_resumed_while_the_slice_of_before_goes_on_counts_nothing_twice(
    home: Context, job: JobId
) -> None:
    async def resumed(ctx: Context, job: Document) -> Slice:
        await pause_job(ctx, job["_id"])
        await resume_job(ctx, job["_id"])
        return await counts_to_three(ctx, job)

    assert not await run(home, job, a_plan(resumed), "worker")

    assert (await stored(home, job))["status"] == "waiting"
    assert await run(home, job, a_plan(), "worker")
    assert (await stored(home, job))["progress"]["done"] == 3


@pytest.mark.parametrize("command", [pause_job, cancel_job])
async def test_a_job_that_is_stopped_as_it_finishes_is_stopped(
    home: Context, job: JobId, command: object
) -> None:
    assert callable(command)

    async def last(ctx: Context, job: Document) -> Slice:
        assert await command(ctx, job["_id"]) == job["_id"]
        return Slice(None, {})

    assert not await run(home, job, a_plan(last), "worker")

    assert (await stored(home, job))["status"] in ("paused", "cancelled")
    ours = {"tenant": home.viewer.tenant}
    types = {event["type"] async for event in home.stores.database["events"].find(ours)}
    assert "JOB_FINISHED" not in types


async def test_a_job_that_is_done_cannot_be_stopped_any_more(home: Context, job: JobId) -> None:
    await run(home, job, a_plan(), "worker")

    assert await pause_job(home, job) == StatusForbids(
        JobStatus.DONE, (JobStatus.WAITING, JobStatus.RUNNING)
    )
    assert await cancel_job(home, job) == StatusForbids(
        JobStatus.DONE, (JobStatus.WAITING, JobStatus.RUNNING, JobStatus.PAUSED)
    )


async def test_the_time_left_is_told_without_the_time_of_rest(
    home: Context, clock: Clock, job: JobId
) -> None:
    async def slow(ctx: Context, job: Document) -> Slice:
        clock.forward(timedelta(seconds=10))
        return await counts_to_three(ctx, job)

    await run(home, job, a_plan(slow), "worker", seconds=0)
    await pause_job(home, job)
    clock.forward(timedelta(days=3))
    await resume_job(home, job)

    left = jobs.remaining({**await stored(home, job), "status": "running"}, clock())
    assert left == timedelta(seconds=20)


async def test_a_failed_job_goes_on_where_it_was(home: Context, job: JobId) -> None:
    await run(home, job, fails(JobFailed("The audience is gone."), at="2", times=1), "worker")

    assert await retry_job(home, job) == job
    waiting = await stored(home, job)
    assert (waiting["status"], waiting["failure"], waiting["finished_at"]) == (
        "waiting",
        None,
        None,
    )
    assert await run(home, job, a_plan(), "another")

    done = await stored(home, job)
    assert (done["status"], done["cursor"], done["progress"]["done"]) == ("done", "3", 3)
    assert await retry_job(home, job) == StatusForbids(
        JobStatus.DONE, (JobStatus.FAILED, JobStatus.FINISHED_WITH_FAILURES)
    )


async def test_a_job_stored_before_failures_were_noted_is_worked_off_and_retried(
    home: Context, job: JobId
) -> None:
    fields = {"failures": "", "failure_count": "", "to_retry": ""}
    await home.stores.jobs.collection.update_one({"_id": job}, {"$unset": fields})

    await run(home, job, fails(JobFailed("No."), at="1", times=1), "worker")
    assert await retry_job(home, job) == job
    assert await run(home, job, a_plan(), "worker")

    assert (await stored(home, job))["status"] == "done"


async def test_a_cancelled_creation_job_is_in_force_no_more_and_a_paused_one_holds_its_audience(
    home: Context,
) -> None:
    audience = await audiences.create_account_audience(
        home, "Everybody", None, AudienceAccounts(account_ids=[])
    )
    assert isinstance(audience, str)
    job = await jobs.start_creation_job(home, await an_interest(home), audience)
    assert isinstance(job, str)
    assert len(await home.stores.jobs.in_force()) == 1

    await pause_job(home, job)
    assert await home.stores.jobs.in_force() == []
    named = [User("job", job, "creation job")]
    assert await delete_account_audience(home, audience) == AccountAudienceInUse(audience, 1, named)
    await resume_job(home, job)
    assert len(await home.stores.jobs.in_force()) == 1
    await cancel_job(home, job)

    assert await home.stores.jobs.in_force() == []
    assert await run_open_jobs(home, "worker") == 0
    assert await delete_account_audience(home, audience) == audience


async def test_clients_steer_jobs_and_are_told_why_not(home: Context, job: JobId) -> None:
    async def steer(name: str, id: str = job) -> object:
        answer = await operate(
            home,
            f"""mutation ($id: ID!) {{ {name}Job(input: {{jobId: $id}}) {{
              __typename
              ... on {name.capitalize()}JobSuccess {{ job {{ status pausedAt }} }}
              ... on JobStatusForbids {{ message jobId status needed }}
              ... on NotFound {{ message }} }} }}""",
            id=id,
        )
        return answer[f"{name}Job"]

    assert await steer("pause") == {
        "__typename": "PauseJobSuccess",
        "job": {"status": "PAUSED", "pausedAt": "2026-05-04T12:00:00.000Z"},
    }
    assert await steer("pause") == {
        "__typename": "JobStatusForbids",
        "message": "The job is PAUSED; it has to be WAITING or RUNNING for this.",
        "jobId": job,
        "status": "PAUSED",
        "needed": ["WAITING", "RUNNING"],
    }
    assert await steer("resume") == {
        "__typename": "ResumeJobSuccess",
        "job": {"status": "WAITING", "pausedAt": None},
    }
    assert await steer("cancel") == {
        "__typename": "CancelJobSuccess",
        "job": {"status": "CANCELLED", "pausedAt": None},
    }
    refused = await steer("retry")
    assert isinstance(refused, dict)
    assert refused["needed"] == ["FAILED", "FINISHED_WITH_FAILURES"]
    for name in ("pause", "resume", "cancel", "retry"):
        assert await steer(name, "job_x") == {
            "__typename": "NotFound",
            "message": "There is no job job_x.",
        }
    assert await pause_job(home, "job_x") == NotFound("job", "job_x")
    ours = {"tenant": home.viewer.tenant}
    told = home.stores.database["events"].find(ours, sort=[("position", 1)])
    names = [event["type"] async for event in told]
    assert [name for name in names if name.startswith("JOB_")] == [
        "JOB_CREATED",
        "JOB_PAUSED",
        "JOB_RESUMED",
        "JOB_CANCELLED",
    ]


async def test_what_is_broken_fails_the_same_way_again(home: Context, job: JobId) -> None:
    plan = Plan(a_plan().total, fails(JobFailed("No."), at="", times=2).step)
    await run(home, job, plan, "worker")
    await retry_job(home, job)

    assert await run(home, job, plan, "worker")
    assert (await stored(home, job))["failure"] == "No."
