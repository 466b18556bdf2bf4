"""Directories: what a tenant has set up, found by its id or by its name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from domain.folding import fold
from store.records import Records

Id = TypeVar("Id")


@dataclass(frozen=True, slots=True)
class Directory(Generic[Id]):
    """All of one kind, by id and by folded name."""

    ids: Mapping[str, Id]

    def find(self, reference: str) -> Id | None:
        """The one of this id or name, however the name is written; None of none."""
        return self.ids.get(reference) or self.ids.get(fold(reference))


async def directory_of(records: Records, id_of: Callable[[str], Id]) -> Directory[Id]:
    """Every document of the tenant, as few as it sets up by hand; an id goes before a name."""
    stored = await records.all({"name": 1})
    names = {fold(each["name"]): id_of(each["_id"]) for each in stored}
    return Directory(names | {each["_id"]: id_of(each["_id"]) for each in stored})
