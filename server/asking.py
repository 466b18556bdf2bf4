"""Asking: whatever way an operation came in, it becomes a viewer's, and is carried out."""

import logging
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any, Final

from starlette.datastructures import Headers

from execution.context import Context, Viewer
from execution.error_codes import ErrorCode, Outcome
from execution.error_masking import AWAY
from execution.tracing import Span, span
from schema.serving import Answer
from schema.subscribing import Told
from server.contexts import Contexts
from server.graphql_request import Operation
from server.presence import Presence
from server.refusals import Refusal
from server.request_metrics import UNDER_WAY, count_request
from server.settings import Settings
from server.stopping import CutOff, Stopping
from server.subscriptions import Subscriptions
from server.viewers import Viewers
from store.deployment import StoreFailure, in_short, is_passing

Answered = Answer | AsyncGenerator[Told, None]
"""One answer; those of a subscription, one after the other."""

Execute = Callable[[Context, Operation], Awaitable[Answered]]
Asked = tuple[Context, Operation] | Refusal

_AWAY: Final = Refusal(503, ErrorCode.UNAVAILABLE, AWAY)
_STOPPING: Final = Refusal(503, ErrorCode.STOPPING, "The server is stopping; ask again.")

_log = logging.getLogger(__name__)


class Asking:
    """What all transports share: who asks, what is executed, and which subscriptions there are."""

    def __init__(
        self,
        execute: Execute,
        contexts: Contexts,
        settings: Settings,
        *,
        presence: Presence,
        stopping: Stopping,
        subscriptions: Subscriptions,
    ) -> None:
        self._execute = execute
        self._contexts = contexts
        self._presence = presence
        self._stopping = stopping
        self._viewers = Viewers(settings, contexts.has_tenant)
        self.subscriptions = subscriptions
        self.stall_seconds = settings.subscriber_stall_seconds

    async def viewer(self, headers: Headers, request: str) -> Viewer | Refusal:
        """Who asks, by these headers; refused at once while the database is away."""
        if not await self._presence.is_there():
            return _AWAY
        try:
            return await self._viewers.of(headers)
        except StoreFailure as error:
            if not is_passing(error):
                raise
            _log.warning("Request %s: MongoDB does not answer: %s", request, in_short(error))
            return _AWAY

    def context(self, viewer: Viewer, request: str) -> Context:
        """The context in which a request of this viewer runs."""
        return self._contexts.of(viewer, request)

    async def answered(
        self, ask: Callable[[], Awaitable[Asked]], *, request: str, caller: str | None = None
    ) -> Answered | Refusal:
        """What comes of what is asked, unless the server stops before that; counted and traced.

        `request` is its id, `caller` the `traceparent` that came with it.
        """
        begun = time.perf_counter()
        UNDER_WAY.add(1)
        try:
            with span("GraphQL", {"quorum.request_id": request}, caller) as traced:
                outcome, name = await self._outcome(ask)
                codes = codes_of(outcome)
                _tell(traced, name, codes)
        finally:
            UNDER_WAY.add(-1)
        seconds = time.perf_counter() - begun
        count_request(name, seconds, codes, was_executed=_was_executed(outcome))
        return outcome

    async def _outcome(
        self, ask: Callable[[], Awaitable[Asked]]
    ) -> tuple[Answered | Refusal, str | None]:
        """What comes of what is asked, and the name of its operation."""
        if self._stopping.is_asked:
            return _STOPPING, None
        name: str | None = None
        context: Context | None = None
        try:
            async with self._stopping.under_way():
                asked = await ask()
                if isinstance(asked, Refusal):
                    return asked, None
                context, operation = asked
                name = operation.plain_name
                return await self._execute(context, operation), name
        except CutOff:
            has_begun = context is not None and context.has_begun
            done = Outcome.UNKNOWN if has_begun else Outcome.NOT_DONE
            return replace(_STOPPING, outcome=done), name


def codes_of(outcome: Answered | Refusal) -> list[str]:
    """The codes of all errors in what a request is answered; a stream has none yet."""
    if isinstance(outcome, Refusal):
        return [outcome.code]
    if not isinstance(outcome, Answer):
        return []
    errors: Any = outcome.body.get("errors", ())
    return codes_in(errors)


def codes_in(errors: Sequence[Any]) -> list[str]:
    """The codes of errors as they are sent."""
    return [str(error.get("extensions", {}).get("code", "")) for error in errors]


def _was_executed(outcome: Answered | Refusal) -> bool:
    if isinstance(outcome, Answer):
        return outcome.was_executed
    return not isinstance(outcome, Refusal)


def _tell(traced: Span, name: str | None, codes: Sequence[str]) -> None:
    if name is not None:
        traced.rename(f"GraphQL {name}")
        traced.tell("graphql.operation.name", name)
    if codes:
        traced.fail(codes[0])
