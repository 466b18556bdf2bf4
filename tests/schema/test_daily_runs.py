from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from domain.identifiers import TenantId
from execution.context import Context
from jobs.kinds import run_open_jobs
from jobs.schedule import start_due_jobs
from resolvers.daily_schedules import update_daily_schedule
from resolvers.outcomes import NotFound
from store.driver import Database
from tests.contexts import Clock, a_context
from tests.schema.operations import mutate, operate

TWO = time(2)
SHOWN = "... on UpdateDailyScheduleSuccess { dailySchedule { at timeZone isOn lastDay } }"


async def update(ctx: Context, **given: object) -> Any:
    return await mutate(
        ctx, "updateDailySchedule", f"__typename {SHOWN} ... on UserError {{ message }}", **given
    )


async def days(ctx: Context) -> list[str]:
    """The days that had a run, worked off as far as it is due now."""
    for _ in range(4):
        await start_due_jobs(ctx, TWO)
        await run_open_jobs(ctx, "worker")
    answer = await operate(ctx, "{ dailyRuns { nodes { day } } }")
    return [node["day"] for node in answer["dailyRuns"]["nodes"]]


async def test_a_tenant_that_has_set_nothing_follows_the_server(home: Context) -> None:
    answer = await operate(home, "{ dailySchedule { at timeZone isOn lastDay } }")

    assert answer["dailySchedule"] == {
        "at": None,
        "timeZone": "UTC",
        "isOn": True,
        "lastDay": None,
    }


async def test_a_run_begins_at_the_tenants_own_time(home: Context, clock: Clock) -> None:
    updated = await update(home, at="15:30", timeZone="Asia/Tokyo")
    assert updated["dailySchedule"] == {
        "at": "15:30",
        "timeZone": "Asia/Tokyo",
        "isOn": True,
        "lastDay": None,
    }

    clock.at = datetime(2026, 5, 5, 6, 29, tzinfo=UTC)
    assert await days(home) == []
    clock.at = datetime(2026, 5, 5, 6, 30, tzinfo=UTC)
    assert await days(home) == ["2026-05-05"]
    await update(home, at="16:00", timeZone="Asia/Tokyo")
    clock.forward(timedelta(hours=2))
    assert await days(home) == ["2026-05-05"]


async def test_midnight_is_a_time_of_its_own(home: Context, clock: Clock) -> None:
    await update(home, at="00:00")

    clock.at = datetime(2026, 5, 5, 0, 0, tzinfo=UTC)

    assert await days(home) == ["2026-05-05"]


async def test_runs_that_were_switched_off_are_made_up_for_once(
    home: Context, clock: Clock
) -> None:
    await update(home, isOn=False)
    clock.forward(timedelta(days=9))
    assert await days(home) == []

    await update(home, isOn=True)

    assert await days(home) == ["2026-05-13"]


async def test_runs_are_switched_off_and_on_again_at_the_time_and_in_the_zone_they_had(
    home: Context,
) -> None:
    await update(home, at="15:30", timeZone="Asia/Tokyo")
    events = "{ events { totalCount } }"

    off = await update(home, isOn=False)
    told = await operate(home, events)
    again = await update(home)
    silent = await operate(home, events)
    on = await update(home, isOn=True, at=None)
    null = await update(home, isOn=None)

    kept = {"at": "15:30", "timeZone": "Asia/Tokyo", "lastDay": None}
    assert off["dailySchedule"] == again["dailySchedule"] == {**kept, "isOn": False}
    assert silent == told
    assert on["dailySchedule"] == {**kept, "at": None, "isOn": True}
    assert null["message"] == "isOn: must not be null; leave it out and it stays"


async def test_a_run_shows_its_jobs_and_what_came_of_them(home: Context, clock: Clock) -> None:
    clock.forward(timedelta(days=1))
    await days(home)
    clock.forward(timedelta(days=1))
    await start_due_jobs(home, TWO)

    answer = await operate(
        home,
        """{ dailySchedule { lastDay }
        dailyRuns { totalCount nodes {
          id day startedAt finishedAt jobs { totalCount nodes { kind status trigger } } } } }""",
    )

    assert answer["dailySchedule"] == {"lastDay": "2026-05-05"}
    latest, first = answer["dailyRuns"]["nodes"]
    job = {"status": "DONE", "trigger": "DAILY"}
    assert (first["day"], first["startedAt"], first["finishedAt"]) == (
        "2026-05-05",
        "2026-05-05T12:00:00.000Z",
        "2026-05-05T12:00:00.000Z",
    )
    assert sorted(each.pop("kind") for each in first["jobs"]["nodes"]) == ["MAINTENANCE", "SCORING"]
    assert first["jobs"] == {"totalCount": 2, "nodes": [job, job]}
    assert (latest["day"], latest["finishedAt"], latest["jobs"]["totalCount"]) == (
        "2026-05-06",
        None,
        1,
    )
    node = await operate(
        home,
        "query ($id: ID!) { node(id: $id) { id ... on DailyRun { day } } }",
        id=first["id"],
    )
    assert node["node"] == {"id": first["id"], "day": "2026-05-05"}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        pytest.param({"at": "24:00"}, "at: must be a time of day such as 02:30", id="no such time"),
        pytest.param({"at": "2:30"}, "at: must be a time of day such as 02:30", id="one digit"),
        pytest.param(
            {"timeZone": "Mars/Olympus"},
            "timeZone: there is no time zone 'Mars/Olympus'; try Europe/Berlin",
            id="no such zone",
        ),
    ],
)
async def test_no_time_and_no_zone_is_refused(
    home: Context, given: dict[str, str], message: str
) -> None:
    assert await update(home, **given) == {"__typename": "InvalidInput", "message": message}


async def test_a_tenant_that_is_not_there_has_no_schedule(
    database: Database, tenant: TenantId, clock: Clock
) -> None:
    ctx = a_context(database, tenant, clock)

    assert await update_daily_schedule(ctx, is_on=True) == NotFound("tenant", tenant)
