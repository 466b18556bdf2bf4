"""Groups a second: creation, maintenance, and a template's changed requirement.

    python -m bench.creation [--accounts 10000] [--people 100000] [--profile]

Accounts, people and their activity days are stored as they are, without a mutation; everything
measured then goes the way it goes in a server: jobs with their leases, events relayed, groups
scored. Below each figure stands where the time went, by the calls of the stores; a call waits for
the database and for this process, and relaying is part of what calls it.
"""

import argparse
import asyncio
import cProfile
import pstats
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from bench.figures import processor_time, show
from bench.ground import Ground, ground
from domain.conditions import ALWAYS
from domain.folding import fold, words
from domain.identifiers import JobId
from execution.context import Context
from jobs.kinds import run_job
from resolvers import audiences, jobs, members_required, scoring
from resolvers.audiences import AudienceAccounts
from resolvers.members_required import MembersRequired
from server.commands_import import collect_less_often
from store.driver import Document
from tests.worlds import an_interest, some_accounts, some_people

AT_ONCE = 5_000
TITLES = ("Chief Officer", "Engineer", "Clerk", "Engineer", "Assistant")
WATCHED = (
    ("accounts", "found"),
    ("accounts", "by_ids"),
    ("people", "found"),
    ("groups", "insert_many"),
    ("groups", "change_all"),
    ("groups", "by_ids"),
    ("groups", "found"),
    ("groups", "below_revision"),
    ("groups", "created_by"),
    ("scoring", "score_groups"),
    ("scoring", "score_marked_groups"),
    ("scoring", "announce"),
    ("deletions", "among"),
    ("relay", "forward"),
    ("jobs", "advance"),
)


async def fill(ctx: Context, accounts: int, people: int) -> None:
    """Accounts and people like one that was stored the usual way; each fifth person has acted."""
    [account] = (await some_accounts(ctx, "Pattern")).values()
    [person] = (await some_people(ctx, account, {"pattern": "Clerk"})).values()
    patterns = [await ctx.stores.accounts.one(account), await ctx.stores.people.one(person)]
    ids = [f"acc_{number:026d}" for number in range(accounts)]
    today = ctx.now().date()

    def an_account(number: int) -> Document:
        name = f"Account {number}"
        own = {"_id": ids[number], "name": name, "search": list(words(name)), "keys": {}}
        return {**(patterns[0] or {}), **own, "folded": {"name": fold(name)}}

    def a_person(number: int) -> Document:
        title, name = TITLES[number // accounts % len(TITLES)], f"Person {number}"
        relation = {"account_id": ids[number % accounts], "relation": "employee", "roles": []}
        own = {"_id": f"per_{number:026d}", "name": name, "job_title": title, "keys": {}}
        folded = {"name": fold(name), "job_title": fold(title), "email": f"p{number}@example.com"}
        return {**(patterns[1] or {}), **own, "relations": [relation], "folded": folded}

    def a_day(number: int) -> Document:
        person, day = (
            f"per_{number * 5 + number % 5:026d}",
            (today - timedelta(days=number % 28)).isoformat(),
        )
        own = {"_id": f"{ctx.viewer.tenant}|{person}|{day}", "person_id": person, "day": day}
        counts = [{"type": "click link", "count": number % 7 + 1}]
        return {**own, "tenant": ctx.viewer.tenant, "schema_version": 1, "counts": counts}

    for name, build, count in (
        ("accounts", an_account, accounts),
        ("people", a_person, people),
        ("activity_days", a_day, people // 5),
    ):
        for start in range(0, count, AT_ONCE):
            rows = [build(number) for number in range(start, min(start + AT_ONCE, count))]
            await ctx.stores.database[name].insert_many(rows, ordered=False)
    await ctx.stores.people.collection.delete_one({"_id": person})
    await ctx.stores.accounts.collection.delete_one({"_id": account})


class Watch:
    """How long the stores' calls took, and how long the processors worked."""

    def __init__(self, ctx: Context, mongod: int | None) -> None:
        self._mongod = mongod
        self._seconds: dict[str, float] = {}
        for store, method in WATCHED:
            owner = getattr(ctx.stores, store)
            setattr(owner, method, self._timed(f"{store}.{method}", getattr(owner, method)))

    def _timed(
        self, name: str, call: Callable[..., Awaitable[Any]]
    ) -> Callable[..., Awaitable[Any]]:
        async def timed(*arguments: Any, **named: Any) -> Any:
            start = time.perf_counter()
            try:
                return await call(*arguments, **named)
            finally:
                passed = time.perf_counter() - start
                self._seconds[name] = self._seconds.get(name, 0.0) + passed

        return timed

    def _of_mongod(self) -> float:
        return processor_time(self._mongod) if self._mongod else 0.0

    @contextmanager
    def measured(self, what: str, groups: int, profiler: cProfile.Profile | None) -> Iterator[None]:
        """Print how many groups a second the block went through, and where the time went."""
        self._seconds.clear()
        start, own, mongods = time.perf_counter(), time.process_time(), self._of_mongod()
        if profiler:
            profiler.enable()
        yield
        if profiler:
            profiler.disable()
        seconds = time.perf_counter() - start
        show(what, groups / seconds, "groups/s", f"{groups:,} in {seconds:.1f} s")
        show("    processor time of this process", time.process_time() - own, "s")
        show("    processor time of mongod", self._of_mongod() - mongods, "s")
        for name, spent in sorted(self._seconds.items(), key=lambda each: -each[1]):
            if spent >= seconds / 50:
                show(f"    {name}", spent, "s")
        if profiler:
            pstats.Stats(profiler).sort_stats("tottime").print_stats(30)


async def run(accounts: int, people: int, *, is_profiled: bool = False) -> None:
    """Measure on so many accounts and people."""
    async with ground() as where:
        await _run(where, accounts, people, is_profiled)


async def _run(where: Ground, accounts: int, people: int, is_profiled: bool) -> None:
    ctx = where.ctx
    start = time.perf_counter()
    await fill(ctx, accounts, people)
    show("accounts and people stored", time.perf_counter() - start, "s")
    start = time.perf_counter()
    await scoring.run_scoring(ctx)
    show("people scored for the first time", time.perf_counter() - start, "s")
    watch = Watch(ctx, where.mongod_pid)

    def measured(what: str) -> Any:
        return watch.measured(what, accounts, cProfile.Profile() if is_profiled else None)

    everybody = await audiences.create_account_audience(
        ctx, "Everybody", None, AudienceAccounts(ALWAYS)
    )
    assert isinstance(everybody, str)
    interest = await an_interest(ctx)
    creation = await jobs.start_creation_job(ctx, interest, everybody)
    with measured("creation, relayed and scored"):
        await worked_off(ctx, creation)
    with measured("maintenance, nothing new"):
        await worked_off(ctx, await jobs.start_maintenance_job(ctx))
    await ctx.stores.people.collection.update_many(
        {"job_title": "Assistant"},
        {"$set": {"job_title": "Engineer", "folded.job_title": "engineer"}},
    )
    with measured("maintenance, one or two people more in each group"):
        await worked_off(ctx, await jobs.start_maintenance_job(ctx))
    [template] = await ctx.stores.role_templates.all()
    with measured("a changed requirement"):
        await required(ctx, template["_id"], 7)


async def required(ctx: Context, template: str, count: int) -> None:
    """Let a template need so many practitioners, and recompute every group."""
    changed = await members_required.change_members_required(ctx, template, "Practitioner", count)
    assert isinstance(changed, MembersRequired), changed
    if changed.job is not None:
        await worked_off(ctx, changed.job)
    while await members_required.recompute_behind(ctx):
        pass


async def worked_off(ctx: Context, job: object) -> None:
    """Do all of a job."""
    assert isinstance(job, str)
    assert await run_job(ctx, JobId(job), "bench")
    done = await ctx.stores.jobs.one(job)
    assert done is not None
    assert done["status"] == "done", done["failure"]


def main() -> None:
    """The command."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--accounts", type=int, default=10_000)
    arguments.add_argument("--people", type=int, default=100_000)
    arguments.add_argument("--profile", action="store_true", help="where this process' time goes")
    given = arguments.parse_args()
    collect_less_often()
    asyncio.run(run(given.accounts, given.people, is_profiled=given.profile))


if __name__ == "__main__":
    main()
