"""Jobs whose process is killed at any of its writes, and what is left once another has ended them.

The world a job works in is built once and put back before every run, so that whatever differs in
the end was made different by the kill. A write is interrupted twice: before it reaches MongoDB,
and when it is done but its answer is lost.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

import pytest
from motor import motor_asyncio

from domain.identifiers import JobId
from execution.context import Context
from jobs import worker
from jobs.kinds import run_job, run_open_jobs
from jobs.running import LEASE
from store.driver import Database, Document
from store.relay import OUTBOXES
from tests.contexts import Clock, a_context
from tests.killing import Killed

LEAST_BETWEEN: Final = LEASE + timedelta(seconds=1)
KEPT_BESIDE_OUTBOXES: Final = ("events", "activity_days", "identities")

_WRITES: Final = (
    "insert_one",
    "insert_many",
    "update_one",
    "update_many",
    "delete_one",
    "delete_many",
    "bulk_write",
    "find_one_and_update",
    "find_one_and_delete",
)
_VOLATILE: Final = frozenset(
    {
        "at",
        "since",
        "created_at",
        "updated_at",
        "computed_at",
        "joined_at",
        "left_at",
        "refreshed_at",
        "run_number",
        "event_id",
        "position",
        "scoring_runs_begun",
        "groups_made",
        "tenant",
    }
)
_RUNS: Final = frozenset({"run_id", "run"})
_OF_RUNNING: Final = frozenset({"version", "started_at", "finished_at", "cursor", "created_by"})


@dataclass(slots=True)
class Death:
    """A process that dies at its n-th place, from 0; None only counts the places."""

    at: int | None
    places: int = 0
    has_come: asyncio.Event = field(default_factory=asyncio.Event)

    def pass_place(self) -> None:
        """Die here, or pass; whoever has died does nothing any more."""
        if self.at is not None and self.places >= self.at:
            self.has_come.set()
            raise Killed
        self.places += 1


_dying: ContextVar[Death | None] = ContextVar("_dying", default=None)


def _mortal(call: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    async def called(*arguments: Any, **named: Any) -> Any:
        death = _dying.get()
        if death is None:
            return await call(*arguments, **named)
        death.pass_place()
        answer = await call(*arguments, **named)
        death.pass_place()
        return answer

    return called


@contextmanager
def mortal_driver() -> Iterator[None]:
    """Count, within the block, every write and every commit of those who may die."""
    session, cursor = (
        motor_asyncio.AsyncIOMotorClientSession,
        motor_asyncio.AsyncIOMotorCommandCursor,
    )
    calls: list[tuple[Any, str]] = [
        (motor_asyncio.AsyncIOMotorCollection, name) for name in _WRITES
    ]
    calls += [(session, "commit_transaction"), (cursor, "to_list")]  # where pipelines write
    with pytest.MonkeyPatch.context() as patch:
        for owner, name in calls:
            patch.setattr(owner, name, _mortal(getattr(owner, name)))
        yield


@dataclass(frozen=True, slots=True)
class World:
    """A tenant as a job finds it: all its documents, the job, and the moment."""

    ctx: Context
    job: JobId
    documents: dict[str, list[Document]]


async def a_world(ctx: Context, job: JobId) -> World:
    """What the tenant holds now."""
    return World(ctx, job, await held_by(ctx.stores.database, ctx.viewer.tenant))


async def interrupted(world: World, clock: Clock, at: int | None) -> Death:
    """Put the world back, run the job until its process dies, and have another finish it."""
    await put_back(world)
    death, ended = await cut_off(run_job(a_process(world, clock), world.job, "first"), at)
    if at is None:
        assert ended is True
    clock.forward(LEAST_BETWEEN)
    another = a_process(world, clock)
    await caught_up(another)
    clock.forward(-LEAST_BETWEEN)
    job = await another.stores.jobs.one(world.job)
    assert job is not None
    assert (job["status"], job["failure"], job["lease"]) == ("done", None, None)
    return death


async def cut_off(work: Coroutine[Any, Any, object], at: int | None) -> tuple[Death, object]:
    """Do work in a process of its own until that dies, and what came of it."""
    death = Death(at)
    _dying.set(death)
    dying = asyncio.create_task(work)
    _dying.set(None)
    dead = asyncio.create_task(death.has_come.wait())
    await asyncio.wait((dying, dead), return_when=asyncio.FIRST_COMPLETED)
    dying.cancel()
    dead.cancel()
    [ended, _] = await asyncio.gather(dying, dead, return_exceptions=True)
    return death, ended


async def caught_up(ctx: Context) -> None:
    """What a worker does by and by: jobs, what is due, and outboxes that were left."""
    await run_open_jobs(ctx, "second")
    await worker.recompute_behind(ctx)
    await worker.score_due_groups(ctx)
    await worker.sweep(ctx)


async def end_state(world: World) -> dict[str, list[str]]:
    """All that the tenant holds, without moments and random ids; events without their order.

    Every event has been given one position, without a gap.
    """
    held = await held_by(world.ctx.stores.database, world.ctx.viewer.tenant)
    positions = sorted(event["position"] for event in held["events"])
    assert positions == list(range(1, len(positions) + 1))
    assert len({event["event_id"] for event in held["events"]}) == len(positions)
    return {
        name: sorted(repr(_lasting(document, name)) for document in documents)
        for name, documents in held.items()
    }


def a_process(world: World, clock: Clock) -> Context:
    """A context whose stores remember nothing."""
    return a_context(world.ctx.stores.database, world.ctx.viewer.tenant, clock)


def _lasting(document: Document, collection: str) -> Any:
    dropped = _VOLATILE | (_OF_RUNNING if collection == "jobs" else frozenset())
    dropped |= {"_id"} if collection == "events" else set()

    def lasting(value: Any) -> Any:
        if isinstance(value, dict):
            kept = {key: lasting(part) for key, part in value.items() if key not in dropped}
            for run in _RUNS & kept.keys():
                kept[run] = kept[run] is not None
            return dict(sorted(kept.items()))
        return [lasting(part) for part in value] if isinstance(value, list) else value

    return lasting(document)


async def held_by(database: Database, tenant: str) -> dict[str, list[Document]]:
    """All documents of a tenant that long work changes, by collection."""

    async def held(name: str) -> list[Document]:
        cursor = database[name].find({"tenant": tenant}, sort=[("_id", 1)], batch_size=10_000)
        return [document async for document in cursor]

    names = (*OUTBOXES, *KEPT_BESIDE_OUTBOXES, "scoring_runs")
    return dict(zip(names, await asyncio.gather(*map(held, names)), strict=True))


async def put_back(world: World) -> None:
    """Let the tenant hold what it held when the world was noted."""
    database, tenant = world.ctx.stores.database, world.ctx.viewer.tenant
    now = await held_by(database, tenant)

    async def put_back_all(name: str) -> None:
        documents = {document["_id"]: document for document in world.documents[name]}
        is_there = {each["_id"]: each == documents.get(each["_id"]) for each in now[name]}
        wrong = [id for id, is_right in is_there.items() if not is_right]
        if wrong:
            await database[name].delete_many({"_id": {"$in": wrong}})
        missing = [document for id, document in documents.items() if not is_there.get(id)]
        if missing:
            await database[name].insert_many(missing)

    await asyncio.gather(*map(put_back_all, now))
