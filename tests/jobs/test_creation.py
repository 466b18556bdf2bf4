from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from typing import Any

import pytest

from domain.attributes import attribute
from domain.conditions import ALWAYS, AttributeTest
from domain.identifiers import JobId, PersonId
from domain.jobs import JobKind
from domain.operators import Operator
from domain.role_templates import Weighting
from execution.context import Context
from jobs import creation
from jobs.kinds import PLANS, run_job, run_open_jobs
from jobs.running import LEASE
from resolvers import audiences, jobs, scoring
from resolvers.audiences import AudienceAccounts
from resolvers.outcomes import NotFound
from resolvers.role_templates import RoleEntry
from store.driver import Document
from tests.contexts import Clock, a_context
from tests.engagement_builders import acts, record
from tests.worlds import an_interest, some_accounts, some_people

TODAY = date(2026, 5, 4)
NAMES = [f"Account {letter}" for letter in "ABCDEFG"]


@pytest.fixture(autouse=True)
def small_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(creation, "ACCOUNTS_AT_ONCE", 3)


async def everybody(ctx: Context) -> str:
    made = await audiences.create_account_audience(ctx, "Everybody", None, AudienceAccounts(ALWAYS))
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
        "total": 7,
        "since": home.now(),
        "done": 7,
        "groups_created": 7,
        "members_assigned": 8,
        "groups_changed": 0,
    }


async def test_an_audience_by_rule_holds_only_the_accounts_it_finds(home: Context) -> None:
    name = attribute("account.name")
    assert name is not None
    rule = AttributeTest(name, Operator.IS_ANY_OF, ("account a", "ACCOUNT G"))
    audience = await audiences.create_account_audience(home, "Two", None, AudienceAccounts(rule))
    assert isinstance(audience, str)

    job = await a_creation_job(home, audience)
    await run_job(home, job, "worker")

    assert set(await groups_and_members(home)) == {
        "Security for Account A",
        "Security for Account G",
    }


async def test_a_tenant_that_was_never_scored_is_scored_before_its_first_groups(
    home: Context,
) -> None:
    [account] = (await some_accounts(home, "Acme")).values()
    people = await some_people(home, account, {"ada": "Chief", "bo": "Engineer", "cy": "Engineer"})
    ada, bo = PersonId(people["ada"]), PersonId(people["bo"])
    await record(home, acts(ada, "Click Link", TODAY, 16), acts(bo, "Click Link", TODAY, 4))
    level = attribute("person.engagement_score")
    assert level is not None
    engaged = RoleEntry(
        "Practitioner", Weighting.NORMAL, True, 1, AttributeTest(level, Operator.AT_LEAST, 50)
    )
    interest = await an_interest(home, [engaged])
    job = await jobs.start_creation_job(home, interest, await everybody(home))
    assert isinstance(job, str)

    assert await run_job(home, job, "worker")

    [group] = await home.stores.groups.all()
    assert set(group["member_ids"]) == {ada, bo}
    assert (group["engagement"]["raw"], "score_due" in group) == (37.947331922, False)
    progress = (await job_document(home, job))["progress"]
    assert (progress["total"], progress["done"], progress["members_assigned"]) == (1, 1, 2)


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


@pytest.mark.parametrize(
    ("is_scored", "at"),
    [
        *(pytest.param(True, at, id=f"call {at}") for at in range(50)),
        *(pytest.param(False, at, id=f"the first scoring, call {at}") for at in range(2, 24, 5)),
    ],
)
async def test_a_killed_job_goes_on_and_makes_and_counts_nothing_twice(
    home: Context, clock: Clock, is_scored: bool, at: int
) -> None:
    job = await a_creation_job(home)
    if is_scored:
        await scoring.run_scoring(home)
    kill = Kill(at)
    dying = a_context(home.stores.database, home.viewer.tenant, clock)
    for store, methods in (
        (dying.stores.groups, ("insert_many", "created_by")),
        (dying.stores.jobs, ("lease", "advance", "note_total", "change")),
        (dying.stores.scoring, ("score_groups", "announce")),
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
    for group in await home.stores.groups.all():
        assert "score_due" not in group
        assert group["engagement"]["version"] == group["version"]
        assert group["engagement"]["run_id"] is not None


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


def test_every_kind_of_job_has_its_plan() -> None:
    assert set(PLANS) == set(JobKind)
