import asyncio
from datetime import timedelta

import pytest

from domain.accounts import AccountItem
from domain.attributes import attribute
from domain.conditions import ALWAYS, AttributeTest, Condition
from domain.identifiers import AudienceId, JobId
from domain.operators import Operator
from execution.context import Context
from jobs.kinds import run_job, run_open_jobs
from resolvers import accounts, audience_drafts, audience_members, audiences, jobs
from resolvers.audience_refreshes import refresh_account_audience, start_due_refreshes
from resolvers.audiences import AudienceAccounts
from resolvers.deleting_accounts import delete_account
from resolvers.deleting_components import delete_account_audience
from resolvers.merging_accounts import merge_accounts
from store.driver import Document
from tests.contexts import Clock, a_context
from tests.killing import Kill, Killed, late
from tests.worlds import an_interest, some_accounts

HOUR = timedelta(hours=1)
JOINED, LEFT = "ACCOUNT_JOINED_AUDIENCE", "ACCOUNT_LEFT_AUDIENCE"


@pytest.fixture(autouse=True)
def small_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audience_members, "STRETCH", 2)


def named(beginning: str) -> Condition:
    name = attribute("account.name")
    assert name is not None
    return AttributeTest(name, Operator.STARTS_WITH, beginning)


async def an_audience(ctx: Context, rule: Condition, *, is_draft: bool = False) -> AudienceId:
    made = await audiences.create_account_audience(
        ctx, f"Audience {ctx.new_id('x')}", None, AudienceAccounts(rule), is_draft=is_draft
    )
    assert isinstance(made, str)
    return made


async def refreshed(ctx: Context, audience: AudienceId) -> Document:
    """The progress of a refresh that somebody asked for."""
    job = await refresh_account_audience(ctx, audience)
    assert isinstance(job, str)
    assert await run_job(ctx, JobId(job), "worker")
    return await progress(ctx, job)


async def progress(ctx: Context, job: str) -> Document:
    done = await ctx.stores.jobs.one(job)
    assert done is not None
    assert done["status"] == "done"
    return {key: done["progress"][key] for key in ("done", "accounts_joined", "accounts_left")}


async def members(ctx: Context, audience: AudienceId) -> dict[str, object]:
    """Since when accounts are members, by their names."""
    found = await ctx.stores.accounts.found({"audiences.audience_id": audience})
    return {each["name"]: each["audiences"][0]["joined_at"] for each in found}


async def told(ctx: Context, *types: str) -> list[tuple[str, str, str | None]]:
    """Events of these types in order: type, subject and account."""
    await ctx.stores.relay.sweep()
    found = ctx.stores.database["events"].find(
        {"tenant": ctx.viewer.tenant, "type": {"$in": list(types)}}, sort=[("position", 1)]
    )
    return [(e["type"], e["subject_id"], e.get("account_id")) async for e in found]


async def test_accounts_join_and_leave_as_the_rule_says(home: Context, clock: Clock) -> None:
    ids = await some_accounts(home, "Acme", "Ajax", "Bolt", "Avon", "Cyan")
    audience = await an_audience(home, named("A"))
    for _ in range(2):
        await start_due_refreshes(home)
    noon = home.now()
    assert await run_open_jobs(home, "worker") == 1
    assert await members(home, audience) == dict.fromkeys(("Acme", "Ajax", "Avon"), noon)
    clock.forward(HOUR)
    renamed = [(ids["Ajax"], "Zeta"), (ids["Cyan"], "Azure")]
    await accounts.upsert_accounts(
        home, [AccountItem(id=id, fields={"name": name}) for id, name in renamed]
    )
    versions = {each["_id"]: each["version"] for each in await home.stores.accounts.all()}

    counted = await refreshed(home, audience)

    assert counted == {"done": 5, "accounts_joined": 1, "accounts_left": 1}
    assert await members(home, audience) == {"Acme": noon, "Avon": noon, "Azure": home.now()}
    assert await told(home, JOINED, LEFT) == [
        *((JOINED, audience, ids[name]) for name in ("Acme", "Ajax", "Avon")),
        (LEFT, audience, ids["Ajax"]),
        (JOINED, audience, ids["Cyan"]),
    ]
    stored = await home.stores.audiences.one(audience) or {}
    assert (stored["refreshed_at"], stored["member_count"]) == (home.now(), 3)
    assert "refresh_due" not in stored
    found = home.stores.database["events"].find(
        {"subject_id": audience, "type": "ACCOUNT_AUDIENCE_REFRESHED"}, sort=[("position", 1)]
    )
    counts = [{k: v for k, v in e["after"].items() if k != "job_id"} async for e in found]
    assert counts == [
        {"joined": 3, "left": 0, "members": 3},
        {"joined": 1, "left": 1, "members": 3},
    ]
    assert versions == {e["_id"]: e["version"] for e in await home.stores.accounts.all()}
    assert await refreshed(home, audience) == {
        "done": 5,
        "accounts_joined": 0,
        "accounts_left": 0,
    }


async def test_two_refreshers_at_once_let_everybody_join_and_leave_once(
    home: Context, clock: Clock
) -> None:
    ids = await some_accounts(home, *(f"A{number}" for number in range(9)))
    audience = await an_audience(home, ALWAYS)
    rules = (named("A"), named("B"))
    for rule in rules:
        await audiences.update_account_audience(home, audience, None, AudienceAccounts(rule))
        both = [await refresh_account_audience(home, audience) for _ in range(2)]
        others = [a_context(home.stores.database, home.viewer.tenant, clock) for _ in both]
        runs = zip(others, both, strict=True)
        done = await asyncio.gather(*(run_job(c, JobId(str(j)), f"worker {j}") for c, j in runs))
        assert done == [True, True]
        counts = [await progress(home, str(job)) for job in both]
        crossed = "accounts_joined" if rule is rules[0] else "accounts_left"
        assert sum(each[crossed] for each in counts) == 9

    events = await told(home, JOINED, LEFT)
    assert sorted(events) == sorted(
        (type, audience, account) for type in (JOINED, LEFT) for account in ids.values()
    )
    assert await members(home, audience) == {}


async def test_a_refresh_that_was_broken_off_goes_on_and_follows_what_was_changed(
    home: Context,
) -> None:
    ids = await some_accounts(home, "Acme", "Ajax", "Avon", "Bolt", "Beta")
    audience = await an_audience(home, named("A"))
    job = await refresh_account_audience(home, audience)
    assert isinstance(job, str)
    assert not await run_job(home, job, "first", seconds=0)
    assert set(await members(home, audience)) == {"Acme", "Ajax"}

    await audiences.update_account_audience(home, audience, None, AudienceAccounts(named("B")))
    assert await run_job(home, job, "second")

    assert set(await members(home, audience)) == {"Bolt", "Beta"}
    assert await progress(home, job) == {"done": 5, "accounts_joined": 2, "accounts_left": 2}
    assert len(await told(home, JOINED)) == 4
    stored = await home.stores.audiences.one(audience) or {}
    assert (stored["revision"], stored["member_count"]) == (2, 2)
    assert "refresh_due" not in stored

    assert await delete_account(home, ids["Bolt"]) == ids["Bolt"]
    assert await merge_accounts(home, ids["Acme"], ids["Beta"]) == ids["Acme"]
    assert set((await told(home, LEFT))[2:]) == {
        (LEFT, audience, ids["Bolt"]),
        (LEFT, audience, ids["Beta"]),
    }
    assert await members(home, audience) == {}


async def test_a_deleted_audience_is_forgotten_by_its_accounts(home: Context) -> None:
    await some_accounts(home, "Acme", "Bolt")
    audience = await an_audience(home, named("A"))
    await refreshed(home, audience)
    waiting = await refresh_account_audience(home, audience)

    assert await delete_account_audience(home, audience) == audience
    assert await run_job(home, JobId(str(waiting)), "worker")

    stored = await home.stores.accounts.all()
    assert [each.get("audiences", []) for each in stored] == [[], []]
    assert await told(home, LEFT) == []
    assert not await home.stores.deletions.is_unfinished(audience)


async def test_a_slice_killed_while_its_audience_is_deleted_leaves_no_members(
    home: Context, clock: Clock
) -> None:
    await some_accounts(home, "Acme", "Avon")
    audience = await an_audience(home, named("A"))
    waiting = await refresh_account_audience(home, audience)

    async def delete() -> None:
        assert await delete_account_audience(home, audience) == audience

    dying = a_context(home.stores.database, home.viewer.tenant, clock)
    late(dying, "audience_members", "cross", delete)
    Kill(1).watch(dying, {"audience_members": ("cross",)})
    with pytest.raises(Killed):
        await run_job(dying, JobId(str(waiting)), "first")
    assert await home.stores.accounts.count_found({"audiences.audience_id": audience}) == 2

    clock.forward(HOUR)
    assert await run_job(home, JobId(str(waiting)), "second")

    assert await members(home, audience) == {}


async def test_creation_takes_the_members_its_refresh_has_left(home: Context) -> None:
    await some_accounts(home, "Acme", "Bolt", "Avon")
    audience = await an_audience(home, named("A"), is_draft=True)
    assert await audience_drafts.publish_account_audience(home, audience) == audience
    job = await jobs.start_creation_job(home, await an_interest(home), audience)
    assert isinstance(job, str)

    assert await run_job(home, job, "worker")

    assert await progress(home, job) == {"done": 2, "accounts_joined": 2, "accounts_left": 0}
    names = {group["name"] for group in await home.stores.groups.all()}
    assert names == {"Security for Acme", "Security for Avon"}
    assert set(await members(home, audience)) == {"Acme", "Avon"}
