"""Following a job: how far it is, until it has ended."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

import strawberry

import resolvers.event_streams
from schema.info import Info
from schema.jobs import Job


async def job_progress(info: Info, id: strawberry.ID) -> AsyncGenerator[Job | None, None]:
    states = resolvers.event_streams.follow_job(info.context, id)
    is_known = False
    async with aclosing(states) as following:
        async for state in following:
            is_known = True
            yield Job.of({**state, "mark": state["version"]})
    if not is_known:
        yield None
