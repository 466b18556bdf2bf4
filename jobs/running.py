"""A job is run: leased, worked off slice by slice, and finished or failed, once."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, TypeAlias, TypeVar

from domain.events import EventType
from domain.identifiers import JobId
from domain.jobs import JobStatus, ended
from execution.context import Context, Right
from execution.metrics import METRICS
from execution.tracing import span
from jobs.plans import JobFailed, Plan, Slice
from jobs.single_items import one_by_one, tried_again
from resolvers import stamps
from store.deployment import StoreFailure, in_short, is_passing
from store.driver import Document
from store.records import Change, Changed, Conflict, Missing

LEASE: Final = timedelta(seconds=30)
RENEW_SECONDS: Final = 10.0
"""How often a lease is renewed while a step goes on, however long that takes."""

MOST_FAILED_STEPS: Final = 5
REST: Final = timedelta(seconds=15)
"""How long a job is left alone after a step of it has failed."""

_SLICES: Final = METRICS.histogram(
    "quorum_job_slice_seconds", "How long slices of jobs took, by the kind of job.", "kind"
)
_log = logging.getLogger(__name__)

T = TypeVar("T")
Progress: TypeAlias = Callable[[Document], Awaitable[None]]


async def run(
    ctx: Context,
    id: JobId,
    plan: Plan,
    worker: str,
    *,
    progress: Progress | None = None,
    seconds: float | None = None,
    ending: asyncio.Event | None = None,
) -> bool:
    """Work a job off from wherever it stands, to its end or until the seconds are over.

    Once the process is `ending` it is given back after the slice at hand; who is cancelled gives it
    back at once.

    True when it has ended here, done or failed. Otherwise somebody else has it, or it can be gone
    on with: at once, or after a rest where a step has failed. A worker runs a job once at a time.
    A step is done again if it was not noted, so it leaves things as they are where it has been.
    """
    ctx.viewer.require(Right.RUN_JOBS)
    job = await ctx.stores.jobs.lease(id, worker, ctx.now(), LEASE)
    if job is None:
        return False
    deadline = None if seconds is None else _clock() + seconds
    try:
        return await _Run(ctx, id, plan, worker, progress, deadline, ending).go_on(job)
    except asyncio.CancelledError:
        await asyncio.shield(_give_back(ctx, id, worker))
        raise
    except Exception as error:
        if not is_passing(error):
            raise
        _log.warning("Job %s goes on when MongoDB answers: %s", id, in_short(error))
        await _give_back(ctx, id, worker)
        return False


async def _give_back(ctx: Context, id: JobId, worker: str) -> None:
    """Let others go on with the job, unless MongoDB is away: then its lease runs out."""
    with suppress(StoreFailure):
        await ctx.stores.jobs.give_back(id, worker, ctx.now())


@dataclass(frozen=True, slots=True)
class _Run:
    """A job in the hands of a worker, up to a deadline of the event loop's clock or its end."""

    ctx: Context
    id: JobId
    plan: Plan
    worker: str
    progress: Progress | None
    deadline: float | None
    ending: asyncio.Event | None

    @property
    def is_over(self) -> bool:
        """Whether the job is to be given back after the slice at hand."""
        if self.ending is not None and self.ending.is_set():
            return True
        return self.deadline is not None and _clock() >= self.deadline

    async def go_on(self, job: Document) -> bool:
        while True:
            try:
                counted = await self._kept(self._with_total(job))
                done = None if counted is None else await self._kept(self._slice(counted))
            except JobFailed as failure:
                return await self._finish(str(failure))
            except Exception as error:
                if is_passing(error):
                    raise
                return await self._failed_step(error)
            if done is None:
                _log.warning("Job %s is left to whoever has taken it meanwhile.", self.id)
                return False
            if done.after is None:
                return await self._finish(None)
            following = await self._advance(job, done.after, done)
            if following is None:
                return False
            if self.is_over:
                await self.ctx.stores.jobs.give_back(self.id, self.worker, self.ctx.now())
                return False
            job = following

    async def _with_total(self, job: Document) -> Document:
        if job["progress"]["total"] is not None:
            return job
        total = await self.plan.total(self.ctx, job)
        if total is None:
            return job
        now = self.ctx.now()
        await self.ctx.stores.jobs.note_total(self.id, self.worker, total, now)
        return {**job, "progress": {**job["progress"], "total": total, "since": now}}

    async def _slice(self, job: Document) -> Slice:
        if self.progress is not None:
            await self.progress(job)
        begun = _clock()
        attributes = {"quorum.job_id": self.id, "quorum.job_kind": job["kind"]}
        try:
            with span("slice of a job", attributes):
                return await self._worked_off(job)
        finally:
            _SLICES.observe(_clock() - begun, job["kind"])

    async def _worked_off(self, job: Document) -> Slice:
        items = self.plan.items
        if items is not None and job.get("to_retry"):
            return await tried_again(self.ctx, job, items)
        try:
            return await self.plan.step(self.ctx, job)
        except JobFailed:
            raise
        except Exception as error:
            if items is None or is_passing(error):
                raise
            _log.warning("A slice of job %s fails; it is done item by item.", self.id)
            return await one_by_one(self.ctx, job, items, error)

    async def _kept(self, work: Coroutine[Any, Any, T]) -> T | None:
        """What the work gives; None when the lease was lost meanwhile, which ends the work."""
        working = asyncio.create_task(work)
        renewing = asyncio.create_task(self._renew())
        try:
            await asyncio.wait((working, renewing), return_when=asyncio.FIRST_COMPLETED)
            return working.result() if working.done() else renewing.result()
        finally:
            working.cancel()
            renewing.cancel()
            await asyncio.gather(working, renewing, return_exceptions=True)

    async def _renew(self) -> None:
        """Renew the lease for as long as it is this worker's."""
        until = self.ctx.now() + LEASE
        while self.ctx.now() < until:
            await asyncio.sleep(RENEW_SECONDS)
            now = self.ctx.now()
            try:
                if not await self.ctx.stores.jobs.renew(self.id, self.worker, now, LEASE):
                    return
            except StoreFailure as error:
                _log.warning("Job %s: its lease is not renewed: %s", self.id, in_short(error))
            else:
                until = now + LEASE

    async def _advance(self, job: Document, after: str, done: Slice) -> Document | None:
        """The job with a finished slice noted; None when it is somebody else's by now."""
        jobs = self.ctx.stores.jobs
        is_noted = await jobs.advance(
            self.id,
            self.worker,
            job["cursor"],
            after,
            counts=done.counts,
            failures=done.failures,
            retried=job.get("to_retry") or (),
            now=self.ctx.now(),
            length=LEASE,
        )
        return await jobs.one(self.id) if is_noted else None

    async def _failed_step(self, error: Exception) -> bool:
        """Note that a step has failed for no known reason; whether that ends the job."""
        failed = await self.ctx.stores.jobs.note_failed_step(self.id, self.worker)
        _log.error("A step of job %s has failed (%d).", self.id, failed, exc_info=error)
        if failed < MOST_FAILED_STEPS:
            await self.ctx.stores.jobs.give_back(self.id, self.worker, self.ctx.now(), REST)
            return False
        return await self._finish(f"One step failed {failed} times; the server's log says why.")

    async def _finish(self, failure: str | None) -> bool:
        """End the job, with the reason why it cannot go on if that is so; whether it has ended.

        It has not if somebody paused or cancelled it, or took it, meanwhile.
        """
        ctx = self.ctx
        type = EventType.JOB_FAILED if failure else EventType.JOB_FINISHED

        def decide(job: Document) -> Change | None:
            lease = job["lease"]
            is_running = job["status"] == JobStatus.RUNNING.value
            if not is_running or lease is None or lease["owner"] != self.worker:
                return None
            failures = job.get("failure_count", 0)
            status = JobStatus.FAILED if failure else ended(failures)
            after = {"status": status.value, "progress": job["progress"], "failure": failure}
            after |= {"failures": failures} if failures else {}
            marks = {"lease": None, "finished_at": ctx.now(), **stamps.updated(ctx)}
            event = stamps.event(ctx, type, self.id, after=after)
            return Change({"status": status.value, "failure": failure, **marks}, (event,))

        match await ctx.stores.jobs.change(self.id, decide):
            case Conflict():
                _log.warning("Job %s could not be finished; its lease will run out.", self.id)
                return False
            case Changed():
                return True
            case Missing() | None:
                return False


def _clock() -> float:
    return asyncio.get_running_loop().time()
