"""Rows a second of `quorum import`, and its memory; beside it what bounds it.

    python -m bench.importing [--rows 20000] [--kinds accounts people] [--profile]
    python -m bench.importing --memory 50000 500000

The bound is that of the database: the same documents, the same events and the same identities,
with all indexes, inserted as quickly as the driver can and nothing decided. Of both the processor
time a row is shown, of this process and of mongod: what is nearer to the time of the clock bounds.
With `--memory` each size is imported by a process of its own; shown is the memory it holds on the
way, and its largest.
"""

import argparse
import asyncio
import cProfile
import os
import pstats
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.figures import memory, peak_memory, show
from bench.ground import Ground, ground
from connectors import mapping_files
from connectors.importing import ImportReport, import_file
from connectors.mappings import MappingFault
from connectors.passes import OnProgress, Progress
from server.commands_import import collect_less_often
from store.driver import Database
from store.indexes import ensure_indexes

KINDS = ("accounts", "people", "opportunities", "activities")
PEOPLE_AN_ACCOUNT = 10
AT_ONCE = 1_000
MEGABYTE = 1 << 20
WRITTEN = {
    "accounts": ("accounts", "events", "identities"),
    "people": ("people", "events", "identities"),
    "opportunities": ("opportunities", "events", "identities"),
    "activities": ("activities", "activity_days"),
}
MAPPINGS = {
    "accounts": """
        kind = "accounts"
        [fields]
        keys.crm = "id"
        name = "name"
        industry = "industry"
        annual_revenue = { column = "revenue", multiply = 1000 }
        employees = "employees"
        website = "website"
        address.city = "city"
        address.country = "country"
        products = "products"
    """,
    "people": """
        kind = "people"
        [fields]
        keys.crm = "id"
        email = "email"
        first_name = "first"
        last_name = "last"
        job_title = "title"
        phone = "phone"
        address.country = "country"
        unsubscribed = "unsubscribed"
        account.keys.crm = "account"
        account.relation = "relation"
    """,
    "opportunities": """
        kind = "opportunities"
        [fields]
        keys.crm = "id"
        account.keys.crm = "account"
        product = "product"
        name = "name"
        stage = "stage"
        amount = "amount"
        is_closed = { column = "stage", values = { Won = true }, otherwise = false }
        is_won = { column = "stage", values = { Won = true }, otherwise = false }
        close_date = "closes"
    """,
    "activities": """
        kind = "activities"
        [fields]
        source = { constant = "bench" }
        source_id = "id"
        type = "type"
        at = "at"
        person.keys.crm = "person"
        attributes.page = "page"
    """,
}


@dataclass(frozen=True, slots=True)
class Measured:
    """One import: its rows, and the seconds of the clock, of this process and of mongod."""

    rows: int
    seconds: float
    own: float
    mongod: float


def lines(kind: str, rows: int, of: int) -> Iterator[str]:
    """The lines of a file of so many rows, which speak of `of` accounts or people."""
    match kind:
        case "accounts":
            yield "id,name,industry,revenue,employees,website,city,country,products"
            for n in range(rows):
                industry = ("software", "retail", "banking", "Öl & Gas")[n % 4]
                yield (
                    f"A{n},Account {n:07d} Ltd,{industry},{n % 9_973}.5,{n % 5_000},"
                    f"https://a{n}.example,Town {n % 500},AT,Gizmo;Widget {n % 7}"
                )
        case "people":
            yield "id,email,first,last,title,phone,country,unsubscribed,account,relation"
            for n in range(rows):
                first = ("Ann", "Bob", "Zoë", "Jürgen")[n % 4]
                title = ("Head of Sales", "Engineer", "Chief Officer", "Buyer")[n % 4]
                yield (
                    f"P{n},person.{n}@a{n % of}.example,{first},Surname{n % 9_001},{title},"
                    f"+43 1 {n:07d},AT,{'no' if n % 5 else 'yes'},A{n % of},employee"
                )
        case "opportunities":
            yield "id,account,product,name,stage,amount,closes"
            for n in range(rows):
                stage = ("Open", "Won", "Lost")[n % 3]
                day = f"2026-{n % 12 + 1:02d}-{n % 28 + 1:02d}"
                yield f"O{n},A{n % of},Widget {n % 7},Deal {n},{stage},{n % 99_991},{day}"
        case _:
            yield "id,type,at,person,page"
            for n in range(rows):
                at = f"2026-04-{n % 30 + 1:02d}T{n % 24:02d}:{n % 60:02d}:00Z"
                kind = ("Open Email", "Visit Webpage", "Click Email")[n % 3]
                yield f"V{n},{kind},{at},P{n % of},/page/{n % 100}"


def a_file(folder: Path, kind: str, rows: int, of: int) -> Path:
    """The file of that many rows."""
    path = folder / f"{kind}.csv"
    with path.open("w", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in lines(kind, rows, of))
    return path


async def imported(
    where: Ground, path: Path, kind: str, progress: OnProgress | None = None
) -> Measured:
    """Import one file; every row must be taken."""
    mapping = mapping_files.read(MAPPINGS[kind].encode())
    assert not isinstance(mapping, MappingFault), mapping.message
    own, mongod, start = time.process_time(), _cpu(where.mongod_pid), time.perf_counter()
    report = await import_file(where.ctx, mapping, path, progress=progress)
    seconds = time.perf_counter() - start
    assert isinstance(report, ImportReport), report.message
    assert report.rejected == 0, report
    own = time.process_time() - own
    return Measured(report.rows, seconds, own, _cpu(where.mongod_pid) - mongod)


async def bound(where: Ground, kind: str) -> Measured:
    """Insert anew all that the rows of that kind left in the database."""
    database = where.database
    raw = _empty(database)
    rows, seconds, own, mongod = 0, 0.0, 0.0, 0.0
    for name in WRITTEN[kind]:
        # Every name is of the newest kind of record: others were stored before.
        documents = [each async for each in database[name].find(_of(kind, name))]
        rows = rows or len(documents)
        start = time.perf_counter()
        own, mongod = own - time.process_time(), mongod - _cpu(where.mongod_pid)
        for first in range(0, len(documents), AT_ONCE):
            await raw[name].insert_many(documents[first : first + AT_ONCE], ordered=False)
        own, mongod = own + time.process_time(), mongod + _cpu(where.mongod_pid)
        seconds += time.perf_counter() - start
        await raw[name].delete_many({})
    return Measured(rows, seconds, own, mongod)


def _empty(database: Database) -> Database:
    return database.client.get_database(
        "quorum_bound", database.codec_options, write_concern=database.write_concern
    )


def _of(kind: str, name: str) -> dict[str, object]:
    singular = {"accounts": "account", "people": "person", "opportunities": "opportunity"}
    match name:
        case "events":
            return {"type": f"{singular[kind].upper()}_CREATED"}
        case "identities":
            return {"_id": {"$regex": rf"\|{singular[kind]}\."}}
        case _:
            return {}


async def run(rows: int, kinds: Sequence[str] = KINDS, *, is_profiled: bool = False) -> None:
    """Import that many rows of each kind, and once more what is there already."""
    collect_less_often()  # as the command does
    async with ground() as where:
        await ensure_indexes(_empty(where.database))
        accounts, people = max(rows // PEOPLE_AN_ACCOUNT, 1), rows
        with tempfile.TemporaryDirectory(prefix="qb") as folder:
            for kind in KINDS:
                is_wanted = kind in kinds
                size = rows if is_wanted else accounts
                of = people if kind == "activities" else accounts
                if kind == "accounts":
                    accounts = size
                if kind == "people":
                    people = size
                path = a_file(Path(folder), kind, size, of)
                if not is_wanted:
                    if kind in ("accounts", "people"):
                        await imported(where, path, kind)
                    continue
                profile = cProfile.Profile()
                if is_profiled:
                    profile.enable()
                new = await imported(where, path, kind)
                profile.disable()
                _show(f"{kind}, new", new)
                if is_profiled:
                    pstats.Stats(profile).sort_stats("tottime").print_stats(45)
                    pstats.Stats(profile).sort_stats("cumulative").print_stats(60)
                _show(f"{kind}, again", await imported(where, path, kind))
                least = await bound(where, kind)
                _show(f"{kind}, bound: documents inserted", least)
                share = new.rows / new.seconds * least.seconds / least.rows
                show(f"{kind}, share of the bound", share, "x")


def _show(what: str, measured: Measured) -> None:
    cpu = 1_000_000 / measured.rows
    note = f"(a row: {measured.own * cpu:,.0f} us here, {measured.mongod * cpu:,.0f} us mongod)"
    show(what, measured.rows / measured.seconds, "rows/s", note)


def _cpu(pid: int | None) -> float:
    """The processor seconds a process has used (Linux)."""
    if pid is None:
        return 0.0
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def run_for_memory(rows: int) -> None:
    """Import people once, in a process that does nothing else; print its largest memory."""
    collect_less_often()
    async with ground() as where:
        with tempfile.TemporaryDirectory(prefix="qb") as folder:
            path = Path(folder)
            await imported(where, a_file(path, "accounts", 1_000, 0), "accounts")
            before = peak_memory(os.getpid())
            left = [10, 50, 100]

            def look(progress: Progress) -> None:
                while left and progress.rows * 100 >= left[0] * rows:
                    held = memory(os.getpid()) / MEGABYTE
                    show(f"{rows:,} people: memory at {left.pop(0)} %", held, "MB")

            whole = await imported(where, a_file(path, "people", rows, 1_000), "people", look)
            _show(f"{rows:,} people", whole)
            peak = peak_memory(os.getpid())
    show(f"{rows:,} people: largest memory", peak / MEGABYTE, "MB")
    show(f"{rows:,} people: of it for their number", (peak - before) / MEGABYTE, "MB")


def main() -> None:
    """The command."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rows", type=int, default=20_000)
    arguments.add_argument("--small", action="store_true", help="200 rows, to see that it runs")
    arguments.add_argument("--kinds", nargs="+", choices=KINDS, default=KINDS)
    arguments.add_argument("--profile", action="store_true")
    arguments.add_argument("--memory", nargs="+", type=int, metavar="ROWS")
    given = arguments.parse_args()
    if not given.memory:
        rows = 200 if given.small else given.rows
        asyncio.run(run(rows, given.kinds, is_profiled=given.profile))
    elif len(given.memory) == 1:
        asyncio.run(run_for_memory(given.memory[0]))
    else:
        for rows in given.memory:
            command = [sys.executable, "-m", "bench.importing", "--memory", str(rows)]
            subprocess.run(command, check=True)


if __name__ == "__main__":
    main()
