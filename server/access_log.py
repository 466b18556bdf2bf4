"""The access log: every request gets an id, which its answer carries, and one line when it ends."""

import logging
import re
import secrets
import time
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from execution.error_codes import ErrorCode
from server.refusals import Refusal, refused

LOG: Final = logging.getLogger("quorum.access")

_REQUEST_ID: Final = "quorum.request_id"
_NOTES: Final = "quorum.notes"
_PLAIN: Final = re.compile(r"[!-~]{1,200}")
_UNEXPECTED: Final = Refusal(500, ErrorCode.INTERNAL, "Unexpected error.")


class AccessLog:
    """Names, times and logs each request; a bug below becomes one sentence and a logged trace."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        identifier = scope[_REQUEST_ID] = secrets.token_hex(8)
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
            LOG.exception("failed id=%s", identifier)
            if not status:
                await refused(_UNEXPECTED, identifier)(scope, receive, send_with_id)
        finally:
            if LOG.isEnabledFor(logging.INFO):
                LOG.info(_line(scope, status, time.perf_counter() - started))


def request_id(scope: Scope) -> str:
    """The id of the request that this scope belongs to."""
    return str(scope.get(_REQUEST_ID, ""))


def note(scope: Scope, name: str, value: str | None) -> None:
    """Add a word about the request to its line in the log."""
    if value is not None:
        scope.setdefault(_NOTES, {})[name] = value


def _line(scope: Scope, status: int, seconds: float) -> str:
    words = {
        "id": scope[_REQUEST_ID],
        "method": scope["method"],
        "path": scope.get("raw_path", b"").decode("ascii", "replace"),
        "status": str(status),
        "ms": f"{seconds * 1000:.1f}",
        **scope.get(_NOTES, {}),
    }
    return "request " + " ".join(f"{name}={_shown(value)}" for name, value in words.items())


def _shown(value: str) -> str:
    """The value when it is short and plain, else quoted: a line of the log stays one line."""
    return value if _PLAIN.fullmatch(value) else ascii(value[:200])
