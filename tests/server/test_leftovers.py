import os
import signal
import subprocess
from collections.abc import Iterator

import pytest

from server import leftovers
from server.data_folder import Record


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(["sleep", "60"]) as process:
        yield process
        process.kill()


def test_a_recorded_process_is_ended(sleeper: subprocess.Popen[bytes]) -> None:
    started = leftovers.started_at(sleeper.pid)

    leftovers.end(Record("/run/s", mongod=sleeper.pid, started=started))

    assert sleeper.wait(1) == -signal.SIGTERM


@pytest.mark.parametrize("started", ["1", None], ids=["another start", "an unknown start"])
def test_a_process_that_was_given_the_number_later_is_left_alone(
    sleeper: subprocess.Popen[bytes], started: str | None
) -> None:
    leftovers.end(Record("/run/s", mongod=sleeper.pid, started=started))

    assert sleeper.poll() is None


def test_a_process_that_ended_has_no_start(sleeper: subprocess.Popen[bytes]) -> None:
    assert leftovers.started_at(sleeper.pid) is not None
    assert leftovers.started_at(os.getpid()) != leftovers.started_at(os.getppid())

    sleeper.kill()
    os.waitid(os.P_PID, sleeper.pid, os.WEXITED | os.WNOWAIT)  # dead, and not yet buried

    assert leftovers.started_at(sleeper.pid) is None
    sleeper.wait()
    assert leftovers.started_at(sleeper.pid) is None


def test_where_there_is_no_proc_ps_is_asked(
    sleeper: subprocess.Popen[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os.path, "exists", lambda path: False)

    started = leftovers.started_at(sleeper.pid)

    assert started is not None
    assert len(started.split()) == 5
    assert leftovers.started_at(2**22 + 1) is None
