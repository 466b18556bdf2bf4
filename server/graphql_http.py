"""The GraphQL endpoint: one operation per POST, answered as GraphQL over HTTP asks."""

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any, Final

import orjson
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from execution.context import Context
from execution.error_codes import ErrorCode, Outcome
from execution.error_masking import AWAY
from schema.serving import Answer
from server import graphiql
from server.access_log import note, request_id
from server.contexts import Contexts
from server.graphql_request import Operation, media_type_for, operation_in
from server.presence import Presence
from server.refusals import GRAPHQL_JSON, Refusal, bad_request, refused
from server.settings import Settings
from server.stopping import CutOff, Stopping
from server.viewers import Viewers
from store.deployment import StoreFailure, in_short, is_passing

Execute = Callable[[Context, Operation], Awaitable[Answer]]

_STATUS_OF_CODE: Final[Mapping[str, int]] = {
    ErrorCode.INTERNAL: 500,
    ErrorCode.UNAVAILABLE: 503,
    ErrorCode.DEADLINE: 504,
}
_AWAY: Final = Refusal(503, ErrorCode.UNAVAILABLE, AWAY)
_STOPPING: Final = Refusal(503, ErrorCode.STOPPING, "The server is stopping; ask again.")
_NAME: Final = re.compile(r"[_A-Za-z][_0-9A-Za-z]{0,80}")

_log = logging.getLogger(__name__)


class GraphQLEndpoint:
    """Turns a request into an operation of a viewer, and what comes of it into an answer."""

    def __init__(
        self,
        execute: Execute,
        viewers: Viewers,
        contexts: Contexts,
        settings: Settings,
        presence: Presence,
        stopping: Stopping,
    ) -> None:
        self._execute = execute
        self._viewers = viewers
        self._contexts = contexts
        self._body_limit = settings.body_limit
        self._seconds = settings.request_seconds
        self._presence = presence
        self._stopping = stopping

    async def answer(self, request: Request) -> Response:
        """The answer to a POST request, whatever it holds."""
        media_type = media_type_for(request.headers.get("accept", ""))
        outcome = await self._outcome(request)
        codes = _codes(outcome)
        note(request.scope, "code", codes[0] if codes else None)
        if isinstance(outcome, Refusal):
            return refused(outcome, request_id(request.scope), media_type=media_type)
        status = _status(outcome, media_type)
        return Response(orjson.dumps(outcome.body), status, media_type=media_type)

    async def _outcome(self, request: Request) -> Answer | Refusal:
        """What comes of a request, unless the server stops before that."""
        if self._stopping.is_asked:
            return _STOPPING
        context: Context | None = None
        try:
            async with self._stopping.under_way():
                asked = await self._asked(request)
                if isinstance(asked, Refusal):
                    return asked
                context, operation = asked
                return await self._execute(context, operation)
        except CutOff:
            has_begun = context is not None and context.has_begun
            return replace(_STOPPING, outcome=Outcome.UNKNOWN if has_begun else Outcome.NOT_DONE)

    async def _asked(self, request: Request) -> tuple[Context, Operation] | Refusal:
        """The operation of a request, and the context to execute it in."""
        try:
            async with asyncio.timeout(self._seconds):
                operation = await operation_in(request, self._body_limit)
        except TimeoutError:
            return Refusal(
                408, ErrorCode.DEADLINE, f"The body did not come within {self._seconds:g} s."
            )
        if isinstance(operation, Refusal):
            return operation
        if not await self._presence.is_there():
            return _AWAY
        try:
            viewer = await self._viewers.of(request.headers)
        except StoreFailure as error:
            if not is_passing(error):
                raise
            identifier = request_id(request.scope)
            _log.warning("Request %s: MongoDB does not answer: %s", identifier, in_short(error))
            return _AWAY
        if isinstance(viewer, Refusal):
            return viewer
        note(request.scope, "tenant", viewer.tenant)
        if operation.name is not None and _NAME.fullmatch(operation.name):
            note(request.scope, "operation", operation.name)
        return self._contexts.of(viewer, request_id(request.scope)), operation


def _codes(outcome: Answer | Refusal) -> list[str]:
    """The codes of all errors in what a request is answered."""
    if isinstance(outcome, Refusal):
        return [outcome.code]
    errors: Any = outcome.body.get("errors", ())
    return [str(error.get("extensions", {}).get("code", "")) for error in errors]


def _status(answer: Answer, media_type: str) -> int:
    """Plain JSON is always 200, as older clients expect; GraphQL's own type tells more.

    What came to executing is 200 as well, unless the database was away and there is no data.
    """
    if media_type != GRAPHQL_JSON or (answer.was_executed and answer.code != ErrorCode.UNAVAILABLE):
        return 200
    return _STATUS_OF_CODE.get(answer.code, 400)


async def page_instead(request: Request) -> Response:
    """A browser that opens the endpoint is shown GraphiQL; a query by GET is refused."""
    if "text/html" in request.headers.get("accept", "") and request.method in ("GET", "HEAD"):
        return RedirectResponse(graphiql.PATH, 303)
    refusal = bad_request("Send operations with POST.", status=405)
    return refused(refusal, request_id(request.scope), allow="POST")
