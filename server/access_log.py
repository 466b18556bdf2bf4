"""The access log: every request has an id, which its answer carries, and one line when it ends.

So has every operation that comes over a WebSocket.
"""

import logging
import re
import secrets
import time
from collections.abc import Mapping
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from execution.error_codes import ErrorCode
from server.logs import FIELDS
from server.refusals import Refusal, refused

LOG: Final = logging.getLogger("quorum.access")

_REQUEST_ID: Final = "quorum.request_id"
_NOTES: Final = "quorum.notes"
_PLAIN: Final = re.compile(r"[!-~]{1,200}")
_SANE_ID: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")
_SHORT: Final = {"request_id": "id"}
_UNEXPECTED: Final = Refusal(500, ErrorCode.INTERNAL, "Unexpected error.")


class AccessLog:
    """Names, times and logs each request; a bug below becomes one sentence and a logged trace."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        identifier = scope[_REQUEST_ID] = _given_id(scope) or secrets.token_hex(8)
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        header = (b"x-request-id", identifier.encode())
        started = time.perf_counter()
        status = 0

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), header]
            await send(message)

        try:
            await self._app(scope, receive, send_with_id)
        except Exception:
            LOG.exception("failed id=%s", identifier, extra={FIELDS: {"request_id": identifier}})
            if not status:
                await refused(_UNEXPECTED, identifier)(scope, receive, send_with_id)
        finally:
            if LOG.isEnabledFor(logging.INFO):
                fields = _fields(scope, status, time.perf_counter() - started)
                LOG.info(_line(fields), extra={FIELDS: fields})


def request_id(scope: Scope) -> str:
    """The id of the request that this scope belongs to."""
    return str(scope.get(_REQUEST_ID, ""))


def note(scope: Scope, name: str, value: str | None) -> None:
    """Add a word about the request to its line in the log."""
    if value is not None:
        scope.setdefault(_NOTES, {})[name] = value


def log_over_socket(identifier: str, seconds: float, notes: Mapping[str, str | None]) -> None:
    """The line of an operation that came over a WebSocket and has ended, however it did."""
    if LOG.isEnabledFor(logging.INFO):
        known = {name: value for name, value in notes.items() if value is not None}
        fields: dict[str, object] = {"request_id": identifier, "method": "WEBSOCKET"}
        fields |= {"ms": round(seconds * 1000, 1), **known}
        LOG.info(_line(fields), extra={FIELDS: fields})


def _given_id(scope: Scope) -> str | None:
    """The id that the sender has given the request, if it is one that can stand in a log."""
    for name, value in scope["headers"]:
        if name == b"x-request-id":
            text: str = value.decode("latin-1")
            return text if _SANE_ID.fullmatch(text) else None
    return None


def _fields(scope: Scope, status: int, seconds: float) -> dict[str, object]:
    return {
        "request_id": scope[_REQUEST_ID],
        "method": scope["method"],
        "path": scope.get("raw_path", b"").decode("ascii", "replace"),
        "status": status,
        "ms": round(seconds * 1000, 1),
        **scope.get(_NOTES, {}),
    }


def _line(fields: Mapping[str, object]) -> str:
    words = (f"{_SHORT.get(name, name)}={_shown(str(each))}" for name, each in fields.items())
    return "request " + " ".join(words)


def _shown(value: str) -> str:
    """The value when it is short and plain, else quoted: a line of the log stays one line."""
    return value if _PLAIN.fullmatch(value) else ascii(value[:200])
