from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from domain.daily import due_day, moment_of

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
TWO = time(2)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "now", "last", "day"),
    [
        pytest.param("UTC", "2026-05-04T02:00", "2026-05-03", "2026-05-04", id="its time has come"),
        pytest.param("UTC", "2026-05-04T01:59", "2026-05-03", None, id="a minute too early"),
        pytest.param("UTC", "2026-05-04T23:59", "2026-05-04", None, id="done today"),
        pytest.param("UTC", "2026-05-04T01:00", "2026-05-02", "2026-05-03", id="missed yesterday"),
        pytest.param(
            "UTC", "2026-05-04T03:00", "2026-04-20", "2026-05-04", id="missed a fortnight"
        ),
        pytest.param("UTC", "2026-05-04T03:00", None, "2026-05-04", id="never done"),
        pytest.param("UTC", "2026-05-04T03:00", "2026-05-05", None, id="the clock was set back"),
        pytest.param(
            "Asia/Tokyo", "2026-05-03T17:00", "2026-05-03", "2026-05-04", id="its own time zone"
        ),
        pytest.param(
            "America/Los_Angeles", "2026-05-04T08:59", "2026-05-03", None, id="not there yet"
        ),
    ],
)
def test_the_latest_day_that_has_begun_is_due_unless_it_was_done(
    zone: str, now: str, last: str | None, day: str | None
) -> None:
    done = date.fromisoformat(last) if last else None

    expected = date.fromisoformat(day) if day else None
    assert due_day(utc(now), TWO, ZoneInfo(zone), LONG_AGO, done) == expected


@pytest.mark.parametrize(
    ("made", "day"),
    [
        pytest.param("2026-05-04T01:59", date(2026, 5, 4), id="before the day's run"),
        pytest.param("2026-05-04T02:00", None, id="just when it begins"),
        pytest.param("2026-05-04T09:00", None, id="later that day"),
    ],
)
def test_a_new_tenants_first_run_is_the_next_that_begins(made: str, day: date | None) -> None:
    now = utc("2026-05-04T12:00")

    assert due_day(now, TWO, ZoneInfo("UTC"), utc(made), None) == day


@pytest.mark.parametrize(
    ("at", "zone", "first", "moments"),
    [
        pytest.param(
            time(2, 30),
            "Europe/Berlin",
            date(2026, 3, 28),
            ["2026-03-28T01:30", "2026-03-29T01:30", "2026-03-30T00:30"],
            id="an hour that is left out: as long after midnight",
        ),
        pytest.param(
            time(2, 30),
            "Europe/Berlin",
            date(2026, 10, 24),
            ["2026-10-24T00:30", "2026-10-25T00:30", "2026-10-26T01:30"],
            id="an hour that comes twice: the first time",
        ),
        pytest.param(
            time(0),
            "America/Havana",
            date(2026, 3, 7),
            ["2026-03-07T05:00", "2026-03-08T05:00", "2026-03-09T04:00"],
            id="a day that begins at one",
        ),
    ],
)
def test_days_of_23_and_25_hours(at: time, zone: str, first: date, moments: list[str]) -> None:
    days = [first + timedelta(days=n) for n in range(len(moments))]

    assert [moment_of(day, at, ZoneInfo(zone)) for day in days] == [utc(each) for each in moments]


@pytest.mark.parametrize(
    ("at", "zone", "start", "hours", "expected"),
    [
        pytest.param(TWO, "Europe/Berlin", "2026-03-26T12:00", 96, 4, id="clocks set forward"),
        pytest.param(time(2, 30), "Europe/Berlin", "2026-03-26T12:00", 96, 4, id="within the gap"),
        pytest.param(TWO, "Europe/Berlin", "2026-10-22T12:00", 96, 4, id="clocks set back"),
        pytest.param(time(2, 30), "Europe/Berlin", "2026-10-22T12:00", 96, 4, id="the hour twice"),
        pytest.param(time(0), "America/Havana", "2026-03-05T12:00", 96, 4, id="no midnight"),
        pytest.param(TWO, "Pacific/Apia", "2011-12-28T12:00", 96, 4, id="a day left out whole"),
    ],
)
def test_every_day_that_exists_is_due_once(
    at: time, zone: str, start: str, hours: int, expected: int
) -> None:
    now = utc(start)
    last = due_day(now, at, ZoneInfo(zone), LONG_AGO, None)
    done = []

    for _ in range(hours * 6):
        now += timedelta(minutes=10)
        if (day := due_day(now, at, ZoneInfo(zone), LONG_AGO, last)) is not None:
            done.append(day)
            last = day

    assert len(done) == len(set(done)) == expected
