"""The GraphQL endpoint: one operation per POST, answered as GraphQL over HTTP asks."""

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

import orjson
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from execution.context import Context
from execution.error_codes import ErrorCode
from execution.error_masking import AWAY
from schema.serving import Answer
from server import graphiql
from server.access_log import note, request_id
from server.contexts import Contexts
from server.graphql_request import Operation, media_type_for, operation_in
from server.refusals import GRAPHQL_JSON, Refusal, bad_request, refused
from server.settings import Settings
from server.viewers import Viewers
from store.deployment import StoreFailure, in_short, is_passing

Execute = Callable[[Context, Operation], Awaitable[Answer]]

_STATUS_OF_CODE: Final[Mapping[str, int]] = {
    ErrorCode.INTERNAL: 500,
    ErrorCode.UNAVAILABLE: 503,
    ErrorCode.DEADLINE: 504,
}
_NAME: Final = re.compile(r"[_A-Za-z][_0-9A-Za-z]{0,80}")

_log = logging.getLogger(__name__)


class GraphQLEndpoint:
    """Turns a request into an operation of a viewer, and what comes of it into an answer."""

    def __init__(
        self, execute: Execute, viewers: Viewers, contexts: Contexts, settings: Settings
    ) -> None:
        self._execute = execute
        self._viewers = viewers
        self._contexts = contexts
        self._body_limit = settings.body_limit
        self._seconds = settings.request_seconds

    async def answer(self, request: Request) -> Response:
        """The answer to a POST request, whatever it holds."""
        media_type = media_type_for(request.headers.get("accept", ""))
        outcome = await self._outcome(request)
        if isinstance(outcome, Refusal):
            return refused(outcome, request_id(request.scope), media_type=media_type)
        status = _status(outcome, media_type)
        return Response(orjson.dumps(outcome.body), status, media_type=media_type)

    async def _outcome(self, request: Request) -> Answer | Refusal:
        try:
            async with asyncio.timeout(self._seconds):
                operation = await operation_in(request, self._body_limit)
        except TimeoutError:
            return Refusal(
                408, ErrorCode.DEADLINE, f"The body did not come within {self._seconds:g} s."
            )
        if isinstance(operation, Refusal):
            return operation
        try:
            viewer = await self._viewers.of(request.headers)
        except StoreFailure as error:
            if not is_passing(error):
                raise
            identifier = request_id(request.scope)
            _log.warning("Request %s: MongoDB does not answer: %s", identifier, in_short(error))
            return Refusal(503, ErrorCode.UNAVAILABLE, AWAY)
        if isinstance(viewer, Refusal):
            return viewer
        note(request.scope, "tenant", viewer.tenant)
        if operation.name is not None and _NAME.fullmatch(operation.name):
            note(request.scope, "operation", operation.name)
        context = self._contexts.of(viewer, request_id(request.scope))
        return await self._execute(context, operation)


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
