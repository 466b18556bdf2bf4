"""Following a job goes on over an absence of the database."""

from contextlib import aclosing
from typing import Any

import pytest
from pymongo.errors import AutoReconnect, OperationFailure

from execution.context import Context
from resolvers import jobs
from resolvers.event_streams import follow_job
from store import event_feed


async def test_a_job_is_followed_over_an_absence_and_other_errors_are_told(
    home: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = await jobs.start_scoring_job(home)
    assert isinstance(job, str)
    monkeypatch.setattr(event_feed, "SECONDS_OF_SILENCE", 0.01)
    look = home.stores.jobs.one
    failures = [AutoReconnect("gone"), AutoReconnect("gone"), None, OperationFailure("bad")]

    async def one(id: str) -> Any:
        failure = failures.pop(0)
        if failure is not None:
            raise failure
        return await look(id)

    monkeypatch.setattr(home.stores.jobs, "one", one)
    async with aclosing(follow_job(home, job)) as states:
        state = await anext(states)
        with pytest.raises(OperationFailure):
            await anext(states)

    assert (state["_id"], failures) == (job, [])
