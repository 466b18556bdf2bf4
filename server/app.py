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
from server.settings import Settings
from server.viewers import Viewers

GRAPHQL: Final = "/graphql"


def build_app(
    settings: Settings,
    contexts: Contexts,
    execute: Execute,
    *,
    is_ready: Callable[[], Awaitable[bool]],
    background: Mapping[str, Work] | None = None,
) -> ASGIApp:
    """The whole application over an open database; `background` runs as long as it serves."""

    async def ready(request: Request) -> Response:
        return PlainTextResponse("ready") if await is_ready() else PlainTextResponse("down", 503)

    @asynccontextmanager
    async def lifespan(app: Router) -> AsyncIterator[None]:
        async with running(background or {}):
            yield

    endpoint = GraphQLEndpoint(execute, Viewers(settings, contexts.has_tenant), contexts, settings)
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
