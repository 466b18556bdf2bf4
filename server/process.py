"""The process: its port, its signals, and the server that runs until one of them."""

import asyncio
import contextlib
import gc
import os
import signal
import socket
from collections.abc import Coroutine, Iterator
from typing import Any, Final

import click
import uvicorn
import uvloop
from starlette.types import ASGIApp

from server import protocols
from server.settings import Settings
from server.stopping import Stopping

ENDING_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

_BACKLOG: Final = 2_048
_PING_SECONDS: Final = 20.0
_LAST_ANSWERS_SECONDS: Final = 5
_COLLECT_AFTER_ALLOCATIONS: Final = 50_000


class CommandFailed(click.ClickException):
    """What keeps a command from its work, in one sentence; it ends with exit code 1."""


def run(work: Coroutine[Any, Any, None]) -> bool:
    """Run `work` to its end; False when a signal cancelled it, and all it had opened is closed."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_until_signalled(work))


async def _until_signalled(work: Coroutine[Any, Any, None]) -> bool:
    task = asyncio.ensure_future(work)
    is_ending = False

    def end() -> None:
        # Only the first signal counts: a second one must not interrupt the closing.
        nonlocal is_ending
        if not is_ending:
            is_ending = True
            task.cancel()

    loop = asyncio.get_running_loop()
    for number in ENDING_SIGNALS:
        loop.add_signal_handler(number, end)
    try:
        await task
    except asyncio.CancelledError:
        return False
    return True


def listen(settings: Settings) -> socket.socket:
    """The listening socket; CommandFailed when the port is another's.

    It listens at once: a port that is only bound can be taken by another process.
    """
    family, _, _, _, address = _resolved(settings)
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        raise CommandFailed(
            f"Port {settings.port} on {settings.host} cannot be used"
            f" ({os.strerror(error.errno or 0).lower()}):"
            " stop what listens there or set QUORUM_PORT to another."
        ) from None
    listener.setblocking(False)
    return listener


async def serve(
    app: ASGIApp, listener: socket.socket, settings: Settings, stopping: Stopping
) -> None:
    """Answer requests until cancelled, then give what is under way its seconds to end.

    Meanwhile it listens, so that who asks hears that it stops. Another signal cuts that short.
    """
    config = uvicorn.Config(
        app,
        http=protocols.Http,
        ws=protocols.WebSocket,
        ws_max_size=settings.body_limit,
        ws_ping_interval=_PING_SECONDS,
        ws_ping_timeout=_PING_SECONDS,
        ws_per_message_deflate=False,  # its windows would be most of what an idle socket takes
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=_LAST_ANSWERS_SECONDS,
    )
    server = _Server(config)
    _calm_garbage_collector()
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        await asyncio.shield(serving)
    except asyncio.CancelledError:
        loop = asyncio.get_running_loop()
        for number in ENDING_SIGNALS:
            loop.add_signal_handler(number, stopping.hasten)
        await stopping.end(settings.stop_seconds)
        server.should_exit = True
        await serving
        raise


class _Server(uvicorn.Server):
    """uvicorn's server without its own signal handlers: the process has them."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _resolved(settings: Settings) -> tuple[Any, ...]:
    try:
        found = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)
    except OSError:
        raise CommandFailed(f"QUORUM_HOST {settings.host} has no address.") from None
    return found[0]


def _calm_garbage_collector() -> None:
    """What is loaded by now stays for good: leave it out of every collection, and collect less."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_COLLECT_AFTER_ALLOCATIONS, 20, 20)
