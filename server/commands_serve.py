"""`quorum serve`: the server until a signal ends it."""

import asyncio
import random
import socket
from collections.abc import Mapping
from contextlib import suppress
from typing import Final

import click
from starlette.types import ASGIApp

from execution.context import Context, Right, Viewer
from jobs.webhook_deliverer import deliver
from jobs.webhook_sending import Sender
from jobs.webhook_telling import Telling
from jobs.worker import work
from schema.build import build_schema
from schema.subscribing import respond
from server.app import build_app
from server.asking import Answered
from server.background import Work
from server.commands import Installation, installed, run_command, settings_or_exit
from server.contexts import new_id, now
from server.database_metrics import Waiting
from server.graphql_request import Operation
from server.process import listen, serve
from server.settings import Execution, Settings
from server.stopping import Stopping
from store.backlog import Backlog
from store.deployment import StoreFailure
from store.tenants import all_tenants

WORKER: Final = "worker"

_LAST_EVENTS_SECONDS: Final = 2.0


def run_serve() -> None:
    """Serve until SIGINT, SIGTERM or SIGHUP; what was started is stopped, MongoDB last."""
    run_command(_serve(settings_or_exit()))


async def _serve(settings: Settings) -> None:
    with listen(settings) as listener:
        async with installed(settings) as installation:
            await installation.tenant_context(settings.tenant)
            click.echo(
                f"Quorum serves on {settings.address} (GraphiQL: {settings.address}/graphiql)"
            )
            await serve_until_signalled(installation, listener)


async def serve_until_signalled(installation: Installation, listener: socket.socket) -> None:
    """Serve an open installation; at the end nothing of it is under way."""
    stopping = Stopping()
    app = app_of(installation, stopping)
    try:
        await serve(app, listener, installation.settings, stopping)
    finally:
        await _move_last_events(installation)


async def _move_last_events(installation: Installation) -> None:
    """Move what is left in outboxes; what cannot be moved now waits for the next start."""
    with suppress(TimeoutError, StoreFailure):
        async with asyncio.timeout(_LAST_EVENTS_SECONDS):
            for stores in installation.contexts.kept:
                await stores.relay.sweep()


def app_of(installation: Installation, stopping: Stopping) -> ASGIApp:
    """The application over an open installation, with all that runs beside the requests."""
    settings = installation.settings
    is_compiled = settings.execution is Execution.COMPILED
    schema = build_schema(settings.request_seconds, is_compiled=is_compiled)

    async def execute(context: Context, operation: Operation) -> Answered:
        return await respond(schema, context, operation.query, operation.variables, operation.name)

    return build_app(
        settings,
        installation.contexts,
        execute,
        reason_not_ready=installation.opened.reason_not_ready,
        takes_writes=installation.opened.takes_writes,
        stopping=stopping,
        measure=Waiting(
            Backlog(installation.opened.database), installation.opened.takes_writes, now
        ).measure,
        background=works(installation, stopping),
    )


def works(installation: Installation, stopping: Stopping) -> Mapping[str, Work]:
    """What runs beside the requests for as long as the server serves, each by its name."""
    settings = installation.settings
    worker = new_id("worker")

    async def contexts() -> list[Context]:
        tenants = await all_tenants(installation.opened.database)
        return [
            installation.contexts.of(Viewer(tenant["_id"], WORKER, frozenset(Right)))
            for tenant in tenants
        ]

    async def worked() -> None:
        async with stopping.under_way():
            await work(contexts, worker, daily_at=settings.daily_at, ending=stopping.asked)

    async def delivered() -> None:
        sender = Sender(allow_private=settings.webhook_allow_private)
        telling = Telling(
            worker,
            sender,
            random.random,
            waiting_limit=settings.webhook_waiting_limit,
            ending=stopping.asked,
        )
        try:
            async with stopping.under_way():
                await deliver(contexts, telling, log_days=settings.webhook_log_days)
        finally:
            await sender.close()

    return {
        "The worker": worked,
        "The event feed": lambda: installation.contexts.feed.run(),
        "The deliverer of webhooks": delivered,
    }
