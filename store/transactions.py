"""Transactions: what is stored wholly or not at all, tried again when others are in the way."""

import asyncio
import inspect
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, Final, TypeVar

from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.errors import ConnectionFailure, PyMongoError

from store.driver import Database

_DEADLINE_SECONDS: Final = 5.0
_LONGEST_PAUSE_SECONDS: Final = 0.05

R = TypeVar("R")


class OutOfTurn(Exception):
    """Somebody else changed the same things at the same time; nothing of this is stored."""


@asynccontextmanager
async def transaction(database: Database) -> AsyncIterator[AsyncClientSession]:
    """A session in a transaction that commits at the end of the block, or aborts on an error.

    Raises `OutOfTurn` when it has to be tried again. A commit of which no answer came is asked
    for again, which does not commit twice.
    """
    opened: Any = database.client.start_session()
    session = await opened if inspect.isawaitable(opened) else opened
    async with session:
        # A transaction takes its write concern from the client unless it is told another.
        started: Any = session.start_transaction(write_concern=database.write_concern)
        if inspect.isawaitable(started):
            await started
        try:
            yield session
            await _commit(session)
        except PyMongoError as error:
            if _is_transient(error):
                raise OutOfTurn from error
            raise
        finally:
            if session.in_transaction:
                await session.abort_transaction()


async def in_transaction(
    database: Database, work: Callable[[AsyncClientSession], Awaitable[R]]
) -> R:
    """What the work returns, done in a transaction; done anew while others are in the way.

    Raises `OutOfTurn` when they are until the deadline of a few seconds.
    """
    deadline = _deadline()
    while True:
        try:
            async with transaction(database) as session:
                return await work(session)
        except OutOfTurn as error:
            if _is_over(deadline):
                if isinstance(error.__cause__, ConnectionFailure):
                    raise error.__cause__ from None  # nobody was faster: nobody answered
                raise
        await asyncio.sleep(random.uniform(0, _LONGEST_PAUSE_SECONDS))


def _is_transient(error: PyMongoError) -> bool:
    """Whether the transaction left nothing behind and may fare better another time."""
    return error.has_error_label("TransientTransactionError")


async def _commit(session: AsyncClientSession) -> None:
    deadline = _deadline()
    while True:
        try:
            await session.commit_transaction()
        except PyMongoError as error:
            is_unknown = error.has_error_label("UnknownTransactionCommitResult")
            if not is_unknown or _is_over(deadline):
                raise
        else:
            return
        await asyncio.sleep(random.uniform(0, _LONGEST_PAUSE_SECONDS))


def _deadline() -> float:
    return asyncio.get_running_loop().time() + _DEADLINE_SECONDS


def _is_over(deadline: float) -> bool:
    return asyncio.get_running_loop().time() > deadline
