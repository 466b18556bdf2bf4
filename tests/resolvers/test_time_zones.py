import asyncio
from datetime import UTC, date, datetime, timedelta

import pytest

from domain.activities import PersonById, Report
from domain.engagement import Window
from domain.identifiers import PersonId
from execution.context import Context, NotPermitted, Right
from resolvers import scoring, tenants
from resolvers.outcomes import Invalid
from store.activity_days import ActivityDayStore
from tests.contexts import Clock, a_context
from tests.dying_database import DyingDatabase
from tests.engagement_builders import a_group_of, engagement_of, person_raw, record, some_people
from tests.killing import Killed, points

HALF_AN_HOUR = timedelta(minutes=30)
LATE = datetime(2026, 5, 3, 22, 30, tzinfo=UTC)


def clicks(person: PersonId, first: datetime, count: int, source: str = "half") -> list[Report]:
    """So many clicks half an hour apart."""
    return [
        Report(source, str(first + number * HALF_AN_HOUR), "Click Link", PersonById(person), at, {})
        for number in range(count)
        for at in [first + number * HALF_AN_HOUR]
    ]


async def counts(ctx: Context, person: PersonId) -> dict[str, int]:
    """How often a person clicked on each day that is not empty."""
    window = Window(date(2011, 1, 1), date(2027, 1, 1))
    days = (await ctx.stores.activities.days.of_people([person], window)).get(person, {})
    return {str(day): types["click link"] for day, types in sorted(days.items()) if types}


async def redate_all(ctx: Context) -> int:
    found = 0
    while some := await tenants.redate_next(ctx):
        found += some
    return found


@pytest.mark.parametrize(
    ("zone", "at", "expected"),
    [
        pytest.param(
            "Europe/Berlin",
            "2026-03-28T22:00Z",
            {"2026-03-28": 2, "2026-03-29": 46, "2026-03-30": 2},
            id="a day of 23 hours in Berlin",
        ),
        pytest.param(
            "Europe/Berlin",
            "2025-10-25T21:00Z",
            {"2025-10-25": 2, "2025-10-26": 50, "2025-10-27": 2},
            id="a day of 25 hours in Berlin",
        ),
        pytest.param(
            "America/New_York",
            "2026-03-08T04:00Z",
            {"2026-03-07": 2, "2026-03-08": 46, "2026-03-09": 2},
            id="a day of 23 hours in New York",
        ),
        pytest.param(
            "America/New_York",
            "2025-11-02T03:00Z",
            {"2025-11-01": 2, "2025-11-02": 50, "2025-11-03": 2},
            id="a day of 25 hours in New York",
        ),
        pytest.param(
            "Asia/Kathmandu",
            "2026-05-03T17:15Z",
            {"2026-05-03": 2, "2026-05-04": 48, "2026-05-05": 2},
            id="a day that begins at a quarter past six in the evening of UTC",
        ),
        pytest.param(
            "Pacific/Apia",
            "2011-12-30T09:00Z",
            {"2011-12-29": 2, "2011-12-31": 48, "2012-01-01": 2},
            id="a day that was left out in Samoa",
        ),
        pytest.param(
            "Australia/Lord_Howe",
            "2026-04-04T12:00Z",
            {"2026-04-04": 2, "2026-04-05": 49, "2026-04-06": 2},
            id="a day of 24 and a half hours on Lord Howe",
        ),
        pytest.param(
            "Australia/Lord_Howe",
            "2025-10-04T12:30Z",
            {"2025-10-04": 2, "2025-10-05": 47, "2025-10-06": 2},
            id="a day of 23 and a half hours on Lord Howe",
        ),
    ],
)
async def test_acts_fall_on_the_days_of_the_new_time_zone(
    home: Context, clock: Clock, zone: str, at: str, expected: dict[str, int]
) -> None:
    first = datetime.fromisoformat(at)
    clock.at = first + timedelta(days=3)
    [ada] = await some_people(home, "ada")
    every = sum(expected.values())
    await record(home, clicks(ada, first, every))
    await scoring.run_scoring(home)
    before = await counts(home, ada)

    await tenants.change_time_zone(home, zone)
    looked_at = await redate_all(home)
    await scoring.run_scoring(home)

    assert sum(before.values()) == every
    assert looked_at == every
    assert await counts(home, ada) == expected
    assert await redate_all(home) == 0


async def test_scores_follow_with_the_next_run_and_name_the_time_zone(home: Context) -> None:
    ada, bo = await some_people(home, "ada", "bo")
    # In UTC both days are below the cap of 20; in Berlin all of it falls on one.
    await record(home, clicks(ada, LATE - 16 * HALF_AN_HOUR, 32), clicks(bo, LATE, 1, "bo"))
    group = await a_group_of(home, {ada: "role_d"})
    await scoring.run_scoring(home)
    before = [await person_raw(home, person) for person in (ada, bo)]

    await tenants.change_time_zone(home, "America/Los_Angeles")
    run = await scoring.run_scoring(home)

    after = [await person_raw(home, person) for person in (ada, bo)]
    assert before == [(19 + 13) * 40, 40]
    assert after == [20 * 40, 40]
    assert (await engagement_of(home, group))["run_id"] == run
    stored = await home.stores.scoring.runs.run(run)
    assert stored is not None
    assert (stored.rules.time_zone, stored.spans) == ("America/Los_Angeles", None)
    tenant = await home.stores.tenants.own()
    assert tenant is not None
    assert tenant["scoring"]["reference"]["time_zone"] == "America/Los_Angeles"


@pytest.mark.parametrize("at", points(40, 6))
async def test_a_change_that_was_broken_off_goes_on(home: Context, clock: Clock, at: int) -> None:
    home.stores.activities.days = ActivityDayStore(
        home.stores.database, home.viewer.tenant, timedelta(0)
    )
    [ada] = await some_people(home, "ada")
    await record(home, clicks(ada, LATE, 5))
    await scoring.run_scoring(home)
    dying = DyingDatabase(home.stores.database, at)
    theirs = a_context(dying.as_database(), home.viewer.tenant, clock)
    try:
        await tenants.change_time_zone(theirs, "Europe/Berlin")
        await redate_all(theirs)
        await scoring.run_scoring(theirs)
    except Killed:
        await scoring.run_scoring(home)

    await tenants.change_time_zone(home, "Europe/Berlin")
    await scoring.run_scoring(home)

    assert await counts(home, ada) == {"2026-05-04": 5}
    assert (
        await home.stores.database["activity_days"].count_documents({"_id": {"$regex": ada}}) == 1
    )


async def test_what_is_recorded_beside_the_change_falls_on_the_new_days(
    home: Context, clock: Clock
) -> None:
    people = await some_people(home, *(f"p{number}" for number in range(6)))

    async def write(person: PersonId) -> None:
        theirs = a_context(home.stores.database, home.viewer.tenant, clock)
        for number in range(8):
            first = LATE - timedelta(days=number)
            await record(theirs, clicks(person, first, 2, person))

    async def change() -> None:
        for zone in ("Asia/Kathmandu", "UTC", "Europe/Berlin"):
            await asyncio.sleep(0.01)
            await tenants.change_time_zone(home, zone)
            await redate_all(home)

    await asyncio.gather(change(), *(write(person) for person in people))
    await scoring.run_scoring(home)

    expected = {str(date(2026, 5, 4) - timedelta(days=number)): 2 for number in range(8)}
    for person in people:
        assert await counts(home, person) == dict(sorted(expected.items()))


async def test_a_change_is_an_event_and_no_change_is_none(home: Context) -> None:
    await tenants.change_time_zone(home, "Europe/Berlin")
    again = await tenants.change_time_zone(home, "Europe/Berlin")

    found = home.stores.database["events"].find(
        {"tenant": home.viewer.tenant, "type": "TENANT_UPDATED"}
    )
    assert again == home.viewer.tenant
    assert [(each["before"], each["after"]) async for each in found] == [
        ({"time_zone": "UTC"}, {"time_zone": "Europe/Berlin"})
    ]


async def test_a_time_zone_nobody_knows_is_refused(home: Context) -> None:
    refused = await tenants.change_time_zone(home, "Moon/Crater")

    assert refused == Invalid("timeZone", "there is no time zone 'Moon/Crater'; try Europe/Berlin")
    tenant = await home.stores.tenants.own()
    assert tenant is not None
    assert tenant["time_zone"] == "UTC"


async def test_changing_the_time_zone_asks_for_the_right_of_an_administrator(
    home: Context, clock: Clock
) -> None:
    others = [right for right in Right if right is not Right.ADMIN]
    theirs = a_context(home.stores.database, home.viewer.tenant, clock, rights=others)

    with pytest.raises(NotPermitted):
        await tenants.change_time_zone(theirs, "Europe/Berlin")
    with pytest.raises(NotPermitted):
        await tenants.redate_next(theirs)
