from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from pymongo.errors import AutoReconnect

from domain.identifiers import JobId
from domain.jobs import MOST_FAILURES_KEPT
from execution.context import Context
from jobs.kinds import run_job
from jobs.plans import Items, Plan, Slice
from jobs.running import run
from jobs.single_items import MOST_ALIKE
from resolvers import groups, jobs, maintenance
from resolvers.steering_jobs import retry_job
from store.driver import Document
from tests.resolvers.test_deleting_groups import a_job
from tests.schema.operations import operate
from tests.worlds import an_interest, some_accounts


class Counted:
    """A plan that goes through numbers, so many at once; some of them are broken."""

    def __init__(self, last: int, at_once: int, broken: Mapping[int, Exception]) -> None:
        self.last, self.at_once, self.broken = last, at_once, dict(broken)
        self.did: list[str] = []
        self.plan = Plan(self._total, self._step, Items(self._following, self._one))

    async def _total(self, ctx: Context, job: Document) -> int | None:
        return self.last

    async def _step(self, ctx: Context, job: Document) -> Slice:
        ids = await self._following(ctx, job)
        if not ids:
            return Slice(None, {})
        for id in ids:
            await self._one(ctx, job, id)
        return Slice(ids[-1], {"done": len(ids), "groups_changed": len(ids)})

    async def _following(self, ctx: Context, job: Document) -> Sequence[str]:
        first = int(job["cursor"] or 0) + 1
        return [str(n) for n in range(first, min(first + self.at_once, self.last + 1))]

    async def _one(self, ctx: Context, job: Document, id: str) -> Mapping[str, int]:
        if error := self.broken.get(int(id)):
            raise error
        self.did.append(id)
        return {"groups_changed": 1}


@pytest.fixture
async def job(home: Context) -> JobId:
    return await jobs.start_maintenance_job(home)  # type: ignore[return-value]  # of all groups


async def stored(ctx: Context, id: JobId) -> Document:
    document = await ctx.stores.jobs.one(id)
    assert document is not None
    return document


async def test_a_broken_item_is_noted_and_the_others_are_done(home: Context, job: JobId) -> None:
    counted = Counted(9, 4, {2: ValueError("a secret"), 7: KeyError("name")})

    assert await run(home, job, counted.plan, "worker")

    ended = await stored(home, job)
    assert (ended["status"], ended["failure"], ended["failure_count"]) == (
        "finished_with_failures",
        None,
        2,
    )
    assert ended["failures"] == [
        {
            "item_id": "2",
            "field": None,
            "reason": "unexpected error (ValueError); the server's log says more",
            "at": home.now(),
        },
        {
            "item_id": "7",
            "field": "name",
            "reason": "is missing; the server's log says more",
            "at": home.now(),
        },
    ]
    assert (ended["progress"]["done"], ended["progress"]["groups_changed"]) == (9, 7)
    finished = {"tenant": home.viewer.tenant, "type": "JOB_FINISHED"}
    [event] = await home.stores.database["events"].find(finished).to_list(None)
    assert (event["after"]["status"], event["after"]["failures"]) == ("finished_with_failures", 2)


async def test_what_has_failed_is_tried_again_and_only_that(home: Context, job: JobId) -> None:
    counted = Counted(9, 4, {2: ValueError("bug"), 7: ValueError("bug")})
    await run(home, job, counted.plan, "worker")
    counted.did.clear()
    del counted.broken[2]

    assert await retry_job(home, job) == job
    assert await run(home, job, counted.plan, "another")

    assert counted.did == ["2"]
    again = await stored(home, job)
    assert (again["status"], again["failure_count"], again["to_retry"]) == (
        "finished_with_failures",
        1,
        [],
    )
    assert [failure["item_id"] for failure in again["failures"]] == ["7"]
    counted.broken.clear()
    assert await retry_job(home, job) == job
    assert await run(home, job, counted.plan, "another")
    done = await stored(home, job)
    assert (done["status"], done["failures"], done["progress"]["groups_changed"]) == ("done", [], 9)


async def test_so_many_failures_are_named_and_all_are_counted(home: Context, job: JobId) -> None:
    count = MOST_FAILURES_KEPT + 10
    counted = Counted(2 * count, 50, {2 * n: ValueError("bug") for n in range(1, count + 1)})

    assert await run(home, job, counted.plan, "worker")

    ended = await stored(home, job)
    assert (ended["failure_count"], len(ended["failures"])) == (count, MOST_FAILURES_KEPT)
    assert ended["failures"][0]["item_id"] == "2"
    counted.broken.clear()
    counted.did.clear()
    assert await retry_job(home, job) == job
    assert await run(home, job, counted.plan, "worker")
    assert len(counted.did) == 2 * count
    done = await stored(home, job)
    assert (done["status"], done["progress"]["done"]) == ("done", 2 * count)


async def test_what_fails_everywhere_fails_the_step_and_no_item(home: Context, job: JobId) -> None:
    many = MOST_ALIKE + 1
    counted = Counted(many, many, {n: ValueError("bug") for n in range(1, many + 1)})

    assert not await run(home, job, counted.plan, "worker")

    resting = await stored(home, job)
    assert (resting["status"], resting["failed_steps"], resting["failures"]) == ("running", 1, [])


async def test_a_database_that_is_away_is_the_fault_of_no_item(home: Context, job: JobId) -> None:
    counted = Counted(3, 3, {2: AutoReconnect("connection closed")})

    assert not await run(home, job, counted.plan, "worker")

    assert (await stored(home, job))["failures"] == []
    counted.broken.clear()
    assert await run(home, job, counted.plan, "worker")
    assert (await stored(home, job))["status"] == "done"


async def test_an_account_that_breaks_creation_keeps_no_other_from_its_group(
    home: Context,
) -> None:
    accounts = await some_accounts(home, "Acme", "Bolt", "Cord")
    broken = accounts["Bolt"]
    await home.stores.accounts.collection.update_one({"_id": broken}, {"$unset": {"name": ""}})
    job = await a_job(home, await an_interest(home))

    assert await run_job(home, job, "worker")

    shown = await operate(
        home,
        """query ($id: ID!) { job(id: $id) {
          status failureCount failures { itemId field reason at }
          progress { total done groupsCreated }
          buyingGroups { totalCount nodes { name } } } }""",
        id=job,
    )
    assert shown["job"] == {
        "status": "FINISHED_WITH_FAILURES",
        "failureCount": 1,
        "failures": [
            {
                "itemId": broken,
                "field": "name",
                "reason": "is missing; the server's log says more",
                "at": "2026-05-04T12:00:00.000Z",
            }
        ],
        "progress": {"total": 3, "done": 3, "groupsCreated": 2},
        "buyingGroups": {
            "totalCount": 2,
            "nodes": [{"name": "Security for Acme"}, {"name": "Security for Cord"}],
        },
    }
    await home.stores.accounts.collection.update_one({"_id": broken}, {"$set": {"name": "Bolt"}})
    assert await retry_job(home, job) == job
    assert await run_job(home, job, "worker")
    done = await stored(home, job)
    assert (done["status"], done["progress"]["groups_created"]) == ("done", 3)


async def test_a_group_that_breaks_maintenance_keeps_no_other_from_its_own(
    home: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    accounts = await some_accounts(home, "Acme", "Bolt")
    interest = await an_interest(home)
    made = [await groups.create_buying_group(home, id, interest) for id in accounts.values()]
    job = await jobs.start_maintenance_job(home)
    assert isinstance(job, str)
    whole = maintenance.maintain_groups

    async def maintain(ctx: Context, ids: Sequence[Any], job: JobId | None = None) -> object:
        if made[0] in ids:
            raise ValueError("bug")
        return await whole(ctx, ids, job)

    monkeypatch.setattr(maintenance, "maintain_groups", maintain)
    assert await run_job(home, job, "worker")

    ended = await stored(home, job)
    assert (ended["status"], [each["item_id"] for each in ended["failures"]]) == (
        "finished_with_failures",
        [made[0]],
    )
