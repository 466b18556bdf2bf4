"""The MongoDB that a process is pointed at: whether it answers, and whether it will do."""

from collections.abc import Sequence
from typing import Final, TypeAlias

from pymongo.errors import (
    BulkWriteError,
    ConnectionFailure,
    CursorNotFound,
    PyMongoError,
    WriteConcernError,
)

from store.driver import Client, Driver, Listener, close, open_client
from store.reading import TookTooLong
from store.transactions import OutOfTurn

StoreFailure: TypeAlias = PyMongoError
"""What any call of a store may raise when MongoDB is away or refuses."""

_LONGEST_REASON: Final = 200
_MAY_BE_TRIED_AGAIN: Final = ("RetryableWriteError", "TransientTransactionError")
_MOVING_ON: Final = frozenset({6, 7, 64, 89, 91, 189, 9001, 10107, 11600, 11602, 13435, 13436})
"""Codes of a server that ends, has lost its primary, or did not hear from a majority in time."""


async def connect(uri: str, driver: Driver, listeners: Sequence[Listener] = ()) -> Client | str:
    """A client of the deployment at `uri`, or why there is none, in words without the password."""
    try:
        client = open_client(uri, driver, listeners=listeners)
    except (PyMongoError, ValueError) as error:
        return in_short(error)
    reason = await _why_unusable(client)
    if reason is None:
        return client
    await close(client)
    return reason


async def answers(client: Client) -> bool:
    """Whether the deployment answers now."""
    try:
        return bool((await client.admin.command("ping"))["ok"])
    except PyMongoError:
        return False


def is_passing(error: Exception) -> bool:
    """Whether the same call may do later: MongoDB was away or slow, or others were in the way."""
    if isinstance(error, TookTooLong | ConnectionFailure | CursorNotFound | OutOfTurn):
        return True
    if not isinstance(error, PyMongoError):
        return False
    if isinstance(error, WriteConcernError):  # stored, and perhaps to be taken back
        return True
    if isinstance(error, BulkWriteError) and _is_cut_short(error):
        return True
    return error.timeout or any(error.has_error_label(label) for label in _MAY_BE_TRIED_AGAIN)


def _is_cut_short(error: BulkWriteError) -> bool:
    """Whether nothing but a server that moves on has kept a bulk from being stored."""
    details = error.details or {}
    failures = [*details.get("writeErrors", ()), *details.get("writeConcernErrors", ())]
    return bool(failures) and all(each.get("code") in _MOVING_ON for each in failures)


async def _why_unusable(client: Client) -> str | None:
    try:
        hello = await client.admin.command("hello")
        await client.admin.command("listDatabases", nameOnly=True)  # the user may be refused
    except PyMongoError as error:
        return in_short(error)
    if "setName" not in hello and hello.get("msg") != "isdbgrid":
        return "it is a lone server; make it a replica set, of one member if need be"
    return None


def in_short(error: Exception) -> str:
    """The reason in a driver's error, without its list of servers and timeouts."""
    text = str(error).partition(" (configured timeouts")[0].partition(", Timeout:")[0]
    return text.partition(", full error:")[0].rstrip(".")[:_LONGEST_REASON]
