"""Guards: what stands before every route while nobody signs in.

A page of any web site can make a browser send requests to this machine. The `Host` header must
name this machine (a foreign name that resolves to it is refused), and a request that a page makes
must come from a page of this server. No answer ever grants another origin anything.
"""

from collections.abc import Collection
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from execution.error_codes import ErrorCode
from server.access_log import request_id
from server.refusals import Refusal, refused

SECURITY_HEADERS: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
)


class Guards:
    """Lets a request through when its `Host` and `Origin` are this server's own."""

    def __init__(self, app: ASGIApp, allowed_hosts: Collection[str]) -> None:
        self._app = app
        self._allowed_hosts = frozenset(allowed_hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        refusal = foreign(Headers(scope=scope), self._allowed_hosts)
        if refusal is None:
            await self._app(scope, receive, send)
        else:
            await refused(refusal, request_id(scope))(scope, receive, send)


class SecurityHeaders:
    """Adds the headers that every answer carries, unless a route has set its own."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = list(message.get("headers", ()))
                names = {name for name, _ in own}
                own.extend(header for header in SECURITY_HEADERS if header[0] not in names)
                message["headers"] = own
            await send(message)

        await self._app(scope, receive, send_with_headers)


def foreign(headers: Headers, allowed_hosts: Collection[str]) -> Refusal | None:
    """Why the request is not meant for this server or not made by its pages; None when it is."""
    hosts = headers.getlist("host")
    if len(hosts) != 1 or host_name(hosts[0]) not in allowed_hosts:
        return Refusal(
            403, ErrorCode.FORBIDDEN, "This server does not answer to that Host.", "Host"
        )
    origins = headers.getlist("origin")
    if any(_authority(origin) != hosts[0].lower() for origin in origins):
        return Refusal(403, ErrorCode.FORBIDDEN, "Pages of other origins may not ask.", "Origin")
    return None


def host_name(host: str) -> str | None:
    """The name in a `Host` header, lower-case, without its port; None when it is malformed."""
    name, separator, port = host.lower().rpartition(":")
    if not separator or host.endswith("]"):
        return host.lower()
    return name if port.isascii() and port.isdigit() else None


def _authority(origin: str) -> str | None:
    try:
        parts = urlsplit(origin.lower())
    except ValueError:
        return None
    return parts.netloc if parts.scheme in ("http", "https") else None
