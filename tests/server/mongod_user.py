"""A process that uses the embedded MongoDB and does what it is told, one line at a time.

Run as a module it is that process; `MongodUser` is how a test holds its other end.
"""

import asyncio
import os
import subprocess
import sys
from pathlib import Path
from threading import Timer

from pymongo import AsyncMongoClient
from pymongo.asynchronous.collection import AsyncCollection

from server.mongod import EmbeddedMongod, MongodUnavailable, embedded_mongod

Note = dict[str, int]

PROJECT = Path(__file__).resolve().parent.parent.parent
LIFETIME = 90.0
"""Seconds after which a user is killed, so that no test waits for ever."""


class MongodUser:
    """A user process in a session of its own. `said` is its first line: "ready", or why not."""

    def __init__(self, folder: Path, **environ: str) -> None:
        self.folder = folder
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.server.mongod_user", str(folder)],
            cwd=PROJECT,
            env=os.environ | environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self._end = Timer(LIFETIME, self.process.kill)
        self._end.daemon = True
        self._end.start()
        self._said: str | None = None

    @property
    def said(self) -> str:
        if self._said is None:
            self._said = self.line()
        return self._said

    def line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def ask(self, words: str) -> str:
        """Tell it to do something, and hear what came of it."""
        assert self.said == "ready"
        assert self.process.stdin is not None
        self.process.stdin.write(words + "\n")
        self.process.stdin.flush()
        return self.line()

    def mongod(self) -> int:
        return int(self.ask("pid"))

    def end_input(self) -> None:
        """What ends it by itself."""
        assert self.process.stdin is not None
        self.process.stdin.close()

    def leave(self) -> int:
        """Let it end, and wait for that; its exit code."""
        self.end_input()
        return self.process.wait()

    def close(self) -> None:
        self._end.cancel()
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            assert pipe is not None
            pipe.close()


async def main(folder: Path) -> None:
    try:
        async with embedded_mongod(folder) as mongod, AsyncMongoClient[Note](mongod.uri) as client:
            await work(mongod, client["quorum_tests"]["notes"])
    except MongodUnavailable as unavailable:
        print(unavailable, flush=True)


async def work(mongod: EmbeddedMongod, notes: AsyncCollection[Note]) -> None:
    lines = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(lines), sys.stdin
    )
    print("ready", flush=True)
    try:
        while words := (await lines.readline()).decode().split():
            print(await obey(words, mongod, notes), flush=True)
    except asyncio.CancelledError:
        await notes.insert_one({"number": -1})
        print("wrote while ending", flush=True)
        raise


async def obey(words: list[str], mongod: EmbeddedMongod, notes: AsyncCollection[Note]) -> object:
    match words:
        case ["pid"]:
            return mongod.pid
        case ["uri"]:
            return mongod.uri
        case ["healthy"]:
            return mongod.is_healthy
        case ["write", count]:
            written = await notes.insert_many([{"number": n} for n in range(int(count))])
            return len(written.inserted_ids)
        case ["count"]:
            return await notes.count_documents({})
        case _:
            raise ValueError(f"unknown: {words}")


if __name__ == "__main__":
    try:
        asyncio.run(main(Path(sys.argv[1])))
    except KeyboardInterrupt:
        sys.exit(130)
