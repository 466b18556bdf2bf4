"""The application: which route is answered by what, and what stands before every route."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Final

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route, Router, WebSocketRoute
from starlette.types import ASGIApp

from server import graphiql
from server.access_log import AccessLog
from server.asking import Asking, Execute
from server.background import Work, running
from server.contexts import Contexts
from server.examples import EXAMPLES
from server.graphql_http import GraphQLEndpoint, page_instead
from server.graphql_ws import SocketEndpoint
from server.guards import Guards, SecurityHeaders
from server.metrics import MetricsEndpoint
from server.presence import Presence
from server.settings import Settings
from server.stopping import Stopping
from server.subscriptions import Subscriptions

GRAPHQL: Final = "/graphql"


def build_app(
    settings: Settings,
    contexts: Contexts,
    execute: Execute,
    *,
    reason_not_ready: Callable[[], Awaitable[str | None]],
    takes_writes: Callable[[], bool] = lambda: True,
    stopping: Stopping | None = None,
    measure: Work | None = None,
    background: Mapping[str, Work] | None = None,
) -> ASGIApp:
    """The whole application over an open database; `background` runs as long as it serves.

    Once it is `stopping`, its subscriptions are closed.
    `measure` looks up what is told of the database when somebody reads the metrics.
    """
    stopping = stopping or Stopping()
    subscriptions = Subscriptions(settings.subscription_limit)
    stopping.tell(lambda: subscriptions.close("The server is stopping; subscribe again."))

    async def ready(request: Request) -> Response:
        reason = "stopping" if stopping.is_asked else await reason_not_ready()
        return PlainTextResponse(f"down: {reason}", 503) if reason else PlainTextResponse("ready")

    @asynccontextmanager
    async def lifespan(app: Router) -> AsyncIterator[None]:
        async with running(background or {}):
            yield

    asking = Asking(
        execute,
        contexts,
        settings,
        presence=Presence(takes_writes),
        stopping=stopping,
        subscriptions=subscriptions,
    )
    endpoint = GraphQLEndpoint(asking, settings)
    routes: list[BaseRoute] = [
        Route(GRAPHQL, endpoint.answer, methods=["POST"]),
        WebSocketRoute(GRAPHQL, SocketEndpoint(asking)),
        Route(GRAPHQL, page_instead),
        graphiql.home(),
        *graphiql.routes(GRAPHQL, EXAMPLES),
        Route("/healthz", healthy),
        Route("/readyz", ready),
        Route("/metrics", MetricsEndpoint(measure or _nothing).answer),
    ]
    guarded = Guards(Router(routes, lifespan=lifespan), settings.names)
    return AccessLog(SecurityHeaders(guarded))


async def _nothing() -> None:
    """There is no database to look at."""


async def healthy(request: Request) -> Response:
    """The process is up, whatever its database does."""
    return PlainTextResponse("up")
