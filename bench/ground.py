"""What a measurement stands on: a MongoDB of its own, a new tenant, a context with all rights."""

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from domain.identifiers import TenantId
from execution.context import Context, Right, Viewer
from execution.new_ids import new_id
from resolvers.tenants import create_tenant
from server.contexts import now
from server.mongod import embedded_mongod
from store.driver import Database, close, open_client, open_database
from store.indexes import ensure_indexes
from store.stores import Stores

TENANT = TenantId("default")


@dataclass(frozen=True, slots=True)
class Ground:
    """A database with one new tenant; `uri` is for processes that join the measurement.

    All that its MongoDB stores is in `folder`, if that is one of its own.
    """

    uri: str
    mongod_pid: int | None
    database: Database
    ctx: Context
    folder: Path | None = None


def context(database: Database, tenant: TenantId = TENANT, actor: str = "bench") -> Context:
    """A context with every right on the real clock."""
    return Context(
        viewer=Viewer(tenant, actor, frozenset({Right.ADMIN})),
        now=now,
        stores=Stores(database, tenant),
        new_id=lambda prefix: new_id(prefix, now()),
    )


@asynccontextmanager
async def ground() -> AsyncIterator[Ground]:
    """Start a MongoDB in a folder of its own, make the tenant; all of it goes at the end."""
    with tempfile.TemporaryDirectory(prefix="qb") as folder:
        async with embedded_mongod(Path(folder)) as mongod:
            client = open_client(mongod.uri)
            try:
                database = open_database(client, "quorum_bench")
                await ensure_indexes(database)
                ctx = context(database)
                await create_tenant(ctx, "Bench", "UTC")
                yield Ground(mongod.uri, mongod.pid, database, ctx, Path(folder))
            finally:
                await close(client)
