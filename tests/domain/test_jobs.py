from datetime import UTC, datetime, timedelta

import pytest

from domain.jobs import JobCommand, JobStatus, StatusForbids, ended, time_left, told

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


def test_a_job_is_open_while_a_worker_may_take_it() -> None:
    assert {status.name: status.is_open for status in JobStatus} == {
        "WAITING": True,
        "RUNNING": True,
        "PAUSED": False,
        "DONE": False,
        "FINISHED_WITH_FAILURES": False,
        "FAILED": False,
        "CANCELLED": False,
    }


@pytest.mark.parametrize(
    ("command", "status", "after"),
    [
        pytest.param(JobCommand.PAUSE, JobStatus.WAITING, JobStatus.PAUSED, id="pause waiting"),
        pytest.param(JobCommand.PAUSE, JobStatus.RUNNING, JobStatus.PAUSED, id="pause running"),
        pytest.param(JobCommand.RESUME, JobStatus.PAUSED, JobStatus.WAITING, id="resume"),
        pytest.param(JobCommand.CANCEL, JobStatus.WAITING, JobStatus.CANCELLED, id="not begun"),
        pytest.param(JobCommand.CANCEL, JobStatus.RUNNING, JobStatus.CANCELLED, id="begun"),
        pytest.param(JobCommand.CANCEL, JobStatus.PAUSED, JobStatus.CANCELLED, id="resting"),
        pytest.param(JobCommand.RETRY, JobStatus.FAILED, JobStatus.WAITING, id="retry"),
        pytest.param(
            JobCommand.RETRY,
            JobStatus.FINISHED_WITH_FAILURES,
            JobStatus.WAITING,
            id="retry what is left",
        ),
    ],
)
def test_a_job_is_told_what_fits_how_it_stands(
    command: JobCommand, status: JobStatus, after: JobStatus
) -> None:
    assert told(status, command) is after


def test_every_other_command_is_refused_with_the_states_it_is_for() -> None:
    refused = {
        (status.name, command.name)
        for status in JobStatus
        for command in JobCommand
        if isinstance(told(status, command), StatusForbids)
    }

    assert len(refused) == len(JobStatus) * len(JobCommand) - 8
    assert told(JobStatus.DONE, JobCommand.RESUME) == StatusForbids(
        JobStatus.DONE, (JobStatus.PAUSED,)
    )


def test_a_job_that_could_not_do_everything_says_so() -> None:
    assert (ended(0), ended(1)) == (JobStatus.DONE, JobStatus.FINISHED_WITH_FAILURES)
