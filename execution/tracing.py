"""Tracing: spans of what a process does, for who collects them; next to nothing when nobody does.

A span names kinds and ids of our own making, never what people have stored or sent.
"""

from contextlib import AbstractContextManager, nullcontext
from typing import Final, Protocol


class Span(Protocol):
    """A piece of work that is being done."""

    def rename(self, name: str) -> None:
        """It is known better by now what is done."""

    def tell(self, name: str, value: str) -> None:
        """Something about it that is known only now."""

    def fail(self, code: str) -> None:
        """It has ended with an error of this code."""


class Tracer(Protocol):
    """Where spans go."""

    def span(
        self, name: str, attributes: dict[str, str], caller: str | None
    ) -> AbstractContextManager[Span]:
        """A span for as long as a block lasts; what is done in it is below it."""


class _Nowhere:
    """A span and a tracer for nobody."""

    def rename(self, name: str) -> None:
        """Nobody is told."""

    def tell(self, name: str, value: str) -> None:
        """Nobody is told."""

    def fail(self, code: str) -> None:
        """Nobody is told."""

    def span(
        self, name: str, attributes: dict[str, str], caller: str | None
    ) -> AbstractContextManager[Span]:
        return _NOTHING


_NOWHERE: Final = _Nowhere()
_NOTHING: Final[AbstractContextManager[Span]] = nullcontext(_NOWHERE)
_tracers: Final[list[Tracer]] = []


def trace_with(tracer: Tracer | None) -> None:
    """From now on spans go there; None: nowhere."""
    _tracers[:] = [] if tracer is None else [tracer]


def span(
    name: str, attributes: dict[str, str] | None = None, caller: str | None = None
) -> AbstractContextManager[Span]:
    """A span around a block; `caller` is the `traceparent` of who asked for it."""
    tracer: Tracer = _tracers[0] if _tracers else _NOWHERE
    return tracer.span(name, attributes or {}, caller)
