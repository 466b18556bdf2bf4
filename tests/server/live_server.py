"""The whole application on a port of its own, over a tenant of the suite's database."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import orjson
from websockets.asyncio.client import ClientConnection, connect

from domain.identifiers import TenantId
from execution.context import Context, Right, Viewer
from resolvers import roles
from resolvers.tenants import create_tenant
from schema.build import build_schema
from schema.subscribing import respond
from server.app import build_app
from server.asking import Answered
from server.contexts import Contexts
from server.graphql_request import Operation
from server.graphql_ws import PROTOCOL
from server.process import serve
from server.settings import Settings
from server.stopping import Stopping
from store.driver import Database

COMPONENTS = "subscription ($after: Position) { componentEvents(after: $after) {\
 position events { position type subjectId } } }"


@dataclass(frozen=True, slots=True)
class Live:
    """A server that serves a tenant, and what is in its hands."""

    port: int
    ctx: Context
    stopping: Stopping

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/graphql"

    async def change(self, name: str) -> str:
        """Make a role, which is an event of a component; its id."""
        made = await roles.create_role(self.ctx, name, None)
        assert isinstance(made, str), made
        return made

    def socket(self, *protocols: Any, **headers: str) -> connect:
        """A connection as a client of the protocol makes it."""
        return connect(
            f"ws://127.0.0.1:{self.port}/graphql",
            subprotocols=list(protocols) or [PROTOCOL],  # type: ignore[list-item]
            additional_headers=headers,
            max_size=None,
        )


@asynccontextmanager
async def live(database: Database, tenant: TenantId, **settings: Any) -> AsyncIterator[Live]:
    """The server with these settings, until the block ends."""
    chosen = Settings(tenant=tenant, **settings)
    contexts = Contexts(database, timedelta(days=chosen.event_cursor_days))
    ctx = contexts.of(Viewer(tenant, "sam", frozenset(Right)))
    await create_tenant(ctx, "Home", "UTC")
    schema = build_schema()

    async def execute(context: Context, operation: Operation) -> Answered:
        return await respond(schema, context, operation.query, operation.variables, operation.name)

    async def no_reason() -> None:
        return None

    stopping = Stopping()
    app = build_app(
        chosen,
        contexts,
        execute,
        reason_not_ready=no_reason,
        stopping=stopping,
        background={"feed": contexts.feed.run},
    )
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        serving = asyncio.create_task(serve(app, listener, chosen, stopping))
        try:
            yield Live(port, ctx, stopping)
        finally:
            serving.cancel()
            with suppress(asyncio.CancelledError):
                await serving


async def say(socket: ClientConnection, type: str, **members: object) -> None:
    """Send a message of the protocol."""
    await socket.send(orjson.dumps({"type": type, **members}).decode())


async def heard(socket: ClientConnection) -> Any:
    """The next message."""
    async with asyncio.timeout(5):
        return orjson.loads(await socket.recv())


async def initialised(socket: ClientConnection, **payload: object) -> None:
    """Say who asks, and be heard."""
    await say(socket, "connection_init", payload=payload)
    assert await heard(socket) == {"type": "connection_ack"}
