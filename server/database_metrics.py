"""Metrics of the database: its commands and connections, and what waits in it."""

import asyncio
import math
import time
from collections.abc import Callable
from datetime import datetime
from typing import Final

from execution.metrics import METRICS
from store.backlog import Backlog, OpenJobs
from store.command_watch import CommandWatch, ConnectionWatch
from store.deployment import StoreFailure
from store.driver import Listener

FRESH_SECONDS: Final = 5.0
"""How long what waits is not looked for again, however often it is asked for."""
_PATIENCE_SECONDS: Final = 2.0

_COMMANDS: Final = METRICS.histogram(
    "quorum_database_command_seconds", "How long commands of the database took.", "command"
)
_FAILED: Final = METRICS.counter(
    "quorum_database_commands_failed_total", "Commands that the database refused.", "command"
)
_OPEN: Final = METRICS.gauge("quorum_database_connections", "Connections that are open.")
_IN_USE: Final = METRICS.gauge("quorum_database_connections_in_use", "Connections at work.")
_IS_UP: Final = METRICS.gauge("quorum_database_up", "1 while the database takes writes, else 0.")
_BOXES: Final = METRICS.gauge(
    "quorum_outboxes_waiting",
    "Documents whose events are not in order yet; counted to 200 in each collection.",
)
_LAG: Final = METRICS.gauge(
    "quorum_oldest_waiting_event_seconds", "Age of the oldest event that is not in order yet."
)
_JOBS: Final = METRICS.gauge("quorum_jobs", "Open jobs.", "kind", "status")
_DONE: Final = METRICS.gauge("quorum_job_items_done", "What open jobs have gone through.", "kind")
_TOTAL: Final = METRICS.gauge("quorum_job_items", "What open jobs go through in all.", "kind")
_LEASES: Final = METRICS.gauge("quorum_leases", "Jobs that some worker has in hand.", "kind")

_DELIVERIES: Final = METRICS.gauge(
    "quorum_webhook_deliveries_pending", "Webhook deliveries still to be made; counted to 10,000."
)


def watches() -> list[Listener]:
    """What a client of the database is to be opened with, so that its work is measured."""
    return [CommandWatch(_told), ConnectionWatch(_OPEN.add, _IN_USE.add)]


class Waiting:
    """Measures what waits in the database, when somebody asks and it takes writes."""

    def __init__(
        self,
        backlog: Backlog,
        takes_writes: Callable[[], bool],
        now: Callable[[], datetime],
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._backlog = backlog
        self._takes_writes = takes_writes
        self._now = now
        self._seconds = seconds
        self._fresh_until = -math.inf
        self._turn = asyncio.Lock()

    async def measure(self) -> None:
        """Bring the gauges up to date; while the database is away nothing is known of them."""
        async with self._turn:
            is_up = self._takes_writes()
            _IS_UP.set(is_up)
            if is_up and self._seconds() < self._fresh_until:
                return
            self._forget()
            if is_up:
                await self._try_to_look()

    async def _try_to_look(self) -> None:
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                await self._look()
        except (StoreFailure, TimeoutError):
            self._forget()
        else:
            self._fresh_until = self._seconds() + FRESH_SECONDS

    async def _look(self) -> None:
        now = self._now()
        waiting = await self._backlog.waiting_events()
        jobs = await self._backlog.open_jobs(now)
        deliveries = await self._backlog.pending_deliveries()
        _DELIVERIES.set(deliveries)
        _BOXES.set(waiting.boxes)
        lag = (now - waiting.since).total_seconds() if waiting.since else 0.0
        _LAG.set(max(lag, 0.0))
        for each in jobs:
            _count(each)

    def _forget(self) -> None:
        self._fresh_until = -math.inf
        for gauge in (_BOXES, _LAG, _JOBS, _DONE, _TOTAL, _LEASES, _DELIVERIES):
            gauge.forget()


def _count(open: OpenJobs) -> None:
    _JOBS.set(open.jobs, open.kind, open.status)
    _DONE.add(open.done, open.kind)
    _TOTAL.add(open.total, open.kind)
    _LEASES.add(open.leased, open.kind)


def _told(command: str, seconds: float, succeeded: bool) -> None:
    _COMMANDS.observe(seconds, command)
    if not succeeded:
        _FAILED.add(command)
