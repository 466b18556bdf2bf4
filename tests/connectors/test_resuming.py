"""An import that is broken off and run again ends as one that was not."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from connectors import mapping_files, reading
from connectors.importing import ImportReport, import_file
from connectors.mappings import FileMapping, MappingFault
from connectors.passes import Progress
from connectors.resuming import Resumption
from domain.identifiers import TenantId
from execution.context import Context
from resolvers.tenants import create_tenant
from store.driver import Database
from store.import_steps import ImportSteps
from tests.contexts import Clock, a_context
from tests.killing import EVERY_POINT

ACCOUNTS = """
    kind = "accounts"
    [fields]
    keys.crm = "account"
    name = "name"
    employees = "employees"
    parent.keys.crm = "parent"
"""
# Rows of all sorts in batches of three: children before parents, a parent nobody has, faults, a
# record in two rows of which the last is rejected, one in two sound rows.
ROWS = """\
account,name,employees,parent
a,Acme,1,h
b,Bolt,2,a
c,Cog,three,
d,Dot,4,nowhere
e,Early,5,
f,Fix,6,h
g,Gum,7,
e,Later,8,a
g,,9,
h,Holding,10,
i,Ink,11,h
j,Jay,12
"""
MOMENTS = range(1, 17)
TRIED = MOMENTS if EVERY_POINT else MOMENTS[::3]
"""Behind which batch it is broken off: four times all four, of which some are tried."""


class BrokenOffError(Exception):
    """Stands for the end of the process."""


def a_mapping(text: str = ACCOUNTS) -> FileMapping:
    mapping = mapping_files.read(dedent(text).encode())
    assert not isinstance(mapping, MappingFault), mapping.message
    return mapping


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "BATCH_ROWS", 3)


def a_file(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return a_file(tmp_path / "file.csv", ROWS)


@dataclass(frozen=True, slots=True)
class Whole:
    """What an import leaves that is not broken off."""

    report: ImportReport
    rejects: bytes
    left: Mapping[str, Any]


@pytest.fixture(scope="module")
async def whole(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Whole:
    ctx = await a_home(database, "whole-import")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, "BATCH_ROWS", 3)
        report = await imported(ctx, a_file(tmp_path_factory.mktemp("whole") / "file.csv", ROWS))
    assert report.rejects is not None
    return Whole(report, report.rejects.read_bytes(), await left_by(ctx))


async def a_home(database: Database, tenant: str) -> Context:
    context = a_context(database, TenantId(tenant), Clock())
    await create_tenant(context, "Test", "UTC")
    return context


async def imported(ctx: Context, path: Path, mapping: FileMapping | None = None) -> ImportReport:
    report = await import_file(ctx, mapping or a_mapping(), path)
    assert isinstance(report, ImportReport), report.message
    return report


async def left_by(ctx: Context) -> dict[str, Any]:
    """All that an import leaves: accounts with parents and versions, and the number of events."""
    accounts = await ctx.stores.accounts.all()
    names = {each["_id"]: each["name"] for each in accounts}
    shown = {
        each["name"]: (each["employees"], names.get(each["parent_id"]), each["version"])
        for each in accounts
    }
    events = ctx.stores.database["events"]
    return {**shown, "events": await events.count_documents({"tenant": ctx.viewer.tenant})}


def told_alike(report: ImportReport) -> ImportReport:
    """The report as if all that was taken had been there: of the batch on its way it may have."""
    taken = report.created + report.updated + report.unchanged
    return replace(report, created=0, updated=0, unchanged=taken)


def after(times: int) -> Callable[[Progress], None]:
    """Breaks off once so many batches are done."""
    left = [times]

    def count(_: Progress) -> None:
        left[0] -= 1
        if left[0] <= 0:
            raise BrokenOffError

    return count


@pytest.mark.parametrize("moment", TRIED)
async def test_an_import_broken_off_behind_a_batch_goes_on_with_the_next(
    database: Database, tenant: TenantId, whole: Whole, path: Path, moment: int
) -> None:
    broken = await a_home(database, tenant)
    seen: list[Resumption] = []

    with pytest.raises(BrokenOffError):
        await import_file(broken, a_mapping(), path, progress=after(moment))
    report = await import_file(broken, a_mapping(), path, on_resumption=seen.append)

    assert isinstance(report, ImportReport)
    assert report.rejects is not None
    expected = replace(whole.report, rejects=report.rejects)
    assert told_alike(report) == told_alike(expected)
    assert report.rejects.read_bytes() == whole.rejects
    assert await left_by(broken) == whole.left
    assert len(seen) == 1
    assert seen[0] == Resumption(min(moment * 3 % 12 or 12, 12) + 1, moment > 4)


@pytest.mark.parametrize("moment", range(0, 16, 1 if EVERY_POINT else 5))
async def test_a_batch_that_was_stored_and_not_written_down_is_not_stored_twice(
    database: Database,
    tenant: TenantId,
    whole: Whole,
    path: Path,
    monkeypatch: pytest.MonkeyPatch,
    moment: int,
) -> None:
    broken = await a_home(database, tenant)
    add = ImportSteps.add

    async def break_off(self: ImportSteps, name: str, number: int, *rest: Any) -> bool:
        if number == moment:
            raise BrokenOffError
        return await add(self, name, number, *rest)

    with monkeypatch.context() as patch:
        patch.setattr(ImportSteps, "add", break_off)
        with pytest.raises(BrokenOffError):
            await import_file(broken, a_mapping(), path)
    report = await imported(broken, path)

    assert report.rejects is not None
    assert (report.rows, report.rejected) == (whole.report.rows, whole.report.rejected)
    assert (report.repeated, report.without_parent) == (1, 1)
    assert report.rejects.read_bytes() == whole.rejects
    assert await left_by(broken) == whole.left


async def broken_off(ctx: Context, path: Path) -> None:
    with pytest.raises(BrokenOffError):
        await import_file(ctx, a_mapping(), path, progress=after(2))


async def resumes(ctx: Context, path: Path, mapping: FileMapping, **options: Any) -> bool:
    seen: list[Resumption] = []
    report = await import_file(ctx, mapping, path, on_resumption=seen.append, **options)
    assert isinstance(report, ImportReport), report.message
    assert report.rows >= ROWS.count("\n") - 1
    return bool(seen)


@pytest.fixture
async def ctx(database: Database, tenant: TenantId) -> Context:
    return await a_home(database, tenant)


async def test_a_file_that_is_called_otherwise_is_taken_up_too(ctx: Context, path: Path) -> None:
    await broken_off(ctx, path)
    copy = a_file(path.with_name("copy.csv"), ROWS)

    assert await resumes(ctx, copy, a_mapping(), rejects_path=path.with_name("file.rejects.csv"))


async def test_a_finished_import_begins_again(ctx: Context, path: Path) -> None:
    await imported(ctx, path)

    assert not await resumes(ctx, path, a_mapping())


async def test_another_content_begins_again(ctx: Context, path: Path) -> None:
    await broken_off(ctx, path)
    a_file(path, ROWS + "k,Kit,13,\n")

    assert not await resumes(ctx, path, a_mapping())


async def test_another_mapping_begins_again(ctx: Context, path: Path) -> None:
    await broken_off(ctx, path)
    other = a_mapping(ACCOUNTS + '    phone = { constant = "1" }\n')

    assert not await resumes(ctx, path, other)


async def test_another_tenant_begins_at_the_first_row(
    database: Database, ctx: Context, path: Path
) -> None:
    await broken_off(ctx, path)

    assert not await resumes(await a_home(database, f"{ctx.viewer.tenant}-o"), path, a_mapping())


async def test_rejects_that_are_gone_begin_again(ctx: Context, path: Path) -> None:
    await broken_off(ctx, path)
    path.with_name("file.rejects.csv").unlink()

    assert not await resumes(ctx, path, a_mapping())
    assert len(path.with_name("file.rejects.csv").read_text().splitlines()) == 5


async def test_it_can_be_told_to_begin_again(ctx: Context, path: Path) -> None:
    await broken_off(ctx, path)

    assert not await resumes(ctx, path, a_mapping(), from_start=True)


async def test_what_was_broken_off_a_week_ago_begins_again(ctx: Context, path: Path) -> None:
    await broken_off(ctx, path)
    later = replace(ctx, now=lambda: ctx.now() + timedelta(days=7, seconds=1))

    assert not await resumes(later, path, a_mapping())


async def test_two_imports_of_one_file_at_a_time_are_one_too_many(
    ctx: Context, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add = ImportSteps.add

    async def add_after_another(self: ImportSteps, *step: Any) -> bool:
        await add(self, *step)
        return await add(self, *step)

    monkeypatch.setattr(ImportSteps, "add", add_after_another)

    refused = await import_file(ctx, a_mapping(), path)

    assert not isinstance(refused, ImportReport)
    assert (
        refused.message == "Another process is importing the same file now; this one has stopped."
    )
