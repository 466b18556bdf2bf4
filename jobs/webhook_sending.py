"""Sending: one POST to an endpoint, and nowhere but where it may go.

The name is resolved and its addresses checked when a connection is opened, and the connection is
opened to an address that was checked: nothing is resolved in between. TLS and the `Host` header
keep the name. Redirects are not followed.
"""

import asyncio
import ipaddress
import logging
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

import httpcore

from domain.webhook_addresses import check_url, is_public
from domain.webhook_schedule import Answer, AttemptError, retry_after

TIMEOUT_SECONDS: Final = 20.0
"""How long an attempt takes at most, from resolving the name to the head of the answer."""

_BODY_SECONDS: Final = 2.0
_BODY_BYTES: Final = 65_536
"""How much of an answer's body is read, for the sake of using the connection again."""

_KEPT_SECONDS: Final = 4.0
"""How long an idle connection is kept: receivers commonly close theirs after five seconds, and what
is sent just then fails."""

_ADDRESS_SECONDS: Final = 5.0
"""How long an address is tried that is not the last of its name."""

_PORTS: Final = {"https": 443, "http": 80}
_USER_AGENT: Final = "Quorum-Webhooks/1.0"

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]


class AddressNotAllowed(Exception):
    """A name leads to an address that webhooks may not go to."""


class NameNotResolved(Exception):
    """A name leads to no address."""


async def resolved(host: str, port: int) -> Sequence[str]:
    """The addresses of a host as this machine resolves it."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NameNotResolved(host) from error
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


class Sender:
    """Sends signed messages; closed when no more are sent.

    It keeps connections by origin itself: httpcore's pool looks at every one of them for each
    request.
    """

    def __init__(
        self,
        *,
        allow_private: bool = False,
        resolve: Resolve = resolved,
        network: httpcore.AsyncNetworkBackend | None = None,
        tls: ssl.SSLContext | None = None,
        seconds: float = TIMEOUT_SECONDS,
    ) -> None:
        self._allow_private = allow_private
        self._seconds = seconds
        self._tls = tls or httpcore.default_ssl_context()
        self._network = _Checked(
            network or httpcore.AnyIOBackend(), resolve, allow_private=allow_private
        )
        self._idle: dict[str, list[httpcore.AsyncHTTPConnection]] = {}
        self._swept_at = 0.0
        # At its lowest level it would tell the log where everything goes.
        logging.getLogger("httpcore").setLevel(logging.WARNING)

    async def send(
        self, url: str, headers: Mapping[str, str], body: bytes, now: Callable[[], datetime]
    ) -> Answer:
        """What the endpoint answers to a message, or why there is no answer."""
        if check_url(url, allow_private=self._allow_private):
            return Answer(None, AttemptError.ADDRESS_NOT_ALLOWED)
        try:
            async with asyncio.timeout(self._seconds) as limit:
                return await self._answer(url, headers, body, now, limit)
        except AddressNotAllowed:
            return Answer(None, AttemptError.ADDRESS_NOT_ALLOWED)
        except NameNotResolved:
            return Answer(None, AttemptError.NAME_NOT_RESOLVED)
        except (TimeoutError, httpcore.TimeoutException):
            return Answer(None, AttemptError.TIMED_OUT)
        except httpcore.NetworkError as error:
            is_tls = isinstance(error.__cause__ or error.__context__, ssl.SSLError)
            return Answer(
                None, AttemptError.TLS_FAILED if is_tls else AttemptError.CONNECTION_FAILED
            )
        except httpcore.RemoteProtocolError:
            return Answer(None, AttemptError.NO_HTTP)

    async def close(self) -> None:
        """Close every connection."""
        for connections in self._idle.values():
            for connection in connections:
                await connection.aclose()
        self._idle.clear()

    async def _answer(
        self,
        url: str,
        headers: Mapping[str, str],
        body: bytes,
        now: Callable[[], datetime],
        limit: asyncio.Timeout,
    ) -> Answer:
        where, host = _place(url)
        pairs = _pairs({"host": host, **headers, "user-agent": _USER_AGENT})
        origin = where.origin
        connection = await self._connection(origin)
        try:
            async with connection.stream("POST", where, headers=pairs, content=body) as response:
                limit.reschedule(None)  # the answer is there, whatever becomes of its body
                wait = next((v for k, v in response.headers if k.lower() == b"retry-after"), None)
                asked = retry_after(None if wait is None else wait.decode("latin-1"), now())
                await _read(response)
                return Answer(response.status, None, asked)
        finally:
            if connection.is_idle():
                self._idle.setdefault(str(origin), []).append(connection)
            else:
                await connection.aclose()

    async def _connection(self, origin: httpcore.Origin) -> httpcore.AsyncHTTPConnection:
        """A connection that nobody uses: one of before if it is still good, or a new one."""
        await self._sweep()
        idle = self._idle.get(str(origin), [])
        while idle:
            connection = idle.pop()
            if connection.is_available() and not connection.has_expired():
                return connection
            await connection.aclose()
        return httpcore.AsyncHTTPConnection(
            origin,
            ssl_context=self._tls,
            keepalive_expiry=_KEPT_SECONDS,
            network_backend=self._network,
        )

    async def _sweep(self) -> None:
        """Close, from time to time, what has been idle for too long."""
        now = asyncio.get_running_loop().time()
        if now < self._swept_at + _KEPT_SECONDS:
            return
        self._swept_at = now
        expired: list[httpcore.AsyncHTTPConnection] = []
        for origin, connections in list(self._idle.items()):
            expired += [each for each in connections if each.has_expired()]
            if kept := [each for each in connections if not each.has_expired()]:
                self._idle[origin] = kept
            else:
                del self._idle[origin]
        for connection in expired:
            await connection.aclose()


class _Checked(httpcore.AsyncNetworkBackend):
    """Connects to addresses that were checked, and to nothing else."""

    def __init__(
        self, network: httpcore.AsyncNetworkBackend, resolve: Resolve, *, allow_private: bool
    ) -> None:
        self._network = network
        self._resolve = resolve
        self._allow_private = allow_private
        self._asked: dict[tuple[str, int], asyncio.Future[Sequence[str]]] = {}

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - named by httpcore
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        addresses = await self._addresses(host.removeprefix("[").removesuffix("]"), port)
        if not addresses:
            raise NameNotResolved(host)
        if not self._allow_private and not all(map(_is_public, addresses)):
            raise AddressNotAllowed(host)
        *others, last = addresses[:3]
        for address in others:
            try:
                return await self._network.connect_tcp(
                    address, port, _ADDRESS_SECONDS, local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return await self._network.connect_tcp(last, port, timeout, local_address, socket_options)

    async def _addresses(self, host: str, port: int) -> Sequence[str]:
        """The addresses of a host, which is looked up once for all who wait for it.

        Few threads look up names: one that nobody answers for must not take them all.
        """
        key = host, port
        asked = self._asked.get(key)
        if asked is None:
            asked = self._asked[key] = asyncio.ensure_future(self._resolve(host, port))

            def forget(done: asyncio.Future[Sequence[str]]) -> None:
                del self._asked[key]
                if not done.cancelled():
                    done.exception()  # perhaps nobody waits any more

            asked.add_done_callback(forget)
        return await asyncio.shield(asked)


def _is_public(address: str) -> bool:
    try:
        return is_public(ipaddress.ip_address(address))
    except ValueError:
        return False


def _place(url: str) -> tuple[httpcore.URL, str]:
    """A URL in httpcore's parts, and what the `Host` header says of it.

    By itself httpcore leaves out what stands behind `;`, and the brackets of an address.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    named = f"[{host}]" if ":" in host else host
    if parts.port is not None and parts.port != _PORTS[parts.scheme]:
        named = f"{named}:{parts.port}"
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return httpcore.URL(scheme=parts.scheme, host=host, port=parts.port, target=target), named


def _pairs(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.encode("ascii"), value.encode("latin-1")) for name, value in headers.items()]


async def _read(response: httpcore.Response) -> None:
    """Read a body that is short and comes soon; of any other the connection is given up."""
    read = 0
    try:
        async with asyncio.timeout(_BODY_SECONDS):
            async for part in response.aiter_stream():
                read += len(part)
                if read > _BODY_BYTES:
                    return
    except (TimeoutError, httpcore.NetworkError, httpcore.RemoteProtocolError):
        return
