"""The embedded MongoDB, as its users see it: join, work, leave.

Users never own mongod. They share a lock in the data folder, and a guard (`server/mongod_guard.py`)
keeps mongod running as long as anybody holds it. Whoever comes first starts the guard; whoever
notices that it is gone starts another; whoever leaves last waits until everything has stopped.
"""

import asyncio
import logging
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final
from urllib.parse import quote

from server import leftovers, mongod_binary, mongod_socket
from server.data_folder import DataFolder, LockFile, MongodUnavailable, Record, State, reason
from store import replica_set

__all__ = ["EmbeddedMongod", "MongodUnavailable", "embedded_mongod"]

START_LIMIT: Final = 120.0
"""Seconds until mongod takes writes; after a crash it reads its journal first."""
JOIN_LIMIT: Final = 30.0
"""Seconds to wait for another process that is joining (an instant) or for a stop to finish."""
LEAVE_LIMIT: Final = 20.0
POLL: Final = 0.01
WATCH_GUARD: Final = 0.25
LONGEST_PAUSE: Final = 10.0
"""Seconds between two looks at the guard, doubled each time it was gone."""
LAUNCH_LIMIT: Final = 30.0

PROJECT: Final = Path(__file__).resolve().parent.parent

_log = logging.getLogger(__name__)


class EmbeddedMongod:
    """A running MongoDB that this process shares."""

    def __init__(self, folder: DataFolder, path: Path, watch: replica_set.ReplicaSetWatch) -> None:
        self.uri = _uri(path)
        self._folder = folder
        self._watch = watch

    @property
    def is_healthy(self) -> bool:
        """Whether it takes writes now; not while it is down or being restarted."""
        return self._watch.is_writable

    @property
    def obstacle(self) -> str:
        """Why it takes no writes, as a clause, when it is not healthy."""
        record = self._folder.record()
        if record is not None and record.failure is not None:
            return f"MongoDB is not running: {record.failure}"
        return "MongoDB does not answer"

    @property
    def pid(self) -> int | None:
        """The process of mongod; None while there is none."""
        record = self._folder.record()
        return record.mongod if record else None


@asynccontextmanager
async def embedded_mongod(
    data_folder: Path, *, mongod: Path | None = None
) -> AsyncIterator[EmbeddedMongod]:
    """Use the MongoDB of this data folder, which is started when nobody uses it yet.

    `mongod` is the program to run; without it, the one that `mongod_binary.find` finds. Raises
    `MongodUnavailable`. On leaving, MongoDB stops unless another process still uses it.
    """
    folder = await asyncio.to_thread(DataFolder.claim, data_folder)
    user = _User(folder, mongod)
    try:
        await user.join()
        path = await user.ready()
        async with replica_set.watch(_uri(path)) as watch:
            keeper = asyncio.create_task(user.keep_guarded())
            try:
                yield EmbeddedMongod(folder, path, watch)
            finally:
                keeper.cancel()
                await asyncio.wait([keeper])
    finally:
        await user.leave()


class _User:
    """This process among those that use one data folder."""

    def __init__(self, folder: DataFolder, mongod: Path | None) -> None:
        self._folder = folder
        self._mongod = mongod
        self._users = folder.users_lock()
        self._guard = folder.guard_lock()

    async def join(self) -> None:
        """Be counted among the users, once no guard is stopping, and see that there is one."""
        start = self._folder.start_lock()
        try:
            async with asyncio.timeout(JOIN_LIMIT):
                await _grabbed(start)
                await _grabbed(self._users, shared=True)
            await self._see_to_guard()
        except TimeoutError:
            raise MongodUnavailable(
                f"The data folder {self._folder.path} is in use by a Quorum that is still stopping "
                f"after {JOIN_LIMIT:.0f} s."
            ) from None
        finally:
            start.close()

    async def ready(self) -> Path:
        """Wait until mongod takes writes, and return its socket."""
        try:
            async with asyncio.timeout(START_LIMIT):
                while (path := await self._reached()) is None:
                    await self._see_to_guard()
                    await asyncio.sleep(POLL)
                return path
        except TimeoutError:
            raise MongodUnavailable(
                f"MongoDB in {self._folder.path} is not ready after {START_LIMIT:.0f} s; "
                f"see {self._folder.log}."
            ) from None

    async def keep_guarded(self) -> None:
        """Start a new guard whenever the present one was killed; runs until cancelled."""
        pause = WATCH_GUARD
        while True:
            await asyncio.sleep(pause)
            try:
                was_gone = await self._see_to_guard()
            except MongodUnavailable as unavailable:
                _log.error("%s", unavailable)
                was_gone = True
            pause = min(pause * 2, LONGEST_PAUSE) if was_gone else WATCH_GUARD

    async def leave(self) -> None:
        """Be counted no longer. The last user returns when mongod and its guard have ended."""
        self._users.release()
        try:
            async with asyncio.timeout(LEAVE_LIMIT):
                while True:
                    if not await self._is_guarded() or await self._is_used_by_others():
                        break
                    await asyncio.sleep(POLL)
        except TimeoutError:
            _log.warning("MongoDB in %s is still stopping.", self._folder.path)
        finally:
            self._users.close()
            self._guard.close()

    async def _reached(self) -> Path | None:
        record = self._folder.record()
        if record is None or record.state is not State.RUNNING:
            self._refuse_failure(record)
            return None
        path = Path(record.socket)
        try:
            await replica_set.make_ready(_uri(path), record.socket)
        except ConnectionError:
            return None
        except replica_set.ReplicaSetRefused as refused:
            raise MongodUnavailable(
                f"MongoDB in {self._folder.path} cannot be used: {refused}."
            ) from refused
        return path

    def _refuse_failure(self, record: Record | None) -> None:
        if record is not None and record.state is State.FAILED:
            raise MongodUnavailable(
                f"MongoDB cannot start in {self._folder.path}: {record.failure}; "
                f"see {self._folder.log}."
            )

    async def _is_guarded(self) -> bool:
        """Whether a guard sees to the end of mongod. If there is none, that is done here."""
        if not self._guard.grab():
            return True
        leftover = self._folder.record()
        if leftover is not None and not await self._is_used_by_others():
            await asyncio.to_thread(leftovers.end, leftover)
        return False

    async def _is_used_by_others(self) -> bool:
        """Others hold the lock for long; the guard, and who leaves as well, only for an instant."""
        for _ in range(3):
            if self._users.is_free():
                return False
            await asyncio.sleep(POLL)
        return True

    async def _see_to_guard(self) -> bool:
        """Start a guard if there is none; tells whether there was none."""
        if not self._guard.grab():
            return False
        lock, self._guard = self._guard, self._folder.guard_lock()
        # Shielded: the thread, which cannot be cancelled, uses the lock and closes it.
        await asyncio.shield(asyncio.to_thread(self._launch, lock))
        return True

    def _launch(self, lock: LockFile) -> None:
        try:
            self._start_guard(lock)
        except OSError as error:
            raise MongodUnavailable(
                f"MongoDB cannot start in {self._folder.path}: {reason(error)}."
            ) from error
        except subprocess.SubprocessError as error:
            raise MongodUnavailable(
                f"The guard of MongoDB cannot start in {self._folder.path}; see {self._folder.log}."
            ) from error
        finally:
            lock.close()

    def _start_guard(self, lock: LockFile) -> None:
        mongod = mongod_binary.chosen(self._mongod) if self._mongod else mongod_binary.find()
        path = mongod_socket.place(self._folder)
        arguments = [str(self._folder.path), str(mongod), str(path), str(lock.descriptor)]
        self._outdate_record(path)
        with self._folder.open_log() as log:
            subprocess.run(
                # Without `site` Python starts in a third of the time.
                [sys.executable, "-S", "-E", "-m", "server.mongod_guard", *arguments],
                cwd=PROJECT,
                pass_fds=[lock.descriptor],
                start_new_session=True,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                check=True,
                timeout=LAUNCH_LIMIT,
            )

    def _outdate_record(self, path: Path) -> None:
        """What a guard before wrote is not the state any more; the mongod it left may still run."""
        before = self._folder.record() or Record(str(path))
        self._folder.write(replace(before, socket=str(path), state=State.STARTING, failure=None))


async def _grabbed(lock: LockFile, *, shared: bool = False) -> None:
    """Wait for a lock. Not in a thread: a blocking wait there could not be cancelled by Ctrl-C."""
    while True:
        if lock.grab(shared=shared):
            return
        await asyncio.sleep(POLL)


def _uri(path: Path) -> str:
    return f"mongodb://{quote(str(path), safe='')}/?directConnection=true"
