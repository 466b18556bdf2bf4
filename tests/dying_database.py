"""A database of which one write is the last: the process that makes it ends before, in or after it.

Tests hand it to a context; whatever was written before stays, as after a real end.
"""

from typing import Any, Final, cast

from store.driver import Database
from tests.killing import Killed

_WRITES: Final = frozenset(
    {
        "bulk_write",
        "insert_one",
        "insert_many",
        "update_one",
        "update_many",
        "delete_one",
        "delete_many",
        "find_one_and_update",
        "find_one_and_delete",
        "aggregate",
    }
)


class DyingDatabase:
    """Passes everything on, and ends with `Killed` at the n-th moment around a write, from 0.

    A write has two such moments, one before and one after it; a bulk has a third in its middle.
    """

    def __init__(self, database: Database, at: int) -> None:
        self._database = database
        self._left = at
        self.has_died = False

    def as_database(self) -> Database:
        """This, to be used like any other."""
        return cast(Database, self)

    def moment(self) -> None:
        """One of the moments at which the process may end."""
        self._left -= 1
        if self._left < 0:
            self.has_died = True
            raise Killed

    @property
    def is_next(self) -> bool:
        return self._left == 0

    def __getitem__(self, name: str) -> Any:
        return _DyingCollection(self._database[name], self)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._database, name)


class _DyingCollection:
    def __init__(self, collection: Any, database: DyingDatabase) -> None:
        self._collection = collection
        self.database = database

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._collection, name)
        if name == "aggregate":
            return self._aggregate
        if name not in _WRITES:
            return method

        async def written(*arguments: Any, **named: Any) -> Any:
            self.database.moment()
            if name == "bulk_write" and self.database.is_next and len(arguments[0]) > 1:
                await method(arguments[0][: len(arguments[0]) // 2], **named)
            self.database.moment()
            answer = await method(*arguments, **named)
            self.database.moment()
            return answer

        return written

    def _aggregate(self, pipeline: Any, **named: Any) -> Any:
        if "$merge" in pipeline[-1]:
            self.database.moment()
        return self._collection.aggregate(pipeline, **named)
