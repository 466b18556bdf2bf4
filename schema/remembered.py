"""Remembered operations: a text that was found valid is not parsed and validated again.

Clients send the same few texts with other variables, and reading a text costs more than most of
what it asks for. What depends on the variables is looked at each time all the same.
"""

from collections import OrderedDict
from collections.abc import Iterator
from typing import Any, Final

from graphql import DocumentNode
from strawberry.extensions import SchemaExtension

from execution.metrics import METRICS

LONGEST: Final = 10_000
MOST_TEXT: Final = 100_000
"""Characters of all texts that are remembered; a document takes about two hundred bytes of each."""

_LOOKED_UP: Final = METRICS.counter(
    "quorum_operation_cache_total", "Texts of operations that were known, or new.", "result"
)
_TEXTS: Final = METRICS.gauge("quorum_operation_cache_texts", "Texts that are remembered.")
_CHARACTERS: Final = METRICS.gauge("quorum_operation_cache_characters", "Characters of them.")


class Remembered:
    """The documents of the valid texts that were used last."""

    def __init__(self, longest: int = LONGEST, most_text: int = MOST_TEXT) -> None:
        self._longest = longest
        self._most_text = most_text
        self._documents: OrderedDict[str, DocumentNode] = OrderedDict()
        self._text = 0

    def document(self, text: str) -> DocumentNode | None:
        """The document of a text that is remembered."""
        found = self._documents.get(text)
        if found is not None:
            self._documents.move_to_end(text)
        return found

    def keep(self, text: str, document: DocumentNode) -> None:
        """Remember a valid text, unless it is long; those not used for longest are forgotten."""
        if len(text) > self._longest or text in self._documents:
            return
        self._documents[text] = document
        self._text += len(text)
        while self._text > self._most_text:
            forgotten, _ = self._documents.popitem(last=False)
            self._text -= len(forgotten)
        _TEXTS.set(len(self._documents))
        _CHARACTERS.set(self._text)


class RememberedOperations(SchemaExtension):
    """Takes a document from what its schema remembers, and keeps there what was found valid."""

    def on_parse(self) -> Iterator[None]:
        context = self.execution_context
        self._known = _of(context.schema).document(context.query or "")
        _LOOKED_UP.add("miss" if self._known is None else "hit")
        if self._known is not None:
            context.graphql_document = self._known
        yield

    def on_validate(self) -> Iterator[None]:
        context = self.execution_context
        if self._known is not None:
            context.pre_execution_errors = []
        yield
        document = context.graphql_document
        if self._known is None and context.pre_execution_errors == [] and document is not None:
            _of(context.schema).keep(context.query or "", document)


def _of(schema: Any) -> Remembered:
    remembered: Remembered = schema.remembered
    return remembered
