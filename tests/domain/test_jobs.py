from datetime import UTC, datetime, timedelta

import pytest

from domain.jobs import JobStatus, time_left

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("total", "done", "passed", "left"),
    [
        pytest.param(100, 25, 30, 90, id="a quarter took half a minute"),
        pytest.param(100, 100, 30, 0, id="all is done"),
        pytest.param(100, 130, 30, 0, id="more came while it went on"),
        pytest.param(100, 1, -5, 0, id="a clock that was set back"),
        pytest.param(100, 0, 30, None, id="nothing is done yet"),
        pytest.param(0, 0, 30, None, id="there is nothing to do"),
        pytest.param(None, 5, 30, None, id="nobody has counted how many there are"),
        pytest.param(100, 5, None, None, id="it has not begun"),
    ],
)
def test_what_is_left_takes_as_long_as_what_was_done(
    total: int | None, done: int, passed: int | None, left: int | None
) -> None:
    since = None if passed is None else NOW - timedelta(seconds=passed)

    expected = None if left is None else timedelta(seconds=left)
    assert time_left(total, done, since, NOW) == expected


def test_a_job_is_open_until_it_is_done_or_has_failed() -> None:
    assert {status.name: status.is_open for status in JobStatus} == {
        "WAITING": True,
        "RUNNING": True,
        "DONE": False,
        "FAILED": False,
    }
