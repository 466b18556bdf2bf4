"""Event streams: events and jobs as they are followed, from a position on and for ever."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from datetime import timedelta

from domain.jobs import UNFINISHED, JobStatus
from execution.context import Context, Right
from store.deployment import StoreFailure, is_passing
from store.driver import Document
from store.event_tails import Batch
from store.wanted_events import Wanted


@dataclass(frozen=True, slots=True)
class CursorUnknown:
    """No event has this position: it is another tenant's, or that of another database."""

    position: int


@dataclass(frozen=True, slots=True)
class CursorExpired:
    """What comes after this position is older than what is told again."""

    position: int
    age: timedelta


async def beginning(ctx: Context, after: int | None) -> int | CursorUnknown | CursorExpired:
    """The position from which a reader goes on; without one, the last there is.

    A position never expires while all that follows it is young enough, however old it is itself.
    """
    ctx.viewer.require(Right.READ)
    if after is None:
        return await ctx.stores.event_log.last()
    if after > 0 and await ctx.stores.event_log.moment(after) is None:
        return CursorUnknown(after)
    following = await ctx.stores.event_log.moment(after + 1)
    if following is not None and following < ctx.now() - ctx.cursor_age:
        return CursorExpired(after, ctx.cursor_age)
    return after


async def follow(ctx: Context, after: int, wanted: Wanted) -> AsyncGenerator[Batch, None]:
    """The viewer's events beyond a position, in order; who may see them is asked of each batch."""
    ctx.viewer.require(Right.READ)
    feed = ctx.stores.feed.after(ctx.viewer.tenant, after, wanted)
    async with aclosing(feed) as batches:
        async for batch in batches:
            ctx.viewer.require(Right.READ)
            if any(event["tenant"] != ctx.viewer.tenant for event in batch.events):
                raise ValueError(f"{ctx.viewer.tenant} is told of another tenant's events")
            yield batch


async def follow_job(ctx: Context, id: str) -> AsyncGenerator[Document, None]:
    """A job as it is, then whenever it has changed, until it has ended or is gone.

    While MongoDB is away it waits.
    """
    ctx.viewer.require(Right.READ)
    version: int | None = None
    async with aclosing(ctx.stores.feed.job_changes(id)) as changes:
        async for _ in changes:
            ctx.viewer.require(Right.READ)
            try:
                job = await ctx.stores.jobs.one(id)
            except StoreFailure as error:
                if not is_passing(error):
                    raise
                continue  # whoever follows is woken when MongoDB is back
            if job is None:
                return
            if job["version"] != version:
                version = job["version"]
                yield job
            if JobStatus(job["status"]) not in UNFINISHED:
                return
