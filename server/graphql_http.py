"""The GraphQL endpoint: one operation per POST, answered as GraphQL over HTTP asks."""

import asyncio
from collections.abc import Mapping
from typing import Final

import orjson
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp

from execution.error_codes import ErrorCode
from schema.serving import Answer
from server import graphiql
from server.access_log import note, request_id
from server.asking import Asked, Asking, codes_of
from server.graphql_request import media_type_for, operation_in
from server.refusals import GRAPHQL_JSON, Refusal, bad_request, refused
from server.settings import Settings
from server.streamed_answers import EVENT_STREAM, StreamedAnswers, form_for, single

_STATUS_OF_CODE: Final[Mapping[str, int]] = {
    ErrorCode.INTERNAL: 500,
    ErrorCode.UNAVAILABLE: 503,
    ErrorCode.DEADLINE: 504,
}
_NO_STREAM: Final = (
    "A subscription is answered as text/event-stream, as multipart/mixed with subscriptionSpec, or "
    "over a WebSocket."
)


class GraphQLEndpoint:
    """Turns a request into an operation of a viewer, and what comes of it into an answer."""

    def __init__(self, asking: Asking, settings: Settings) -> None:
        self._asking = asking
        self._body_limit = settings.body_limit
        self._seconds = settings.request_seconds

    async def answer(self, request: Request) -> ASGIApp:
        """The answer to a POST request, whatever it holds: a single one, or a stream of them."""
        accept = request.headers.get("accept", "")
        form = form_for(accept)
        outcome = await self._asking.answered(
            lambda: self._asked(request),
            request=request_id(request.scope),
            caller=request.headers.get("traceparent"),
        )
        codes = codes_of(outcome)
        note(request.scope, "code", codes[0] if codes else None)
        if isinstance(outcome, Answer) and form is EVENT_STREAM:
            return single(form, orjson.dumps(outcome.body).decode())
        media_type = media_type_for(accept)
        if isinstance(outcome, Answer):
            status = _status(outcome, media_type)
            return Response(orjson.dumps(outcome.body), status, media_type=media_type)
        if not isinstance(outcome, Refusal) and form is not None:
            return StreamedAnswers(form, outcome, self._asking)
        if not isinstance(outcome, Refusal):
            await outcome.aclose()
            outcome = bad_request(_NO_STREAM, "Accept", 406)
        return refused(outcome, request_id(request.scope), media_type=media_type)

    async def _asked(self, request: Request) -> Asked:
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
        identifier = request_id(request.scope)
        viewer = await self._asking.viewer(request.headers, identifier)
        if isinstance(viewer, Refusal):
            return viewer
        note(request.scope, "tenant", viewer.tenant)
        note(request.scope, "operation", operation.plain_name)
        return self._asking.context(viewer, identifier), operation


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
