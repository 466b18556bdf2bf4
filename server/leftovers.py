"""A mongod whose guard was killed: is it still there, and an end to it."""

import os
import signal
import subprocess
import time
from contextlib import suppress
from typing import Final

from server.data_folder import Record

STOP_LIMIT: Final = 15.0
"""Seconds it gets to end by itself, and then again to be ended."""
POLL: Final = 0.01


def end(record: Record) -> None:
    """Stop the recorded mongod if it still runs, and return when it does not.

    Only the holder of the guard lock may: it knows that no guard is in charge of that process.
    """
    if record.mongod is None or record.started is None:
        return
    for wish in (signal.SIGTERM, signal.SIGKILL):
        deadline = time.monotonic() + STOP_LIMIT
        with suppress(ProcessLookupError):
            if started_at(record.mongod) == record.started:
                os.kill(record.mongod, wish)
        while started_at(record.mongod) == record.started and time.monotonic() < deadline:
            time.sleep(POLL)


def started_at(pid: int) -> str | None:
    """When this process started, in the words of its system; None when it does not run."""
    if not os.path.exists("/proc/self/stat"):
        return _listed_start(pid)
    try:
        with open(f"/proc/{pid}/stat") as file:
            after_name = file.read().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    state, start = after_name[0], after_name[19]
    return None if state in "ZX" else start


def _listed_start(pid: int) -> str | None:
    listed = subprocess.run(
        ["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return listed.stdout.strip() or None
