"""`quorum serve`: the server until a signal ends it."""

from collections.abc import Mapping
from typing import Final

import click
from starlette.types import ASGIApp

from execution.context import Context, Right, Viewer
from jobs.worker import work
from schema import serving
from schema.build import build_schema
from server.app import build_app
from server.background import Work
from server.commands import Installation, installed, run_command, settings_or_exit
from server.contexts import new_id
from server.graphql_request import Operation
from server.process import listen, serve
from server.settings import Settings
from store.tenants import all_tenants

WORKER: Final = "worker"


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
            await serve(app_of(installation), listener)


def app_of(installation: Installation) -> ASGIApp:
    """The application over an open installation, with all that runs beside the requests."""
    schema = build_schema(installation.settings.request_seconds)

    async def execute(context: Context, operation: Operation) -> serving.Answer:
        return await serving.execute(
            schema, context, operation.query, operation.variables, operation.name
        )

    return build_app(
        installation.settings,
        installation.contexts,
        execute,
        is_ready=installation.opened.is_ready,
        background=works(installation),
    )


def works(installation: Installation) -> Mapping[str, Work]:
    """What runs beside the requests for as long as the server serves, each by its name."""
    worker = new_id("worker")

    async def contexts() -> list[Context]:
        tenants = await all_tenants(installation.opened.database)
        return [
            installation.contexts.of(Viewer(tenant["_id"], WORKER, frozenset(Right)))
            for tenant in tenants
        ]

    return {
        "The worker": lambda: work(contexts, worker, daily_at=installation.settings.daily_at),
        "The event feed": lambda: installation.contexts.feed.run(),
    }
