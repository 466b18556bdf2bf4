"""The process that owns mongod: starts it, restarts it when it dies, stops it for the last user.

No server or command is the parent of mongod, for each of them may end first. They hold a shared
lock; the guard looks whether anybody still does. A lock ends with its holder, `kill -9` included,
so nobody needs to say good-bye. The guard is in a session of its own, out of reach of Ctrl-C, and
heeds no other signal: it ends when it is not needed. Should it be killed, Linux stops mongod with
it (hence a single thread: that signal follows the thread that forked), and a user starts another.
"""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Final

from server import leftovers, mongod_log
from server.data_folder import DataFolder, LockFile, Record, State, reason

WATCH: Final = 0.1
"""Seconds between two looks at mongod and its users."""
WATCH_START: Final = 0.01
FIRST_PAUSE: Final = 0.2
LONGEST_PAUSE: Final = 10.0
"""Seconds before a restart, doubled each time, until mongod has lived for `STEADY` seconds."""
STEADY: Final = 60.0
STOP_LIMIT: Final = 15.0
"""Seconds mongod gets to end by itself."""
HOUSEKEEPING: Final = 60.0

PR_SET_PDEATHSIG: Final = 1


class Guard:
    """One mongod and the moments of its life."""

    def __init__(self, folder: DataFolder, mongod: Path, path: Path, lock: LockFile) -> None:
        self._folder = folder
        self._mongod = mongod
        self._socket = path
        self._lock = lock
        self._record = Record(str(path))
        self._process: subprocess.Popen[bytes] | None = None
        self._log_start = 0
        self._started = 0.0
        self._next_start = 0.0
        self._pause = FIRST_PAUSE
        self._next_housekeeping = time.monotonic() + HOUSEKEEPING

    def run(self) -> None:
        """Keep mongod running until nobody uses it any more."""
        leftover = self._folder.record()
        if leftover is not None:
            leftovers.end(leftover)
        users, start = self._folder.users_lock(), self._folder.start_lock()
        while not (start.grab() and users.grab()):
            start.release()
            self._look()
            time.sleep(WATCH_START if self._record.state is State.STARTING else WATCH)
        users.release()  # nobody joins without the start lock
        self._stop()
        self._lock.release()
        start.release()

    def _look(self) -> None:
        now = time.monotonic()
        if self._process is None:
            if now >= self._next_start:
                self._start()
        elif (code := self._process.poll()) is not None:
            self._died(code)
        elif self._record.state is State.STARTING and _answers(self._socket):
            self._note(replace(self._record, state=State.RUNNING, failure=None))
        if now >= self._next_housekeeping:
            self._next_housekeeping = now + HOUSEKEEPING
            with suppress(OSError):
                mongod_log.trim(self._folder.log)

    def _start(self) -> None:
        self._started = time.monotonic()
        try:
            mongod_log.trim(self._folder.log)
            self._socket.unlink(missing_ok=True)
            with self._folder.open_log() as log:
                self._log_start = log.tell()
                self._process = subprocess.Popen(
                    command(self._mongod, self._folder.database, self._socket),
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    preexec_fn=_Follow() if sys.platform == "linux" else None,
                )
        except OSError as error:
            self._retry_later(State.FAILED, _not_runnable(self._mongod, error))
            return
        pid = self._process.pid
        self._note(Record(str(self._socket), State.STARTING, pid, leftovers.started_at(pid)))

    def _died(self, code: int) -> None:
        cause = mongod_log.reason_of_death(self._folder.log, self._log_start, code)
        self._process = None
        if self._record.state is State.RUNNING:
            self._retry_later(State.DOWN, cause)
        else:
            self._retry_later(State.FAILED, cause)

    def _retry_later(self, state: State, cause: str) -> None:
        now = time.monotonic()
        if now - self._started > STEADY:
            self._pause = FIRST_PAUSE
        self._next_start = now + self._pause
        self._pause = min(self._pause * 2, LONGEST_PAUSE)
        self._note(Record(str(self._socket), state, failure=cause))

    def _note(self, record: Record) -> None:
        self._record = record
        with suppress(OSError):  # when nobody can be told, mongod matters more
            self._folder.write(record)

    def _stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(STOP_LIMIT)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        with suppress(OSError):
            self._socket.unlink(missing_ok=True)
            if self._socket.parent != self._folder.run:
                self._socket.parent.rmdir()
            self._folder.forget()


_ENGINE: Final = ",".join(
    [
        # Small journal files: starting after a crash takes half the time and 280 MB less.
        "log=(prealloc=false,file_max=16MB)",
        # Of a cache this small the usual 5 % are a few hundred pages: what a large job changes here
        # and there was written out after every few changes, again and again.
        "eviction_dirty_target=40,eviction_dirty_trigger=60",
        "eviction_updates_target=20,eviction_updates_trigger=40",
    ]
)


def command(mongod: Path, database: Path, path: Path) -> list[str]:
    """How mongod is called: a replica set of one, on this socket alone, small in every way."""
    # fmt: off
    return [
        str(mongod),
        "--dbpath", str(database),
        "--bind_ip", str(path),
        "--nounixsocket",  # this is about a second one, /tmp/mongodb-27017.sock, the same for all
        "--replSet", "quorum",
        "--oplogSize", "256",
        "--wiredTigerCacheSizeGB", "0.25",
        "--wiredTigerEngineConfigString", _ENGINE,
        "--networkMessageCompressors", "disabled",
        "--setParameter", "diagnosticDataCollectionEnabled=false",
        "--noscripting",
        "--journalCommitInterval", "20",  # milliseconds; what a majority confirms waits for it
        "--quiet",
    ]
    # fmt: on


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(1)
        try:
            probe.connect(str(path))
        except OSError:
            return False
        return True


class _Follow:
    """Called in the forked child: ask Linux for SIGTERM when the guard is no more."""

    def __init__(self) -> None:
        self._prctl = ctypes.CDLL(None).prctl
        self._guard = os.getpid()

    def __call__(self) -> None:
        self._prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != self._guard:  # it died in between
            os._exit(1)


def _not_runnable(mongod: Path, error: OSError) -> str:
    if isinstance(error, FileNotFoundError) and mongod.exists():
        return f"{mongod} is built for another system (its loader is not here)"
    if error.errno is not None and error.filename in (None, str(mongod)):
        return f"{mongod} does not run on this machine ({reason(error)})"
    return reason(error)


def main() -> None:
    """Arguments: data folder, mongod, socket, and the descriptor of the guard lock, held."""
    folder, mongod, path, descriptor = sys.argv[1:]
    if os.fork():
        os._exit(0)  # whoever started this need not wait for it, nor bury it
    os.umask(0o077)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: None)  # not SIG_IGN: mongod would inherit that
    lock = LockFile(int(descriptor))
    Guard(DataFolder(Path(folder)), Path(mongod), Path(path), lock).run()


if __name__ == "__main__":
    main()
