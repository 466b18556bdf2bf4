"""Telling one endpoint: its lease, events that become deliveries, and attempts side by side.

Whatever was sent is stored before the next of its lane is sent, so that only a process that ends
in between makes anything arrive twice, under the same id. Nothing is sent that could still be on
its way when the lease runs out.
"""

import asyncio
import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Final

import orjson

from domain.events import Event
from domain.identifiers import WebhookEndpointId
from domain.plain_values import written_moment
from domain.webhook_endpoints import DisabledReason, fitting
from domain.webhook_messages import CONTENT_TYPES, LARGEST_BODY, of_event, of_test
from domain.webhook_queues import Queue, Waiting
from domain.webhook_schedule import GivenUp, Pace, TriedAgain, judged, paced
from domain.webhook_signatures import in_force, signed_headers
from execution.context import Context, Right
from jobs.webhook_sending import Sender
from resolvers.webhook_endpoints import disable_webhook_endpoint
from store.deployment import StoreFailure, in_short, is_passing
from store.webhook_deliveries import Attempt
from store.webhook_endpoints import Endpoint

LEASE: Final = timedelta(seconds=60)
RENEW_SECONDS: Final = 10.0
SAFE_SECONDS: Final = 25.0
"""How long the lease has to last at least for an attempt to begin: longer than one takes."""

EVENTS_AT_ONCE: Final = 500
"""How many events become deliveries together, and how many of these are ready ahead of time."""

AT_ONCE: Final = 16
"""How many attempts at one endpoint are under way at a time."""

TURN_SECONDS: Final = 60.0
"""How long an endpoint is told by one worker before others may take it over."""

GRACE_SECONDS: Final = 3.0
"""How long attempts under way may last when the process ends."""

LOOK_SECONDS: Final = 0.25
"""How often a busy endpoint is looked at: for changes of it, and for new events."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Telling:
    """How endpoints are told: by which worker, through what, and what bounds it.

    Once `ending` is set nothing more is sent; what is under way comes to its end.

    `waiting_limit` is how many deliveries may wait behind failed ones before an endpoint is
    disabled; `chance` gives numbers from 0 to 1.
    """

    worker: str
    sender: Sender
    chance: Callable[[], float]
    waiting_limit: int = 10_000
    at_once: int = AT_ONCE
    ending: asyncio.Event = field(default_factory=asyncio.Event)


class LeaseLost(Exception):
    """The endpoint is gone, or somebody else's by now."""


async def tell(ctx: Context, id: WebhookEndpointId, telling: Telling) -> bool:
    """Tell an endpoint whatever it is to be told now; False when somebody else does.

    Ends when nothing is due, after a while in any case, and when MongoDB is away.
    """
    ctx.viewer.require(Right.RUN_JOBS)
    if not await ctx.stores.webhook_endpoints.lease(id, telling.worker, ctx.now(), LEASE):
        return False
    turn = _Turn(ctx, id, telling)
    renewing = asyncio.create_task(turn.renew())
    try:
        await turn.go_on()
    except LeaseLost:
        _log.warning("Webhook endpoint %s is left to whoever has taken it.", id)
    except asyncio.CancelledError:
        await turn.wind_up()
        raise
    except Exception as error:
        await turn.wind_up()
        if not is_passing(error):
            raise
        _log.warning("Webhook endpoint %s waits for MongoDB: %s", id, in_short(error))
    finally:
        left = [renewing, *turn.under_way]
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
    return True


class _Turn:
    """An endpoint in the hands of a worker."""

    def __init__(self, ctx: Context, id: WebhookEndpointId, telling: Telling) -> None:
        self.under_way: dict[asyncio.Task[Attempt], Waiting] = {}
        self._ctx = ctx
        self._id = id
        self._telling = telling
        self._endpoints = ctx.stores.webhook_endpoints
        self._deliveries = ctx.stores.webhook_deliveries
        self._events = ctx.stores.webhook_events
        self._queue = Queue()
        self._pace = Pace(telling.at_once, telling.at_once)
        self._over_at = _clock() + TURN_SECONDS
        self._safe_until = _clock() + LEASE.total_seconds() - SAFE_SECONDS

    async def go_on(self) -> None:
        """Work until there is nothing to be done, or the turn is over."""
        while True:
            endpoint = await self._current()
            tests_only = not endpoint.is_active
            self._pace = replace(self._pace, until=endpoint.slow_until)
            self._queue = Queue(await self._deliveries.pending(self._id, tests_only=tests_only))
            await self._work(endpoint)
            await self._collect(wait_for_all=True)
            if self._is_over:
                return await self._let_go()
            due = self._queue.next_due()
            until = self._pace.until
            if due is not None and until is not None:
                due = max(due, until)
            if await self._endpoints.give_back(
                self._id, self._telling.worker, endpoint.seen, due, until
            ):
                return
            # It was changed meanwhile, and is begun with anew.

    async def wind_up(self) -> None:
        """Give attempts under way a moment to end, note what came of them, and let go."""
        with suppress(StoreFailure):
            if self.under_way:
                done, _ = await asyncio.wait(self.under_way, timeout=GRACE_SECONDS)
                attempts = [task.result() for task in done if not task.exception()]
                # To give up would take disabling the endpoint: the attempt is made again.
                if known := [each for each in attempts if not isinstance(each.verdict, GivenUp)]:
                    await self._deliveries.note(known)
            await self._let_go()

    async def renew(self) -> None:
        """Renew the lease for as long as it is this worker's; nothing is sent without it."""
        while True:
            await asyncio.sleep(RENEW_SECONDS)
            asked_at, now = _clock(), self._ctx.now()
            with suppress(StoreFailure):
                if not await self._endpoints.renew(self._id, self._telling.worker, now, LEASE):
                    self._safe_until = 0.0
                    return
                self._safe_until = asked_at + LEASE.total_seconds() - SAFE_SECONDS

    @property
    def _is_over(self) -> bool:
        is_late = _clock() >= min(self._over_at, self._safe_until)
        return is_late or self._telling.ending.is_set()

    async def _work(self, endpoint: Endpoint) -> None:
        """Send until nothing is due, the endpoint is changed, or the turn is over."""
        seen, looked_at, is_more = endpoint.seen, _clock(), True
        while not self._is_over:
            if is_more or not self.under_way or _clock() - looked_at > LOOK_SECONDS:
                endpoint, looked_at = await self._current(), _clock()
                if endpoint.seen != seen:
                    return
                is_more = endpoint.is_active and await self._take_in(endpoint)
            if self._queue.held_up > self._telling.waiting_limit:
                return await self._disable(DisabledReason.TOO_MANY_WAITING)
            await self._send_due(endpoint)
            if self.under_way:
                await self._collect()
            elif not is_more:
                return

    async def _take_in(self, endpoint: Endpoint) -> bool:
        """Make deliveries of the next events, as long as few are ready; whether there were any."""
        if self._queue.ready >= EVENTS_AT_ONCE:
            return False
        has_replayed = endpoint.replay is not None and await self._replay(endpoint)
        before = endpoint.position
        events = await self._events.after(before, EVENTS_AT_ONCE)
        if not events:
            return has_replayed
        wanted = fitting(endpoint.filter, events)
        added = await self._deliveries.add(endpoint.id, wanted, self._ctx.now())
        after = events[-1].position
        if not await self._endpoints.move_on(self._id, self._telling.worker, before, after):
            raise LeaseLost
        self._queue.add(added)
        return True

    async def _replay(self, endpoint: Endpoint) -> bool:
        """Make deliveries again of the next events of a stretch; True, for there may be more."""
        after, until = endpoint.replay or (0, 0)
        events = await self._events.after(after, EVENTS_AT_ONCE, until)
        wanted = fitting(endpoint.filter, events)
        await self._deliveries.add_again(endpoint.id, wanted, self._ctx.now())
        is_through = len(events) < EVENTS_AT_ONCE
        following = None if is_through else events[-1].position
        if not await self._endpoints.move_replay(self._id, self._telling.worker, after, following):
            raise LeaseLost
        self._queue.add(await self._deliveries.pending(self._id))
        return True

    async def _send_due(self, endpoint: Endpoint) -> None:
        now, pace = self._ctx.now(), self._pace
        if pace.until is not None and pace.until > now:
            return
        started = self._queue.start(now, pace.at_once - len(self.under_way))
        if not started:
            return
        events = await self._events.at(each.position for each in started if not each.is_test)
        for waiting in started:
            body = self._body(endpoint, waiting, events)
            task = asyncio.create_task(self._attempt(endpoint, waiting, body))
            self.under_way[task] = waiting

    def _body(self, endpoint: Endpoint, waiting: Waiting, events: Mapping[int, Event]) -> bytes:
        tenant = self._ctx.viewer.tenant
        if waiting.is_test:
            at = written_moment(self._ctx.now())
            return orjson.dumps(of_test(endpoint.format, tenant, self._id, waiting.id, at))
        event = events[waiting.position]
        said = (endpoint.format, tenant, event, waiting.position)
        body = orjson.dumps(of_event(*said))
        return body if len(body) < LARGEST_BODY else orjson.dumps(of_event(*said, is_thin=True))

    async def _attempt(self, endpoint: Endpoint, waiting: Waiting, body: bytes) -> Attempt:
        at, begun = self._ctx.now(), _clock()
        secrets = [each.text for each in in_force(endpoint.secrets, at)]
        headers = {
            "content-type": CONTENT_TYPES[endpoint.format],
            **signed_headers(waiting.id, at, body, secrets),
        }
        answer = await self._telling.sender.send(endpoint.url, headers, body, self._ctx.now)
        milliseconds = round((_clock() - begun) * 1000)
        verdict = judged(answer, waiting.failed, self._ctx.now(), self._telling.chance())
        if waiting.is_test and isinstance(verdict, TriedAgain):
            verdict = GivenUp(is_gone=False)
        return Attempt(waiting.id, waiting.failed, at, milliseconds, answer, verdict)

    async def _collect(self, *, wait_for_all: bool = False) -> None:
        """Wait for attempts, at least one or all, and store what came of them before going on."""
        while self.under_way:
            done, _ = await asyncio.wait(
                self.under_way, timeout=LOOK_SECONDS, return_when=asyncio.FIRST_COMPLETED
            )
            if done:
                await self._settle(done)
            if not wait_for_all:
                return

    async def _settle(self, done: Collection[asyncio.Task[Attempt]]) -> None:
        attempts = [task.result() for task in done]
        given_up = [
            task.result().verdict
            for task in done
            if isinstance(task.result().verdict, GivenUp) and not self.under_way[task].is_test
        ]
        if given_up:
            # First of all: nothing is given up of an endpoint that goes on being told.
            is_gone = GivenUp(is_gone=True) in given_up
            await self._disable(
                DisabledReason.GONE if is_gone else DisabledReason.ATTEMPTS_EXHAUSTED
            )
        await self._note(attempts)
        for task, attempt in zip(done, attempts, strict=True):
            del self.under_way[task]
            self._pace = paced(self._pace, attempt.answer, self._ctx.now())
            if isinstance(attempt.verdict, TriedAgain):
                self._queue.again(attempt.id, attempt.verdict.due)
            else:
                self._queue.done(attempt.id)

    async def _note(self, attempts: Sequence[Attempt]) -> None:
        """Store what came of attempts; while MongoDB is away, as long as the lease lasts."""
        while True:
            try:
                return await self._deliveries.note(attempts)
            except StoreFailure as error:
                if not is_passing(error) or _clock() > self._safe_until:
                    raise
                await asyncio.sleep(LOOK_SECONDS)

    async def _disable(self, reason: DisabledReason) -> None:
        disabled = await disable_webhook_endpoint(self._ctx, self._id, reason)
        if not isinstance(disabled, str):
            raise LeaseLost
        _log.warning("Webhook endpoint %s is disabled: %s.", self._id, reason.value)

    async def _current(self) -> Endpoint:
        endpoint = await self._endpoints.endpoint(self._id, self._telling.worker)
        if endpoint is None:
            raise LeaseLost
        return endpoint

    async def _let_go(self) -> None:
        await self._endpoints.let_go(self._id, self._telling.worker, self._ctx.now())


def _clock() -> float:
    return asyncio.get_running_loop().time()
