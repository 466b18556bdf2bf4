"""Several processes activate weighting models at once: exactly one is active whenever one looks."""

import asyncio
import sys
from pathlib import Path

from domain.jobs import JobKind
from execution.context import Context
from resolvers import weighting_models
from resolvers.weighting_drafts import duplicate_weighting_model
from store.transactions import transaction

PROJECT = Path(__file__).parents[2]
PROCESSES = 2
DRAFTS = 4


async def states(ctx: Context) -> tuple[str, list[str]]:
    """Where the tenant points to, and what is active, read in one moment."""
    own = {"tenant": ctx.viewer.tenant}
    async with transaction(ctx.stores.database) as session:
        tenant = await ctx.stores.tenants.collection.find_one(own, session=session)
        models = ctx.stores.weighting_models.collection
        found = models.find({**own, "status": "active"}, {"_id": 1}, session=session)
        active = [each["_id"] async for each in found]
    assert tenant is not None
    return tenant["active_weighting_model_id"], active


async def activate(uri: str, ctx: Context, drafts: list[str]) -> list[str]:
    """What a process of its own says of activating these drafts."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.concurrency.activators"),
        *(uri, ctx.stores.database.name, ctx.viewer.tenant, *drafts),
        cwd=PROJECT,
        stdout=asyncio.subprocess.PIPE,
    )
    said, _ = await process.communicate()
    assert process.returncode == 0
    return said.decode().splitlines()


async def test_exactly_one_is_active_however_many_are_activated_at_once(
    home: Context, mongodb_uri: str
) -> None:
    first = await weighting_models.active(home)
    assert first is not None
    drafts = [await duplicate_weighting_model(home, first.id) for _ in range(DRAFTS)]
    ids: list[str] = [id for id in drafts if isinstance(id, str)]

    work = asyncio.gather(*(activate(mongodb_uri, home, ids) for _ in range(PROCESSES)))
    looks = []
    while not work.done():
        looks.append(await states(home))
        await asyncio.sleep(0.01)
    said = [line.split() for lines in await work for line in lines]

    pointed, active = await states(home)
    assert active == [pointed]
    assert [look for look in looks if look[1] != [look[0]]] == []
    won = sorted(id for id, answer in said if answer == "str")
    assert won == sorted(ids)
    assert {answer for _, answer in said} <= {"str", "WeightingModelNotDraft", "Conflict"}
    events = home.stores.database["events"].find(
        {"tenant": home.viewer.tenant, "type": "WEIGHTING_MODEL_ACTIVATED"}, sort=[("position", 1)]
    )
    told = [(event["before"], event["after"]) async for event in events]
    assert [before for before, _ in told[1:]] == [after for _, after in told[:-1]]
    jobs = await home.stores.jobs.found({"kind": JobKind.SCORING.value}, {"_id": 1})
    assert 1 <= len(jobs) <= DRAFTS  # one that nobody has begun does for all
