from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from domain.attributes import attribute
from domain.conditions import ALWAYS, AttributeTest
from domain.identifiers import JobId
from domain.operators import Operator
from execution.context import Context
from jobs import creation, kinds
from jobs.kinds import run_job, run_open_jobs
from jobs.running import LEASE
from resolvers import audiences, jobs
from resolvers.audiences import Membership
from resolvers.outcomes import NotFound
from store.driver import Document
from tests.contexts import Clock, a_context
from tests.worlds import an_interest, some_accounts, some_people

NAMES = [f"Account {letter}" for letter in "ABCDEFG"]


@pytest.fixture(autouse=True)
def small_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(creation, "ACCOUNTS_AT_ONCE", 3)


async def everybody(ctx: Context) -> str:
    made = await audiences.create_account_audience(ctx, "Everybody", None, Membership(ALWAYS))
    assert isinstance(made, str)
    return made


async def a_creation_job(ctx: Context, audience: str | None = None) -> JobId:
    ids = await some_accounts(ctx, *NAMES)
    for name in NAMES[:4]:
        letter = name[-1].lower()
        await some_people(ctx, ids[name], {f"ada{letter}": "Chief", f"bo{letter}": "Engineer"})
    interest = await an_interest(ctx)
    job = await jobs.start_creation_job(ctx, interest, audience or await everybody(ctx))
    assert isinstance(job, str)
    return job


async def job_document(ctx: Context, id: JobId) -> Document:
    document = await ctx.stores.jobs.one(id)
    assert document is not None
    return document


async def groups_and_members(ctx: Context) -> dict[str, int]:
    return {group["name"]: group["member_count"] for group in await ctx.stores.groups.all()}


EXPECTED = {f"Security for {name}": 2 if place < 4 else 0 for place, name in enumerate(NAMES)}


async def test_every_account_of_the_audience_gets_its_group(home: Context) -> None:
    job = await a_creation_job(home)

    assert await run_job(home, job, "worker")

    assert await groups_and_members(home) == EXPECTED
    done = await job_document(home, job)
    assert done["status"] == "done"
    assert done["progress"] == {
        "accounts": 7,
        "done": 7,
        "groups_created": 7,
        "members_assigned": 8,
        "groups_changed": 0,
    }


async def test_an_audience_by_rule_holds_only_the_accounts_it_finds(home: Context) -> None:
    name = attribute("account.name")
    assert name is not None
    rule = AttributeTest(name, Operator.IS_ANY_OF, ("account a", "ACCOUNT G"))
    audience = await audiences.create_account_audience(home, "Two", None, Membership(rule))
    assert isinstance(audience, str)

    job = await a_creation_job(home, audience)
    await run_job(home, job, "worker")

    assert set(await groups_and_members(home)) == {
        "Security for Account A",
        "Security for Account G",
    }


class Killed(BaseException):
    """The process ends here; nothing below catches it."""


class Kill:
    """Ends the process at its n-th call of the store."""

    def __init__(self, at: int) -> None:
        self.left = at
        self.has_killed = False

    def before(self, call: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def called(*arguments: Any, **named: Any) -> Any:
            self._count()
            answer = await call(*arguments, **named)
            self._count()
            return answer

        return called

    def _count(self) -> None:
        self.left -= 1
        if self.left < 0:
            self.has_killed = True
            raise Killed


@pytest.mark.parametrize("at", range(31))
async def test_a_killed_job_goes_on_and_makes_and_counts_nothing_twice(
    home: Context, clock: Clock, at: int
) -> None:
    job = await a_creation_job(home)
    kill = Kill(at)
    dying = a_context(home.stores.database, home.viewer.tenant, clock)
    for store, methods in (
        (dying.stores.groups, ("insert_many", "created_by")),
        (dying.stores.jobs, ("lease", "advance", "note_size", "change")),
        (dying.stores.accounts, ("found",)),
        (dying.stores.people, ("found",)),
    ):
        for method in methods:
            setattr(store, method, kill.before(getattr(store, method)))
    with pytest.raises(Killed):
        await run_job(dying, job, "first")
    assert kill.has_killed
    clock.forward(LEASE + timedelta(seconds=1))

    await run_open_jobs(home, "second")

    assert await groups_and_members(home) == EXPECTED
    finished = await job_document(home, job)
    assert finished["status"] == "done"
    progress = finished["progress"]
    assert (progress["done"], progress["groups_created"], progress["members_assigned"]) == (7, 7, 8)


async def test_a_job_is_one_workers_until_its_lease_runs_out(home: Context, clock: Clock) -> None:
    job = await a_creation_job(home)
    assert await home.stores.jobs.lease(job, "first", clock(), LEASE)

    assert not await run_job(home, job, "second")
    clock.forward(LEASE)
    assert await run_job(home, job, "second")

    assert (await job_document(home, job))["status"] == "done"


async def test_a_job_that_cannot_go_on_says_why(home: Context) -> None:
    job = await a_creation_job(home)
    await home.stores.audiences.collection.delete_many({"tenant": home.viewer.tenant})

    assert await run_open_jobs(home, "worker") == 1

    failed = await job_document(home, job)
    assert (failed["status"], failed["failure"]) == ("failed", "The account audience is gone.")
    assert await home.stores.groups.count() == 0


async def test_a_job_for_something_unknown_is_refused(home: Context) -> None:
    interest = await an_interest(home)

    assert await jobs.start_creation_job(home, "si_nothing", "aud_nothing") == NotFound(
        "solution interest", "si_nothing"
    )
    assert await jobs.start_creation_job(home, interest, "aud_nothing") == NotFound(
        "account audience", "aud_nothing"
    )
    assert await home.stores.jobs.count() == 0


def test_every_kind_of_job_has_its_step() -> None:
    assert set(kinds.STEPS) == set(jobs.JobKind)
