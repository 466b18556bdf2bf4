"""Sources: every declared GraphQL type is made of a stored document, or of a part of one."""

from collections.abc import Mapping
from typing import Any, ClassVar, Self

Document = Mapping[str, Any]

_NOTHING: Document = {}


class Sourced:
    """A GraphQL type whose fields read a document.

    `collection` is where its documents lie; it stays empty for a type that stands inside another
    document, whose document is then found in `within`.
    """

    collection: ClassVar[str] = ""

    document: Document
    within: Document

    @classmethod
    def of(cls, document: Document, within: Document = _NOTHING) -> Self:
        """The type's value for a document, or for a part of the document `within`."""
        source = cls.__new__(cls)
        source.document = document
        source.within = within
        return source


def at(document: Document, path: str) -> Any:
    """What stands at a dotted path; None where nothing does."""
    if "." not in path:
        return document.get(path)
    value: Any = document
    for name in path.split("."):
        if value.__class__ is not dict and not isinstance(value, Mapping):
            return None
        value = value.get(name)
    return value
