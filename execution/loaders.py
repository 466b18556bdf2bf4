"""Loaders: what many parents of one level ask for is fetched by one command.

Nothing is remembered between levels, so what a mutation returns is read after its commit.
"""

from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from typing import Any, TypeVar

from execution.levels import Levels, Loader
from execution.sources import Document, Sourced, at
from store.reading import Fields, Reader

Asked = tuple[str, Fields]
S = TypeVar("S", bound=Sourced)
K = TypeVar("K")
V = TypeVar("V")


class Loaders:
    """The loaders of one request, made when they are first needed."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self._levels = Levels()
        self._loaders: dict[Hashable, Loader[Any, Any]] = {}
        self._remembered: dict[Hashable, Any] = {}

    def loader(
        self, name: Hashable, load: Callable[[list[K]], Awaitable[Sequence[V]]]
    ) -> Loader[K, V]:
        """The loader of this name; `load` gives one value per key, in their order."""
        found = self._loaders.get(name)
        if found is None:
            found = self._loaders[name] = Loader(self._levels, load)
        return found

    def know(self, remembered: Mapping[Hashable, Any]) -> None:
        """Remember from the beginning what `once` would find out."""
        self._remembered.update(remembered)

    def once(self, name: Hashable, make: Callable[[], V]) -> V:
        """What `make` gives, made once in a request."""
        if name not in self._remembered:
            self._remembered[name] = make()
        value: V = self._remembered[name]
        return value

    def one(self, target: type[S], path: str = "_id") -> Loader[Asked, S | None]:
        """Loads the one document of the target's collection that holds a key at `path`."""

        async def load(asked: list[Asked]) -> list[S | None]:
            keys = {key for key, _ in asked}
            fields = together(fields for _, fields in asked)
            found: dict[str, Document] = {}
            for document in await self.reader.by_key(target.collection, path, keys, fields):
                values = at(document, path)
                for value in values if isinstance(values, list) else [values]:
                    found[value] = document
            return [target.of(found[key]) if key in found else None for key, _ in asked]

        return self.loader((target, path), load)


def together(parts: Any) -> Fields:
    """All the fields that any part asks for."""
    return frozenset().union(*parts)
