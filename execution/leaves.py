"""Leaves: values of scalars and enums, made ready for the answer in the quickest way there is.

What is not as it should be ends in `Unusual`: the answer is then completed by graphql-core, which
knows what the specification says of it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from graphql import (
    GraphQLLeafType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLOutputType,
    Undefined,
)
from graphql.pyutils import is_iterable

Complete = Callable[[Any], Any]

_MOMENT: Final = "DateTime"
_AS_THEY_ARE: Final = {
    "ID": "{v}.__class__ is str",
    "String": "{v}.__class__ is str",
    "Boolean": "{v}.__class__ is bool",
    "Int": "{v}.__class__ is int and -2147483648 <= {v} <= 2147483647",
    "Float": "{v}.__class__ is float and -1e400 < {v} < 1e400",
}


class Unusual(Exception):
    """The quick way does not hold here."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """How values of a field are completed.

    `complete` does it for any value. `test` is a Python expression of `{v}`: where it is true, the
    value is what the answer holds. `written` makes what it holds of values of a class.
    """

    complete: Complete
    test: str | None
    is_nullable: bool
    written: tuple[type, Complete] | None = None


def leaf_of(type_: GraphQLOutputType) -> Leaf:
    """How values of a type are completed that leads to a scalar or an enum."""
    bare = type_.of_type if isinstance(type_, GraphQLNonNull) else type_
    name = getattr(bare, "name", "")
    is_nullable = not isinstance(type_, GraphQLNonNull)
    written = (datetime, bare.coerce_output_value) if name == _MOMENT else None  # type: ignore[union-attr]
    return Leaf(_completing(type_), _AS_THEY_ARE.get(name), is_nullable, written)


def _completing(type_: GraphQLOutputType) -> Complete:
    if isinstance(type_, GraphQLNonNull):
        inner = _completing(type_.of_type)

        def of_some(value: Any) -> Any:
            if value is None or (completed := inner(value)) is None:
                raise Unusual
            return completed

        return of_some
    if isinstance(type_, GraphQLList):
        each = _completing(type_.of_type)

        def of_list(values: Any) -> Any:
            if values is None:
                return None
            if not is_iterable(values):
                raise Unusual
            return [each(value) for value in values]

        return of_list
    return _of_leaf(type_)


def _of_leaf(type_: Any) -> Complete:
    leaf: GraphQLLeafType = type_
    coerce = leaf.coerce_output_value

    def complete(value: Any) -> Any:
        if value is None or value is Undefined:
            return None
        if isinstance(value, Exception) or hasattr(value, "__await__"):
            raise Unusual
        completed = coerce(value)
        if completed is None or completed is Undefined:
            raise Unusual
        return completed

    return complete
