"""Snapshots: many reads that all see the database as it was at one moment."""

import inspect
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.errors import OperationFailure

from store.driver import Client, Database

_WINDOW: Final = "minSnapshotHistoryWindowInSeconds"
_A_DAY: Final = 86_400
_SNAPSHOT_TOO_OLD: Final = 239
_SNAPSHOT_UNAVAILABLE: Final = 246


class SnapshotLost(Exception):
    """MongoDB does not keep the moment any more; what has been read of it is incomplete."""


@asynccontextmanager
async def snapshot(database: Database) -> AsyncIterator[AsyncClientSession]:
    """A session whose reads all see one moment, that of the first of them.

    Raises `SnapshotLost` when that moment is gone before the end of the block.
    """
    opened: Any = database.client.start_session(snapshot=True)
    session = await opened if inspect.isawaitable(opened) else opened
    async with session:
        try:
            yield session
        except OperationFailure as error:
            if error.code in (_SNAPSHOT_TOO_OLD, _SNAPSHOT_UNAVAILABLE):
                raise SnapshotLost from error
            raise


@asynccontextmanager
async def long_history(client: Client) -> AsyncIterator[None]:
    """Have a MongoDB that is ours alone keep its moments for a day while the block lasts.

    By itself it keeps them for five minutes.
    """
    kept = await client.admin.command({"getParameter": 1, _WINDOW: 1})
    await client.admin.command({"setParameter": 1, _WINDOW: _A_DAY})
    try:
        yield
    finally:
        await client.admin.command({"setParameter": 1, _WINDOW: kept[_WINDOW]})
