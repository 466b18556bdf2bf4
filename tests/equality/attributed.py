"""Attributed work: which operation sends a command or calls a resolver, whatever else is on."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from typing import Any, Final
from unittest.mock import patch

from graphql import GraphQLObjectType
from pymongo.monitoring import CommandStartedEvent

from execution.declared import DeclaredField
from schema.build import QuorumSchema
from tests.recorder import Recorder

SENT: Final[ContextVar[list[str] | None]] = ContextVar("commands of an operation", default=None)
CALLED: Final[ContextVar[list[str] | None]] = ContextVar("resolvers it calls", default=None)

MOVE: Final = "move events"
"""A command by which events come into the log; how many that takes depends on who is faster."""

_DEFINITION: Final = "strawberry-definition"


class Attributing(Recorder):
    """Notes every read and write in the list of the operation that sends it.

    What an error has cut off goes on behind the answer, beside the operation that comes next.
    """

    def started(self, event: CommandStartedEvent) -> None:
        self.forget()
        super().started(event)
        own = SENT.get()
        if own is not None:
            own += [MOVE] if _moves_events(event) else self.commands


def _moves_events(event: CommandStartedEvent) -> bool:
    if event.command_name == "insert":
        return bool(event.command["insert"] == "events")
    changes = event.command.get("updates", ())
    return bool(changes) and all("outbox" in each["u"].get("$pull", ()) for each in changes)


@contextmanager
def attributing_resolvers(*schemas: QuorumSchema) -> Iterator[None]:
    """Meanwhile every call of a resolver is noted in the list of the operation that calls it."""
    with ExitStack() as stack:
        seen: set[int] = set()
        for schema in schemas:
            for kind in schema._schema.type_map.values():
                if not isinstance(kind, GraphQLObjectType):
                    continue
                for name, field in kind.fields.items():
                    declared: Any = (field.extensions or {}).get(_DEFINITION)
                    place = f"{kind.name}.{name}"
                    if hasattr(declared, "resolver") and id(declared) not in seen:
                        seen.add(id(declared))
                        noting = _noting(declared.resolver, place)
                        stack.enter_context(patch.object(declared, "resolver", noting))
                    is_plain = declared is not None and not isinstance(declared, DeclaredField)
                    if is_plain and declared.base_resolver is not None and field.resolve:
                        noting = _noting(field.resolve, place)
                        stack.enter_context(patch.object(field, "resolve", noting))
        yield


def _noting(call: Callable[..., Any], place: str) -> Callable[..., Any]:
    def noted(*args: Any, **kwargs: Any) -> Any:
        own = CALLED.get()
        if own is not None:
            own.append(place)
        return call(*args, **kwargs)

    return noted
