from datetime import timedelta

from store.backlog import Backlog, OpenJobs, WaitingEvents
from store.driver import Database
from tests.builders import NOON


async def test_what_waits_is_told_whoever_it_belongs_to(database: Database) -> None:
    elsewhere = database.client[f"{database.name}_backlog"]
    until = NOON + timedelta(seconds=30)
    await elsewhere["people"].insert_many(
        [
            {"tenant": "a", "outbox": [{"at": NOON}, {"at": NOON + timedelta(1)}]},
            {"tenant": "a", "outbox": []},
        ]
    )
    await elsewhere["jobs"].insert_many(
        [
            {**a_job("a", "running", 3, 10), "lease": {"owner": "w", "until": until}},
            {**a_job("b", "running", 4, None), "lease": {"owner": "w", "until": NOON}},
            {**a_job("b", "waiting", 0, None), "outbox": [{"at": NOON - timedelta(hours=1)}]},
            a_job("b", "done", 9, 9),
        ]
    )
    await elsewhere["tenants"].insert_many([{"_id": "a"}, {"_id": "b"}])
    deliveries = [{"tenant": "a", "state": state} for state in ("pending", "pending", "delivered")]
    await elsewhere["webhook_deliveries"].insert_many(deliveries)
    backlog = Backlog(elsewhere)

    waiting = await backlog.waiting_events()
    jobs = await backlog.open_jobs(NOON)
    pending = await backlog.pending_deliveries()
    await database.client.drop_database(elsewhere.name)

    assert pending == 2
    assert waiting == WaitingEvents(2, NOON - timedelta(hours=1))
    assert sorted(jobs, key=lambda each: each.status) == [
        OpenJobs("scoring", "running", jobs=2, done=7, total=10, leased=1),
        OpenJobs("scoring", "waiting", jobs=1, done=0, total=0, leased=0),
    ]
    assert await backlog.waiting_events() == WaitingEvents(0, None)
    assert await backlog.open_jobs(NOON) == []


def a_job(tenant: str, status: str, done: int, total: int | None) -> dict[str, object]:
    progress = {"done": done, "total": total}
    return {"tenant": tenant, "kind": "scoring", "status": status, "progress": progress}
