"""Somebody else who is at the same documents: in the way all the while, or always faster."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from store.driver import Database
from store.records import Records
from store.transactions import transaction


class Withdrawn(Exception):
    """Whoever was in the way goes, and leaves nothing."""


@asynccontextmanager
async def in_the_way(database: Database, **held: str) -> AsyncIterator[None]:
    """Somebody who is changing these documents all the while, and then does not."""
    with suppress(Withdrawn):
        async with transaction(database) as session:
            for name, id in held.items():
                touch = {"$set": {"touched": True}}
                await database[name].update_one({"_id": id}, touch, session=session)
            yield
            raise Withdrawn


def outrun(records: Records) -> None:
    """From now on each document is changed by somebody else right after it was read here."""
    read = records.one

    async def read_too_early(id: str, *arguments: Any, **named: Any) -> Any:
        document = await read(id, *arguments, **named)
        await records.collection.update_one({"_id": id}, {"$inc": {"version": 1}})
        return document

    setattr(records, "one", read_too_early)  # noqa: B010  # mypy lets no method be assigned
