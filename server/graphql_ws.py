"""GraphQL over a WebSocket: the protocol graphql-transport-ws, as npm's graphql-ws speaks it."""

import asyncio
import logging
import secrets
import time
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing, suppress
from dataclasses import dataclass
from typing import Any, Final

import orjson
from starlette.datastructures import Headers
from starlette.types import Receive, Scope, Send

from execution.context import Viewer
from execution.error_codes import ErrorCode
from schema.serving import Answer
from schema.subscribing import Ended, Told
from server.access_log import log_over_socket, request_id
from server.asking import Answered, Asked, Asking, codes_in, codes_of
from server.graphql_request import Operation, operation_of
from server.protocols import give_last_word
from server.refusals import Refusal, error_of
from server.streamed_answers import too_slow
from server.viewers import ACTOR, RIGHTS, TENANT

PROTOCOL: Final = "graphql-transport-ws"
MOST_OPERATIONS: Final = 100
SECONDS_TO_INITIALISE: Final = 10.0

_LONGEST_REASON: Final = 120
_NAMES: Final = frozenset(name.lower() for name in (TENANT, ACTOR, RIGHTS))


@dataclass(frozen=True, slots=True)
class Close:
    """How a socket is closed: the protocol's code, and a reason of one sentence."""

    code: int
    reason: str


_UNEXPECTED: Final = Refusal(500, ErrorCode.INTERNAL, "Unexpected error.")
_BAD: Final = 4400
_TRY_AGAIN: Final = 1013
_RESTART: Final = 1012

_log = logging.getLogger(__name__)


class SocketEndpoint:
    """Accepts sockets and talks with each until it is closed."""

    def __init__(self, asking: Asking) -> None:
        self._asking = asking

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        spoken = PROTOCOL in scope["subprotocols"]
        await send({"type": "websocket.accept", "subprotocol": PROTOCOL if spoken else None})
        talk = _Talk(self._asking, scope, receive, send)
        if spoken:
            await talk.until_closed()
        else:
            await talk.close(Close(4406, f"Subprotocol not acceptable: speak {PROTOCOL}"))


class _Talk:
    """One socket: who asks through it, and the operations that go on."""

    def __init__(self, asking: Asking, scope: Scope, receive: Receive, send: Send) -> None:
        self._asking = asking
        self._scope = scope
        self._receive = receive
        self._send = send
        self._viewer: Viewer | None = None
        self._operations: dict[str, asyncio.Task[None]] = {}
        self._streams: set[asyncio.Task[None] | None] = set()
        self._closing: asyncio.Task[None] | None = None

    async def until_closed(self) -> None:
        """Answer messages until either side closes; then nothing of it goes on."""
        with self._asking.subscriptions.connection(self._end) as refusal:
            if refusal is not None:
                await self.close(_closing(refusal))
                return
            try:
                close = await self._converse()
                if close is not None:
                    await self.close(close)
            except TimeoutError:
                await self.close(_closing(too_slow(self._asking.stall_seconds)))
            except OSError:
                pass  # the peer has gone
            finally:
                tasks = list(self._operations.values())
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)

    async def close(self, close: Close) -> None:
        """Close the socket, if it is open still, also when the peer does not read."""
        give_last_word(self._scope)
        reason = close.reason.encode()[:_LONGEST_REASON].decode(errors="ignore")
        with suppress(OSError, RuntimeError):
            await self._send({"type": "websocket.close", "code": close.code, "reason": reason})

    def _end(self, refusal: Refusal) -> None:
        """Close with a reason of our own."""
        if self._closing is None:
            self._closing = asyncio.create_task(self._close_orderly(refusal))

    async def _close_orderly(self, refusal: Refusal) -> None:
        if refusal.code == ErrorCode.STOPPING:  # what is asked once may still be answered
            asked_once = [task for task in self._operations.values() if task not in self._streams]
            await asyncio.gather(*asked_once, return_exceptions=True)
        await self.close(_closing(refusal))

    async def _converse(self) -> Close | None:
        """How to close; None once the socket is closed."""
        try:
            async with asyncio.timeout(SECONDS_TO_INITIALISE):
                while self._viewer is None:
                    message = await self._receive()
                    if message["type"] != "websocket.receive":
                        return None
                    if close := await self._heard(message):
                        return close
        except TimeoutError:
            return Close(4408, "Connection initialisation timeout")
        while (message := await self._receive())["type"] == "websocket.receive":
            if close := await self._heard(message):
                return close
        return None

    async def _heard(self, frame: Mapping[str, Any]) -> Close | None:
        """What follows from a message, if the socket has to be closed for it."""
        try:
            message = orjson.loads(frame.get("text") or "")
        except orjson.JSONDecodeError:
            return Close(_BAD, "Invalid message: it must be a JSON text")
        if not isinstance(message, dict):
            return Close(_BAD, "Invalid message: it must be a JSON object")
        payload = message.get("payload")
        match message.get("type"):
            case "connection_init":
                return await self._initialise(payload)
            case "ping":
                await self._tell({"type": "pong"} | ({"payload": payload} if payload else {}))
                return None
            case "pong":
                return None
            case "subscribe":
                return self._subscribe(message.get("id"), payload)
            case "complete":
                task = self._operations.pop(str(message.get("id")), None)
                if task is not None:
                    task.cancel()
                return None
            case _:
                return Close(_BAD, "Invalid message: its type is none of the protocol's")

    async def _initialise(self, payload: object) -> Close | None:
        if self._viewer is not None:
            return Close(4429, "Too many initialisation requests")
        if not isinstance(payload, dict | None):
            return Close(_BAD, "Invalid message: the payload must be an object")
        headers = _headers(Headers(scope=self._scope), payload or {})
        if headers is None:
            return Close(_BAD, "Invalid message: who asks must be told in texts")
        viewer = await self._asking.viewer(headers, request_id(self._scope))
        if isinstance(viewer, Refusal):
            return _closing(viewer)
        self._viewer = viewer
        await self._tell({"type": "connection_ack"})
        return None

    def _subscribe(self, id: object, payload: object) -> Close | None:
        if self._viewer is None:
            return Close(4401, "Unauthorized: send connection_init first")
        if not isinstance(id, str) or not id:
            return Close(_BAD, "Invalid message: id must be a text")
        if id in self._operations:
            return Close(4409, f"Subscriber for {id} already exists")
        operation = operation_of(payload)
        if isinstance(operation, Refusal):
            return Close(_BAD, f"Invalid message: {operation.message}")
        task = asyncio.create_task(self._answer(id, operation, self._viewer))
        self._operations[id] = task
        return None

    async def _answer(self, id: str, operation: Operation, viewer: Viewer) -> None:
        """Carry out one operation, and tell what comes of it under its id."""
        request = secrets.token_hex(8)
        begun = time.perf_counter()
        notes: dict[str, str | None] = {"tenant": viewer.tenant, "operation": operation.plain_name}
        try:
            outcome = await self._answered(operation, viewer, request)
            notes["code"] = next(iter(codes_of(outcome)), None)
            if isinstance(outcome, Refusal):
                await self._tell(_error(id, [error_of(outcome, request)]))
            elif not isinstance(outcome, Answer):
                notes["code"] = await self._stream(id, outcome, request)
            elif outcome.was_executed:
                await self._tell({"id": id, "type": "next", "payload": outcome.body})
                await self._tell({"id": id, "type": "complete"})
            else:
                await self._tell(_error(id, outcome.body["errors"]))
        except TimeoutError:
            refusal = too_slow(self._asking.stall_seconds)
            notes["code"] = refusal.code
            self._end(refusal)
        except OSError:
            pass  # the peer has gone
        finally:
            log_over_socket(request, time.perf_counter() - begun, notes)
            self._streams.discard(asyncio.current_task())
            if self._operations.get(id) is asyncio.current_task():
                del self._operations[id]

    async def _answered(
        self, operation: Operation, viewer: Viewer, request: str
    ) -> Answered | Refusal:
        if len(self._operations) > MOST_OPERATIONS:
            message = f"A connection may have {MOST_OPERATIONS} operations at a time."
            return Refusal(429, ErrorCode.TOO_MANY_SUBSCRIPTIONS, message)

        async def asked() -> Asked:
            return self._asking.context(viewer, request), operation

        try:
            return await self._asking.answered(asked, request=request)
        except Exception:
            _log.exception("Request %s failed.", request)
            return _UNEXPECTED

    async def _stream(
        self, id: str, answers: AsyncGenerator[Told, None], request: str
    ) -> str | None:
        """Tell the answers of a subscription; the code with which it has ended, if any."""
        beginning = f'{{"id":{orjson.dumps(id).decode()},"type":"next","payload":'
        self._streams.add(asyncio.current_task())
        async with aclosing(answers):
            with self._asking.subscriptions.place() as refusal:
                if refusal is not None:
                    await self._tell(_error(id, [error_of(refusal, request)]))
                    return refusal.code
                async for told in answers:
                    if isinstance(told, Ended):
                        await self._tell(_error(id, told.errors))
                        return next(iter(codes_in(told.errors)), None)
                    await self._say(f"{beginning}{told}}}")
                await self._tell({"id": id, "type": "complete"})
                return None

    async def _tell(self, message: Mapping[str, object]) -> None:
        await self._say(orjson.dumps(message).decode())

    async def _say(self, text: str) -> None:
        async with asyncio.timeout(self._asking.stall_seconds):
            await self._send({"type": "websocket.send", "text": text})


def _error(id: str, errors: object) -> dict[str, object]:
    return {"id": id, "type": "error", "payload": errors}


def _closing(refusal: Refusal) -> Close:
    """A refusal as clients of the protocol understand it: those that may pass, they try again."""
    match refusal.code:
        case ErrorCode.STOPPING:
            code = _RESTART
        case ErrorCode.FORBIDDEN:
            code = 4403
        case ErrorCode.BAD_REQUEST | ErrorCode.TENANT_UNKNOWN:
            code = _BAD
        case _:
            code = _TRY_AGAIN
    return Close(code, f"{refusal.code}: {refusal.message}")


def _headers(sent: Headers, payload: Mapping[Any, Any]) -> Headers | None:
    """The handshake's headers, with what the payload says of the viewer in the place of theirs.

    None when it says that in anything but texts: browsers cannot send headers with a handshake.
    """
    told = {name.lower(): value for name, value in payload.items() if name.lower() in _NAMES}
    if not all(isinstance(value, str) for value in told.values()):
        return None
    kept = [(name, value) for name, value in sent.raw if name.decode("latin-1") not in told]
    return Headers(raw=[*kept, *((name.encode(), told[name].encode()) for name in told)])
