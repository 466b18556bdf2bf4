"""`/metrics` of the whole application, and what is told of its database."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, cast

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from pymongo.errors import AutoReconnect

from domain.identifiers import TenantId
from execution.context import Context
from schema.serving import Answer
from server.contexts import now
from server.database_metrics import FRESH_SECONDS, Waiting, watches
from server.graphql_request import Operation
from server.request_metrics import MOST_NAMES
from store.backlog import Backlog, OpenJobs, WaitingEvents
from store.driver import Database, close, open_client
from tests.server.test_graphql_http import client_of

Numbers = dict[tuple[str, ...], float]


async def numbers(client: httpx.AsyncClient) -> Numbers:
    """Every number by its name and the values of its labels."""
    answer = await client.get("/metrics")
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


async def answered(context: Context, operation: Operation) -> Answer:
    if operation.query == "bad":
        error: dict[str, object] = {"message": "no", "extensions": {"code": "FORBIDDEN"}}
        return Answer({"errors": [error, error]}, was_executed=False, code="FORBIDDEN")
    return Answer({"data": None}, was_executed=True)


async def test_requests_are_counted_by_the_names_of_what_was_executed(
    database: Database, tenant: TenantId
) -> None:
    async def ask(query: str, name: str | None) -> None:
        await client.post("/graphql", json={"query": query, "operationName": name})

    async with client_of(database, tenant, answered) as client:
        before = await numbers(client)
        await ask("fine", "CountedHere")
        await ask("fine", "CountedHere")
        await ask("fine", None)
        await ask("bad", "NeverExecuted")
        after = await numbers(client)
        for number in range(MOST_NAMES):
            await ask("fine", f"MadeUp{number}")
        flooded = await numbers(client)
        foreign = await client.get("/metrics", headers={"host": "evil.example"})

    def more(*key: str) -> float:
        return after[key] - before.get(key, 0)

    assert more("quorum_requests_total", "CountedHere", "ok") == 2
    assert more("quorum_requests_total", "unnamed", "ok") == 1
    assert more("quorum_requests_total", "other", "error") == 1
    assert more("quorum_errors_total", "FORBIDDEN") == 2
    assert more("quorum_request_seconds_count", "CountedHere") == 2
    assert after[("quorum_requests_under_way",)] == 0
    assert after[("process_resident_memory_bytes",)] > 1_000_000
    assert after[("process_cpu_seconds_total",)] > 0
    named = {key[1] for key in flooded if key[0] == "quorum_requests_total"}
    assert len(named - {"other"}) == MOST_NAMES
    assert "NeverExecuted" not in named
    assert foreign.status_code == 403


async def test_commands_and_connections_of_a_watched_client_are_counted(
    database: Database, tenant: TenantId, mongodb_uri: str
) -> None:
    client = open_client(mongodb_uri, listeners=watches())
    async with client_of(database, tenant, answered) as asking:
        before = await numbers(asking)
        await client["admin"].command("ping")
        with pytest.raises(Exception, match="no such command"):
            await client["admin"].command("nonsense")
        after = await numbers(asking)
    await close(client)

    def more(*key: str) -> float:
        return after[key] - before.get(key, 0)

    assert more("quorum_database_command_seconds_count", "ping") == 1
    assert more("quorum_database_commands_failed_total", "nonsense") == 1
    assert more("quorum_database_connections") == 1
    assert after[("quorum_database_connections_in_use",)] == 0


class Looked:
    """A backlog that counts how often it is looked at."""

    def __init__(self, since: datetime) -> None:
        self.times = 0
        self.error: Exception | None = None
        self._since = since

    async def waiting_events(self) -> WaitingEvents:
        self.times += 1
        if self.error is not None:
            raise self.error
        return WaitingEvents(3, self._since)

    async def open_jobs(self, now: datetime) -> list[OpenJobs]:
        return [
            OpenJobs("scoring", "running", jobs=1, done=3, total=9, leased=1),
            OpenJobs("scoring", "waiting", jobs=2, done=0, total=0, leased=0),
        ]

    async def pending_deliveries(self) -> int:
        return 7


async def test_what_waits_is_looked_for_now_and_then_and_not_while_the_database_is_away(
    database: Database, tenant: TenantId
) -> None:
    clock, is_up, at = [100.0], [True], now()
    looked = Looked(at - timedelta(seconds=12))
    seconds: Callable[[], float] = lambda: clock[0]  # noqa: E731
    backlog = cast(Backlog, cast(Any, looked))
    waiting = Waiting(backlog, lambda: is_up[0], lambda: at, seconds)

    async with client_of(database, tenant, answered) as client:
        await waiting.measure()
        await waiting.measure()
        up = await numbers(client)
        times = looked.times
        clock[0] += FRESH_SECONDS
        looked.error = AutoReconnect("closed")
        await waiting.measure()
        broken = await numbers(client)
        is_up[0] = False
        await waiting.measure()
        away = await numbers(client)

    assert times == 1
    assert looked.times == 2
    assert up[("quorum_database_up",)] == 1
    assert up[("quorum_outboxes_waiting",)] == 3
    assert up[("quorum_oldest_waiting_event_seconds",)] == 12
    assert up[("quorum_jobs", "scoring", "waiting")] == 2
    assert (up[("quorum_job_items_done", "scoring")], up[("quorum_job_items", "scoring")]) == (3, 9)
    assert up[("quorum_leases", "scoring")] == 1
    assert up[("quorum_webhook_deliveries_pending",)] == 7
    assert (broken[("quorum_database_up",)], away[("quorum_database_up",)]) == (1, 0)
    assert not {"quorum_outboxes_waiting", "quorum_jobs"} & {key[0] for key in (*broken, *away)}
