"""Streamed answers: those of a subscription as the parts of one HTTP response.

Two forms are known: server-sent events as npm's graphql-sse reads them (distinct connections), and
multipart as Apollo Client does.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, Final

import orjson
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from execution.error_codes import ErrorCode
from schema.subscribing import Ended, Told
from server.access_log import request_id
from server.asking import Asking
from server.protocols import give_last_word
from server.refusals import Refusal, error_of, refused

HEARTBEAT_SECONDS: Final = 15.0


@dataclass(frozen=True, slots=True)
class Form:
    """How answers, their end and the signs of life between them are written.

    `broken` writes errors that end the subscription, which is something else than its `end`.
    """

    media_type: str
    first: str
    answer: Callable[[str], str]
    broken: Callable[[str], str]
    heartbeat: str
    end: str


def _event(answer: str) -> str:
    return f"event: next\ndata: {answer}\n\n"


def _part(text: str) -> str:
    return f"\r\ncontent-type: application/json\r\n\r\n{text}\r\n--graphql"


EVENT_STREAM: Final = Form(
    media_type="text/event-stream",
    first=":\n\n",
    answer=_event,
    broken=lambda errors: _event(f'{{"errors":{errors}}}'),
    heartbeat=":\n\n",
    end="event: complete\ndata:\n\n",
)
MULTIPART: Final = Form(
    media_type='multipart/mixed;boundary="graphql";subscriptionSpec=1.0',
    first="\r\n--graphql",
    answer=lambda answer: _part(f'{{"payload":{answer}}}'),
    broken=lambda errors: _part(f'{{"payload":null,"errors":{errors}}}'),
    heartbeat=_part("{}"),
    end="--\r\n",
)


def form_for(accept: str) -> Form | None:
    """The form that an `Accept` header asks for; None when it is content with a single answer."""
    for part in accept.lower().split(","):
        media_type, *parameters = (word.strip() for word in part.split(";"))
        if media_type == "text/event-stream":
            return EVENT_STREAM
        if media_type == "multipart/mixed":
            names = {parameter.partition("=")[0].strip() for parameter in parameters}
            if "subscriptionspec" in names:
                return MULTIPART
    return None


def single(form: Form, answer: str) -> Response:
    """The one answer to what is no subscription; it takes no subscriber's place.

    What was carried out is told, however many subscriptions there are and whether the server stops.
    """
    return Response(form.first + form.answer(answer) + form.end, headers=_headers(form))


class StreamedAnswers:
    """The response that tells a subscription's answers until it ends or its reader goes."""

    def __init__(
        self,
        form: Form,
        answers: AsyncGenerator[Told, None],
        asking: Asking,
    ) -> None:
        self._form = form
        self._answers = answers
        self._subscriptions = asking.subscriptions
        self._stall_seconds = asking.stall_seconds
        self._end: asyncio.Future[Refusal] = asyncio.get_running_loop().create_future()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with aclosing(self._answers):
            with (
                self._subscriptions.connection(self._ended) as full,
                self._subscriptions.place() as none_left,
            ):
                if refusal := full or none_left:
                    await refused(refusal, request_id(scope))(scope, receive, send)
                    return
                await send(self._beginning())
                last = await self._tell_until_the_end(receive, send)
                if isinstance(last, Refusal):
                    give_last_word(scope)
                    errors = orjson.dumps([error_of(last, request_id(scope))]).decode()
                    last = self._form.broken(errors)
                if last is not None:
                    await send(_body(last, more=False))

    def _beginning(self) -> dict[str, Any]:
        headers = [(name.encode(), value.encode()) for name, value in _headers(self._form).items()]
        return {"type": "http.response.start", "status": 200, "headers": headers}

    async def _tell_until_the_end(self, receive: Receive, send: Send) -> str | Refusal | None:
        """The last words, or why it is broken off; None when nobody is there to read them."""
        gone = asyncio.create_task(_until_gone(receive))
        told = asyncio.create_task(self._tell(send))
        beats = asyncio.create_task(self._beat(send))
        working: tuple[asyncio.Task[Any], ...] = (told, beats)
        try:
            watched: set[asyncio.Future[Any]] = {gone, self._end, *working}
            await asyncio.wait(watched, return_when=asyncio.FIRST_COMPLETED)
            if gone.done():
                return None
            if self._end.done():
                return self._end.result()
            return (told if told.done() else beats).result()
        finally:
            for task in (gone, *working):
                task.cancel()
            await asyncio.gather(gone, *working, return_exceptions=True)

    async def _tell(self, send: Send) -> str | Refusal:
        try:
            await self._send(send, self._form.first)
            async for told in self._answers:
                if isinstance(told, Ended):
                    errors = orjson.dumps(told.errors).decode()
                    return self._form.broken(errors) + self._form.end
                await self._send(send, self._form.answer(told))
        except TimeoutError:
            return too_slow(self._stall_seconds)
        return self._form.end

    async def _beat(self, send: Send) -> Refusal:
        try:
            while True:
                await asyncio.sleep(HEARTBEAT_SECONDS)
                await self._send(send, self._form.heartbeat)
        except TimeoutError:
            return too_slow(self._stall_seconds)

    async def _send(self, send: Send, text: str) -> None:
        async with asyncio.timeout(self._stall_seconds):
            await send(_body(text, more=True))

    def _ended(self, refusal: Refusal) -> None:
        if not self._end.done():
            self._end.set_result(refusal)


def _headers(form: Form) -> dict[str, str]:
    return {
        "content-type": form.media_type,
        "cache-control": "no-cache, no-transform",
        "x-accel-buffering": "no",
    }


def too_slow(seconds: float) -> Refusal:
    """Why a subscriber that does not read is let go."""
    message = f"Nothing was read for {seconds:g} seconds; subscribe again from the last position."
    return Refusal(408, ErrorCode.SUBSCRIBER_TOO_SLOW, message)


def _body(text: str, *, more: bool) -> dict[str, Any]:
    return {"type": "http.response.body", "body": text.encode(), "more_body": more}


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
