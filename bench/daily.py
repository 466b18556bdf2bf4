"""What a day costs: the daily run over groups of which none, or one in a hundred, has changed.

    python -m bench.daily [--small]

One group an account, ten people each. The first daily run goes through everything; the next days
are held against it. The creation job is in force all the time, so that a run has all its parts:
creation, maintenance, scoring. Time passes by the clock of the contexts alone.
"""

import argparse
import asyncio
import time
from dataclasses import replace
from datetime import time as time_of_day
from datetime import timedelta
from typing import Final

from bench.creation import fill, required, worked_off
from bench.figures import show
from bench.ground import ground
from domain.conditions import ALWAYS
from domain.people import PersonItem
from domain.upserting import Applied
from execution.context import Context
from jobs.kinds import run_open_jobs
from jobs.schedule import start_due_jobs
from resolvers import audiences, jobs
from resolvers.audiences import AudienceAccounts
from resolvers.people import upsert_people
from server.commands_import import collect_less_often
from server.contexts import now
from tests.worlds import an_interest

AT: Final = time_of_day(0, 1)
PEOPLE_OF_EACH: Final = 10
ONE_IN: Final = 100
FALLEN_OUT: Final = timedelta(days=20)
"""Acts before that would fall out of the window in the days that are measured."""


def on_day(ctx: Context, days: int) -> Context:
    """The same so many days later."""
    return replace(ctx, now=lambda: now() + timedelta(days=days))


async def day_passes(ctx: Context) -> tuple[float, int]:
    """All of a day's run: its seconds, and how many groups its maintenance went through."""
    start = time.perf_counter()
    today = ctx.now().date().isoformat()
    while True:
        await start_due_jobs(ctx, AT)
        await run_open_jobs(ctx, "bench")
        tenant = await ctx.stores.tenants.own()
        if tenant and (tenant.get("daily") or {}).get("day") == today:
            break
    seconds = time.perf_counter() - start
    found = await ctx.stores.jobs.found({"day": today, "kind": "maintenance"})
    return seconds, sum(job["progress"]["done"] for job in found)


async def change_some(ctx: Context, accounts: int) -> None:
    """Give somebody in one of a hundred accounts another title, as an import would."""
    items = [
        PersonItem(id=f"per_{number:026d}", fields={"job_title": "Engineer"})
        for number in range(2 * accounts, 3 * accounts, ONE_IN)
    ]
    done = await upsert_people(ctx, items)
    assert isinstance(done, list)
    assert all(isinstance(each, Applied) for each in done), done


async def run(accounts: int) -> None:
    """Measure on so many accounts."""
    async with ground() as where:
        ctx = where.ctx
        await fill(ctx, accounts, accounts * PEOPLE_OF_EACH)
        oldest = (ctx.now() - FALLEN_OUT).date().isoformat()
        await ctx.stores.database["activity_days"].delete_many({"day": {"$lt": oldest}})
        everybody = await audiences.create_account_audience(
            ctx, "Everybody", None, AudienceAccounts(ALWAYS)
        )
        assert isinstance(everybody, str)
        interest = await an_interest(ctx)
        await worked_off(ctx, await jobs.start_creation_job(ctx, interest, everybody))

        full, groups = await day_passes(on_day(ctx, 1))
        show("the full run", full, "s", f"{groups:,} groups gone through")
        await _shown("a day without changes", on_day(ctx, 2), full)
        await change_some(on_day(ctx, 2), accounts)
        await _shown("a day with 1 % changed", on_day(ctx, 3), full)

        [template] = await ctx.stores.role_templates.all()
        start = time.perf_counter()
        await required(on_day(ctx, 3), template["_id"], 7)
        seconds = time.perf_counter() - start
        show("a changed requirement", accounts / seconds, "groups/s", f"{seconds:.1f} s")


async def _shown(what: str, ctx: Context, full: float) -> None:
    seconds, groups = await day_passes(ctx)
    show(what, seconds, "s", f"{groups:,} groups gone through")
    show("part of the full run", 100 * seconds / full, "%")


def main() -> None:
    """The command."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--accounts", type=int, default=10_000)
    arguments.add_argument("--small", action="store_true", help="100 accounts: no figures")
    given = arguments.parse_args()
    collect_less_often()
    asyncio.run(run(100 if given.small else given.accounts))


if __name__ == "__main__":
    main()
