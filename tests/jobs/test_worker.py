import asyncio

from execution.context import Context
from jobs.worker import work, work_once
from resolvers import jobs
from tests.builders import NOON
from tests.worlds import a_buying_group, an_interest, some_accounts, some_people


async def test_a_round_does_the_jobs_moves_events_and_scores_what_is_due(home: Context) -> None:
    ids = await some_accounts(home, "Acme")
    await some_people(home, ids["Acme"], {"ada": "Chief"})
    group = await a_buying_group(home, ids["Acme"], await an_interest(home))
    job = await jobs.start_scoring_job(home)
    left = {"event_id": f"evt_left_{group}", "type": "BUYING_GROUP_UPDATED", "at": NOON}
    await home.stores.groups.collection.update_one(
        {"_id": group}, {"$set": {"score_due": 1}, "$push": {"outbox": left}}
    )

    assert await work_once(home, "worker") == 1

    document = await home.stores.groups.one(group)
    finished = await home.stores.jobs.one(job)
    moved = await home.stores.database["events"].find_one({"event_id": left["event_id"]})
    assert document is not None
    assert finished is not None
    assert moved is not None
    assert (document["outbox"], document.get("score_due")) == ([], None)
    assert finished["status"] == "done"


async def test_a_worker_takes_up_a_job_that_is_started_while_it_works(home: Context) -> None:
    rounds = asyncio.Queue[None]()

    async def contexts() -> list[Context]:
        rounds.put_nowait(None)
        return [home]

    working = asyncio.create_task(work(contexts, "worker", pause=0.01))
    await rounds.get()
    job = await jobs.start_scoring_job(home)
    for _ in range(3):  # the round that may have begun before it, its own, and the next one
        await rounds.get()
    working.cancel()

    finished = await home.stores.jobs.one(job)
    assert finished is not None
    assert (finished["status"], finished["lease"], finished["failure"]) == ("done", None, None)
