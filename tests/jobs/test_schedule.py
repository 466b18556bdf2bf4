import asyncio
from datetime import UTC, datetime, time, timedelta

from domain.conditions import ALWAYS
from domain.identifiers import JobId, TenantId
from execution.context import Context
from jobs.kinds import run_job, run_open_jobs
from jobs.schedule import start_due_jobs
from jobs.worker import work
from resolvers import audiences, jobs
from resolvers.audiences import AudienceAccounts
from resolvers.deleting_jobs import JobIsDaily, delete_job
from resolvers.outcomes import NotFound
from resolvers.tenants import create_tenant
from store.driver import Database, Document
from tests.contexts import Clock, a_context
from tests.jobs.test_worker import until
from tests.worlds import an_interest, some_accounts

TWO = time(2)
DAY = timedelta(days=1)
STAGES = ["audience_refresh", "creation", "maintenance", "scoring"]


async def a_creation_job(ctx: Context, interest: str | None = None) -> JobId:
    """A creation job for everybody, worked off."""
    name = f"Everybody {await ctx.stores.audiences.count()}"
    audience = await audiences.create_account_audience(ctx, name, None, AudienceAccounts(ALWAYS))
    assert isinstance(audience, str)
    job = await jobs.start_creation_job(ctx, interest or await an_interest(ctx), audience)
    assert isinstance(job, str)
    assert await run_job(ctx, job, "worker")
    return job


async def daily_jobs(ctx: Context) -> list[tuple[str, str, str]]:
    """Kind, day and status of the jobs of daily runs, in the order they were started in."""
    found = [job for job in await ctx.stores.jobs.all() if job["trigger"] == "daily"]
    found.sort(key=lambda job: (job["day"], STAGES.index(job["kind"])))
    return [(job["kind"], job["day"], job["status"]) for job in found]


async def a_whole_run(ctx: Context, rounds: int = 5) -> None:
    """Start and work off what is due, again and again."""
    for _ in range(rounds):
        await start_due_jobs(ctx, TWO)
        await run_open_jobs(ctx, "worker")


async def noted_day(ctx: Context) -> Document | None:
    return (await ctx.stores.tenants.own() or {}).get("daily")


async def test_the_stages_follow_one_another(home: Context, clock: Clock) -> None:
    await a_creation_job(home)
    await a_whole_run(home)
    assert await daily_jobs(home) == []  # the tenant was made after the day's run had begun
    clock.forward(DAY)

    for expected in (
        ["waiting"],
        ["done", "waiting"],
        ["done", "done", "waiting"],
        ["done", "done", "done", "waiting"],
    ):
        await start_due_jobs(home, TWO)
        await start_due_jobs(home, TWO)
        stages = zip(STAGES, expected, strict=False)
        assert await daily_jobs(home) == [(kind, "2026-05-05", how) for kind, how in stages]
        await run_open_jobs(home, "worker")

    assert await noted_day(home) is None
    await a_whole_run(home)
    assert len(await daily_jobs(home)) == 4
    assert await noted_day(home) == {"day": "2026-05-05"}


async def test_accounts_that_join_the_audience_get_their_group(home: Context, clock: Clock) -> None:
    await some_accounts(home, "Acme")
    await a_creation_job(home)
    await some_accounts(home, "Bolt")
    assert await home.stores.groups.count() == 1
    clock.forward(DAY)

    await a_whole_run(home)

    names = {group["name"] for group in await home.stores.groups.all()}
    assert names == {"Security for Acme", "Security for Bolt"}
    [run] = await home.stores.jobs.found({"trigger": "daily", "kind": "creation"})
    assert (run["progress"]["done"], run["progress"]["groups_created"]) == (2, 1)


async def test_days_that_were_missed_are_made_up_for_once(home: Context, clock: Clock) -> None:
    clock.forward(DAY)
    await a_whole_run(home)
    clock.forward(9 * DAY)

    await a_whole_run(home)

    assert [(kind, day) for kind, day, _ in await daily_jobs(home)] == [
        ("maintenance", "2026-05-05"),
        ("scoring", "2026-05-05"),
        ("maintenance", "2026-05-14"),
        ("scoring", "2026-05-14"),
    ]


async def test_a_run_that_was_broken_off_goes_on(home: Context, clock: Clock) -> None:
    await a_creation_job(home)
    clock.forward(DAY)
    await start_due_jobs(home, TWO)
    await run_open_jobs(home, "worker")
    another = a_context(home.stores.database, home.viewer.tenant, clock)

    await a_whole_run(another)

    assert [kind for kind, _, _ in await daily_jobs(home)] == STAGES


async def test_the_time_is_that_of_the_tenants_days(database: Database, tenant: TenantId) -> None:
    clock = Clock(datetime(2026, 5, 4, 12, tzinfo=UTC))
    tokyo = a_context(database, tenant, clock)
    await create_tenant(tokyo, "Tokyo", "Asia/Tokyo")

    clock.at = datetime(2026, 5, 4, 16, 59, tzinfo=UTC)
    await start_due_jobs(tokyo, TWO)
    assert await daily_jobs(tokyo) == []
    clock.at = datetime(2026, 5, 4, 17, tzinfo=UTC)
    await start_due_jobs(tokyo, TWO)

    assert await daily_jobs(tokyo) == [("maintenance", "2026-05-05", "waiting")]


async def test_two_schedulers_with_their_workers_do_each_job_once(
    home: Context, clock: Clock
) -> None:
    interest = await an_interest(home)
    for _ in range(3):
        await a_creation_job(home, interest)
    await some_accounts(home, "Acme", "Bolt")
    clock.forward(DAY)

    async def process(number: int) -> None:
        own = a_context(home.stores.database, home.viewer.tenant, clock)

        async def contexts() -> list[Context]:
            return [own]

        await work(contexts, f"worker {number}", pause=0.003 * number, daily_at=TWO)

    async def is_over() -> bool:
        return await noted_day(home) is not None

    working = [asyncio.create_task(process(number)) for number in range(1, 4)]
    await until(is_over)
    for task in working:
        task.cancel()
    await asyncio.gather(*working, return_exceptions=True)

    kinds = ["audience_refresh"] * 3 + ["creation"] * 3 + ["maintenance", "scoring"]
    assert await daily_jobs(home) == [(kind, "2026-05-05", "done") for kind in kinds]
    await home.stores.relay.sweep()
    events = home.stores.database["events"].find({"tenant": home.viewer.tenant})
    told = [event["subject_id"] async for event in events if event["type"] == "JOB_FINISHED"]
    assert len(told) == len(set(told)) == 11
    assert await home.stores.groups.count() == 2


async def test_what_two_creation_jobs_in_force_have_in_common_is_done_once(
    home: Context, clock: Clock
) -> None:
    job = await a_creation_job(home)
    parameters = (await home.stores.jobs.one(job) or {})["parameters"]
    second = await jobs.start_creation_job(
        home, parameters["solution_interest_id"], parameters["audience_id"]
    )
    assert isinstance(second, str)
    clock.forward(DAY)
    assert await delete_job(home, job) == job

    await a_whole_run(home)

    assert [kind for kind, _, _ in await daily_jobs(home)] == STAGES


async def test_a_deleted_creation_job_is_in_force_no_more_and_its_groups_stay(
    home: Context, clock: Clock
) -> None:
    await some_accounts(home, "Acme")
    job = await a_creation_job(home)
    await some_accounts(home, "Bolt")
    clock.forward(DAY)
    await start_due_jobs(home, TWO)
    await run_open_jobs(home, "worker")  # the audience is refreshed
    await start_due_jobs(home, TWO)

    assert await delete_job(home, job) == job

    await a_whole_run(home)
    clock.forward(DAY)
    await a_whole_run(home)
    assert [group["name"] for group in await home.stores.groups.all()] == ["Security for Acme"]
    days = [day for kind, day, _ in await daily_jobs(home) if kind == "creation"]
    assert days == ["2026-05-05"]  # it had begun, and made nothing any more
    assert await delete_job(home, job) == NotFound("job", job)


async def test_a_job_of_a_daily_run_is_not_deleted(home: Context, clock: Clock) -> None:
    clock.forward(DAY)
    await a_whole_run(home)
    [job] = await home.stores.jobs.found({"kind": "maintenance"})

    assert await delete_job(home, job["_id"]) == JobIsDaily(job["_id"])

    assert await home.stores.jobs.one(job["_id"]) == job


async def test_nobody_goes_on_with_a_job_that_was_deleted(home: Context) -> None:
    await some_accounts(home, "Acme")
    job = await jobs.start_scoring_job(home)

    async def delete(document: Document) -> None:
        await delete_job(home, job)

    assert not await run_job(home, job, "worker", delete)

    assert await home.stores.jobs.count() == 0
    await home.stores.relay.sweep()
    events = home.stores.database["events"].find(
        {"tenant": home.viewer.tenant, "subject_id": job}, sort=[("position", 1)]
    )
    assert [event["type"] async for event in events] == ["JOB_CREATED", "JOB_DELETED"]
