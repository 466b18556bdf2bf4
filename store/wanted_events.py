"""Wanted events: which of all events a reader asks for, as a query and as a test of one."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from store.driver import Document
from store.filters import any_of, every
from store.reading import Query


@dataclass(frozen=True, slots=True)
class Condition:
    """One of the values stands at one of the paths."""

    paths: tuple[str, ...]
    values: frozenset[str]

    @property
    def query(self) -> Query:
        found = [any_of(path, sorted(self.values)) or {} for path in self.paths]
        return found[0] if len(found) == 1 else {"$or": found}

    def holds(self, event: Document) -> bool:
        for path in self.paths:
            value = _at(event, path) if "." in path else event.get(path)
            if value in self.values:
                return True
        return False


@dataclass(frozen=True, slots=True)
class Wanted:
    """The events of which every condition holds."""

    conditions: tuple[Condition, ...] = ()

    @property
    def query(self) -> Query:
        """What finds these events."""
        return every(*(condition.query for condition in self.conditions))

    def holds(self, event: Document) -> bool:
        """Whether it is one of these events: what the query would find."""
        return all(condition.holds(event) for condition in self.conditions)


EVERY_EVENT: Final = Wanted()


def wanted(*asked: tuple[str | tuple[str, ...], Iterable[str] | None]) -> Wanted:
    """The events that have, for each path or paths asked about, one of the values; None asks
    nothing."""
    return Wanted(
        tuple(
            Condition(paths if isinstance(paths, tuple) else (paths,), frozenset(values))
            for paths, values in asked
            if values is not None
        )
    )


def _at(event: Document, path: str) -> Any:
    value: Any = event
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value
