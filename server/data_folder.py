"""The data folder of the embedded MongoDB: whose it is, what lies in it, and its locks.

`quorum.json` marks it as ours, `mongo/` is MongoDB's, `mongod.log` its log; `run/` holds what
matters only while something runs. The guard imports this too, so nothing here is slow to load.
"""

import errno
import fcntl
import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from enum import Enum
from functools import partial
from pathlib import Path
from typing import BinaryIO, Final

FORMAT: Final = 1
PRIVATE: Final = 0o700
RECORD_SIZE: Final = 4096
LONGEST_FAILURE: Final = 500
IGNORED: Final = frozenset({"lost+found", ".DS_Store"})
"""What an empty folder may contain: file systems and desktops put it there."""


class MongodUnavailable(Exception):
    """There is no MongoDB to work with; the message is one sentence that says why, for a person."""


class State(Enum):
    STARTING = "starting"
    RUNNING = "running"
    DOWN = "down"
    """It had been running and died; the guard brings it back."""
    FAILED = "failed"
    """The last attempt to start it failed; the guard goes on trying."""


@dataclass(frozen=True, slots=True)
class Record:
    """What is running now, for the other users and for the next start after a crash."""

    socket: str
    state: State = State.STARTING
    mongod: int | None = None
    started: str | None = None
    """The start of process `mongod`: a process id alone may have been given to somebody else."""
    failure: str | None = None

    def to_bytes(self) -> bytes:
        """Always the same length."""
        failure = self.failure and self.failure[:LONGEST_FAILURE]
        text = json.dumps(asdict(self) | {"state": self.state.value, "failure": failure})
        return text.encode().ljust(RECORD_SIZE)

    @classmethod
    def from_bytes(cls, content: bytes) -> "Record | None":
        """The record, or None when this is not one (a crash can spoil it)."""
        try:
            read = cls(**json.loads(content))
            return replace(read, state=State(read.state))
        except (ValueError, TypeError):
            return None


class LockFile:
    """An advisory lock (`flock`) on one file; it ends with the process, however that ends."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor

    @classmethod
    def open(cls, path: Path) -> "LockFile":
        """The lock on this file, created when missing; not held yet."""
        return cls(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))

    def grab(self, *, shared: bool = False) -> bool:
        """Take the lock now, shared with other sharers or alone; False when it is not to be had."""
        mode = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
        try:
            fcntl.flock(self.descriptor, mode | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def release(self) -> None:
        """Let go for every process that shares this opened file."""
        fcntl.flock(self.descriptor, fcntl.LOCK_UN)

    def close(self) -> None:
        """Let go, unless another process was handed this opened file: then it holds the lock."""
        if self.descriptor >= 0:
            os.close(self.descriptor)
            self.descriptor = -1

    def is_free(self) -> bool:
        """Whether nobody holds it. Takes it for a moment: ask again before believing a no."""
        free = self.grab()
        if free:
            self.release()
        return free


class DataFolder:
    """The files of a data folder; `claim` checks that a folder is one."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.database = path / "mongo"
        self.log = path / "mongod.log"
        self.run = path / "run"

    @classmethod
    def claim(cls, path: Path) -> "DataFolder":
        """The folder at this path, created when missing, or `MongodUnavailable`."""
        try:
            folder = cls(_existing(path).resolve())
            _mark(folder.path)
            for inner in (folder.database, folder.run):
                inner.mkdir(mode=PRIVATE, exist_ok=True)
        except OSError as error:
            raise MongodUnavailable(
                f"The data folder {path} cannot be used: {reason(error)}."
            ) from error
        return folder

    def start_lock(self) -> LockFile:
        """Held for a moment by who joins, and by the guard while it stops: never both at once."""
        return self._lock("start.lock")

    def users_lock(self) -> LockFile:
        """Shared by all who use this MongoDB; it stops when nobody holds this any more."""
        return self._lock("users.lock")

    def guard_lock(self) -> LockFile:
        """Held by the guard as long as it lives, and by who is about to start one."""
        return self._lock("guard.lock")

    def open_log(self) -> BinaryIO:
        """The log of mongod to append to, created for this user alone: it may show data."""
        return open(self.log, "ab", opener=partial(os.open, mode=0o600))

    def record(self) -> Record | None:
        """What the guard wrote last; None when nothing was running or nothing readable is there."""
        try:
            return Record.from_bytes(self._record.read_bytes())
        except FileNotFoundError:
            return None

    def write(self, record: Record) -> None:
        """Overwrite the record; only the holder of the guard lock may.

        In place and in one page, so that a disk that has become full does not keep it from telling.
        """
        descriptor = os.open(self._record, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            os.pwrite(descriptor, record.to_bytes(), 0)
        finally:
            os.close(descriptor)

    def forget(self) -> None:
        """Remove the record: nothing is running any more."""
        self._record.unlink(missing_ok=True)

    @property
    def _record(self) -> Path:
        return self.run / "mongod.json"

    def _lock(self, name: str) -> LockFile:
        try:
            return LockFile.open(self.run / name)
        except OSError as error:
            raise MongodUnavailable(
                f"The data folder {self.path} cannot be used: {reason(error)} ({name})."
            ) from error


def reason(error: OSError) -> str:
    """Why a call to the operating system failed, in words that fit into a sentence."""
    match error.errno:
        case errno.ENOSPC | errno.EDQUOT:
            return "the disk is full"
        case errno.EACCES | errno.EPERM:
            return "permission denied"
        case errno.EROFS:
            return "the file system is read-only"
        case errno.ENOTDIR | errno.EEXIST:
            return "a part of the path is a file, not a folder"
        case _:
            return (error.strerror or str(error)).lower()


def _existing(path: Path) -> Path:
    if path.exists() and not path.is_dir():
        raise MongodUnavailable(f"The data folder {path} is a file, not a folder.")
    path.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
    return path


def _mark(path: Path) -> None:
    """Make sure that the folder is ours: marked by us, or empty and now marked."""
    marker = path / "quorum.json"
    if not marker.exists():
        strangers = sorted(set(os.listdir(path)) - IGNORED - {marker.name})
        if strangers and not marker.exists():
            raise MongodUnavailable(
                f"The data folder {path} holds something else ({strangers[0]}): "
                "choose an empty or a new folder."
            )
        with suppress(FileExistsError), marker.open("x") as new:
            new.write(json.dumps({"format": FORMAT}) + "\n")
    owner = marker.stat().st_uid
    if owner != os.geteuid():
        raise MongodUnavailable(
            f"The data folder {path} belongs to the user with number {owner}, and this process "
            f"runs as {os.geteuid()}: run it as that user."
        )
    if _format_of(marker) > FORMAT:
        raise MongodUnavailable(
            f"The data folder {path} was written by a newer Quorum: upgrade this one."
        )


def _format_of(marker: Path) -> int:
    """The number in the marker; a marker cut short by a crash is as good as a whole one."""
    try:
        return int(json.loads(marker.read_text())["format"])
    except (ValueError, TypeError, KeyError):
        return FORMAT
