"""Wrapped values: how objects stand in lists, or are null, by a field's type.

Taking a value apart gives refs, numbers in the place of objects; showing puts answers in theirs.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final, TypeAlias

from graphql import GraphQLList, GraphQLNonNull, GraphQLOutputType, Undefined
from graphql.pyutils import is_iterable

BROKEN: Final = object()
"""In the place of a ref: what stands there is no value of the field's type."""

Take: TypeAlias = Callable[[Any, list[Any]], Any]
Show: TypeAlias = Callable[[Sequence[Any], Sequence[Any]], list[Any]]


def take_of(type_: GraphQLOutputType) -> Take:
    """What gives the refs of a raw value, and adds its objects to a list."""
    if isinstance(type_, GraphQLNonNull):
        inner = take_of(type_.of_type)

        def some(raw: Any, objects: list[Any]) -> Any:
            ref = inner(raw, objects)
            return BROKEN if ref is None else ref

        return some
    if isinstance(type_, GraphQLList):
        each = take_of(type_.of_type)

        def listed(raw: Any, objects: list[Any]) -> Any:
            if raw is None or raw is Undefined:
                return None
            if isinstance(raw, Exception) or not is_iterable(raw):
                return BROKEN
            return [each(part, objects) for part in raw]

        return listed
    return _one


def _one(raw: Any, objects: list[Any]) -> Any:
    if raw is None or raw is Undefined:
        return None
    if isinstance(raw, Exception):
        return BROKEN
    objects.append(raw)
    return len(objects) - 1


def show_of(type_: GraphQLOutputType) -> Show:
    """What makes the values of an answer of refs, and of what the answer holds of each object.

    A ref that does not fit raises an exception.
    """
    text = f"def show(refs, rows):\n    return [{_shown(type_, 'r', 0)} for r in refs]\n"
    names: dict[str, Any] = {}
    exec(compile(text, "<refs>", "exec"), {}, names)
    show: Show = names["show"]
    return show


def _shown(type_: GraphQLOutputType, ref: str, depth: int) -> str:
    if not isinstance(type_, GraphQLNonNull):
        return f"(None if {ref} is None else {_some(type_, ref, depth)})"
    return _some(type_.of_type, ref, depth)


def _some(type_: Any, ref: str, depth: int) -> str:
    if not isinstance(type_, GraphQLList):
        return f"rows[{ref}]"
    part = f"{ref}{depth}"
    listed = f"[{_shown(type_.of_type, part, depth + 1)} for {part} in {ref}]"
    if depth:
        return listed
    return f"(rows[{ref}] if {ref}.__class__ is slice else {listed})"
