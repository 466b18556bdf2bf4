"""How fast a tenant is exported and restored, in how much memory, and what a start has to look at.

`python -m bench.exporting` takes a million documents, another number when one is given.
"""

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from bench.figures import peak_memory, show
from bench.ground import TENANT, ground
from server.contexts import now
from server.exported_files import lines, written
from store.driver import Database, Document, open_database
from store.exporting import exported
from store.migrations import migrate
from store.restoring import Restored, Sound, check, restore
from store.schema_version import SCHEMA_VERSION

_BATCH: Final = 10_000
_AT: Final = datetime(2026, 5, 4, 12, tzinfo=UTC)


async def run(count: int) -> None:
    """Export this many activities, restore them, and print what it took."""
    async with ground() as found:
        database = found.database
        for start in range(0, count, _BATCH):
            numbers = range(start, min(start + _BATCH, count))
            await database["activities"].insert_many(list(_activities(numbers)))
        with tempfile.TemporaryDirectory() as folder:
            await _measured(database, Path(folder), count)
        show("peak memory of this process", peak_memory(os.getpid()) / 2**20, "MB")


async def _measured(database: Database, folder: Path, count: int) -> None:
    for name in ("export.jsonl", "export.jsonl.gz"):
        begun = time.perf_counter()
        with written(folder / name) as target:
            async for line in exported(database, TENANT, now()):
                target.write(line)
        took = time.perf_counter() - begun
        size = (folder / name).stat().st_size / 2**20
        show(f"{name}, documents", count / took, "per second", f"{took:.1f} s, {size:.0f} MB")
    begun = time.perf_counter()
    sound = check(lines(folder / "export.jsonl"))
    show("checking a file, documents", count / (time.perf_counter() - begun), "per second")
    assert isinstance(sound, Sound), sound
    other = open_database(database.client, "quorum_bench_restored")
    begun = time.perf_counter()
    outcome = await restore(other, sound, lines(folder / "export.jsonl"), now())
    assert isinstance(outcome, Restored), outcome
    took = time.perf_counter() - begun
    show("restoring, documents", count / took, "per second", "without indexes")
    await migrate(other)
    begun = time.perf_counter()
    await migrate(other)
    show("start: is there anything to migrate", (time.perf_counter() - begun) * 1000, "ms")


def _activities(numbers: range) -> Iterator[Document]:
    for number in numbers:
        yield {
            "_id": f"act_{number:026}",
            "tenant": TENANT,
            "schema_version": SCHEMA_VERSION,
            "source": "web",
            "source_id": str(number),
            "type_name": "Visited website",
            "type_folded": "visited website",
            "person_id": f"per_{number % 100_000:026}",
            "named": f"person.email|person{number % 100_000}@example.com",
            "at": _AT,
            "day": "2026-05-04",
            "attributes": {"page": f"/products/{number % 1_000}", "seconds": number % 600},
            "source_updated_at": None,
            "content_hash": f"{number:064}",
            "stored_at": _AT,
        }


if __name__ == "__main__":
    asyncio.run(run(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000))
