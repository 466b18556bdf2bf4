from datetime import date, timedelta

import pytest

from domain.identifiers import JobId
from execution.context import Context
from jobs.kinds import run_job
from resolvers import jobs, scoring
from store.driver import Document
from tests.contexts import Clock
from tests.engagement_builders import a_group_of, acts, record, some_people

TODAY = date(2026, 5, 4)


@pytest.fixture(autouse=True)
def small_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scoring, "PEOPLE_AT_ONCE", 2)


async def scored(ctx: Context) -> tuple[Document, list[tuple[int | None, int]]]:
    """A scoring job worked off, and what it showed of itself on the way: total and done."""
    job: JobId = await jobs.start_scoring_job(ctx)
    shown: list[tuple[int | None, int]] = []

    async def show(job: Document) -> None:
        shown.append((job["progress"]["total"], job["progress"]["done"]))

    assert await run_job(ctx, job, "worker", show)
    document = await ctx.stores.jobs.one(job)
    assert document is not None
    return document, shown


async def test_the_first_run_goes_through_everybody_and_every_group(home: Context) -> None:
    ada, bo, *_ = await some_people(home, "ada", "bo", "cy", "dee", "eve")
    await record(home, acts(ada, "Click Link", TODAY, 2))
    await a_group_of(home, {ada: "role_d"})
    await a_group_of(home, {bo: "role_d"})

    job, shown = await scored(home)

    assert (job["progress"]["total"], job["progress"]["done"]) == (7, 7)
    # It begins; finds nothing that waits, nothing of another time zone, no rule for a source and no
    # run that was broken off, and counts one day; and finds no further one.
    assert shown[:3] == [(None, 0)] * 3
    assert {total for total, _ in shown[3:]} == {7}
    assert [done for _, done in shown[3:7]] == [0, 2, 4, 5]


async def test_a_later_run_goes_through_those_whose_window_has_changed(
    home: Context, clock: Clock
) -> None:
    ada, bo, cy = await some_people(home, "ada", "bo", "cy")
    await a_group_of(home, {ada: "role_d"})
    await scoring.run_scoring(home)
    await record(home, acts(bo, "Click Link", TODAY), acts(cy, "Click Link", TODAY))
    clock.forward(timedelta(days=1))

    job, _ = await scored(home)

    assert (job["progress"]["total"], job["progress"]["done"]) == (3, 3)


async def test_phases_without_anything_to_do_are_no_slices(home: Context) -> None:
    await scoring.run_scoring(home)

    _, shown = await scored(home)

    assert shown == [(None, 0), (None, 0), (0, 0)]
