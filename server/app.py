"""The application: which route is answered by what, and what stands before every route."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Final

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, Router
from starlette.types import ASGIApp

from server import graphiql
from server.access_log import AccessLog
from server.background import Work, running
from server.contexts import Contexts
from server.examples import EXAMPLES
from server.graphql_http import Execute, GraphQLEndpoint, page_instead
from server.guards import Guards, SecurityHeaders
from server.presence import Presence
from server.settings import Settings
from server.stopping import Stopping
from server.viewers import Viewers

GRAPHQL: Final = "/graphql"


def build_app(
    settings: Settings,
    contexts: Contexts,
    execute: Execute,
    *,
    reason_not_ready: Callable[[], Awaitable[str | None]],
    takes_writes: Callable[[], bool] = lambda: True,
    stopping: Stopping | None = None,
    background: Mapping[str, Work] | None = None,
) -> ASGIApp:
    """The whole application over an open database; `background` runs as long as it serves."""
    stopping = stopping or Stopping()

    async def ready(request: Request) -> Response:
        reason = "stopping" if stopping.is_asked else await reason_not_ready()
        return PlainTextResponse(f"down: {reason}", 503) if reason else PlainTextResponse("ready")

    @asynccontextmanager
    async def lifespan(app: Router) -> AsyncIterator[None]:
        async with running(background or {}):
            yield

    viewers = Viewers(settings, contexts.has_tenant)
    presence = Presence(takes_writes)
    endpoint = GraphQLEndpoint(execute, viewers, contexts, settings, presence, stopping)
    routes = [
        Route(GRAPHQL, endpoint.answer, methods=["POST"]),
        Route(GRAPHQL, page_instead),
        graphiql.home(),
        *graphiql.routes(GRAPHQL, EXAMPLES),
        Route("/healthz", healthy),
        Route("/readyz", ready),
    ]
    guarded = Guards(Router(routes, lifespan=lifespan), settings.names)
    return AccessLog(SecurityHeaders(guarded))


async def healthy(request: Request) -> Response:
    """The process is up, whatever its database does."""
    return PlainTextResponse("up")
