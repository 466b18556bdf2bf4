"""Inputs as JSON: how a client wrote one, so that it can be kept and read again."""

from datetime import datetime
from enum import Enum
from typing import Any, TypeVar

from strawberry.types import has_object_definition
from strawberry.types.base import StrawberryList, StrawberryOptional
from strawberry.utils.str_converters import to_camel_case

from domain.plain_values import written_moment
from execution.selections import definition_of
from schema.scalars import read_moment

T = TypeVar("T")


def written(value: Any) -> Any:
    """An input as its client would write it in JSON; what was left out is left out."""
    if has_object_definition(type(value)):
        parts = {
            to_camel_case(field.python_name): getattr(value, field.python_name)
            for field in definition_of(type(value)).fields
        }
        return {name: written(part) for name, part in parts.items() if part is not None}
    if isinstance(value, list):
        return [written(each) for each in value]
    if isinstance(value, datetime):
        return written_moment(value)
    return value.name if isinstance(value, Enum) else value


def read(kind: type[T], value: Any) -> T:
    """The input of this type that was written so; a field that it has no more is left out."""
    given = {
        field.python_name: _read(field.type, value[name])
        for field in definition_of(kind).fields
        if (name := to_camel_case(field.python_name)) in value
    }
    return kind(**given)


def _read(kind: Any, value: Any) -> Any:
    if isinstance(kind, StrawberryOptional):
        return _read(kind.of_type, value)
    if isinstance(kind, StrawberryList):
        return [_read(kind.of_type, each) for each in value]
    if isinstance(kind, type) and has_object_definition(kind):
        return read(kind, value)
    enum = getattr(kind, "wrapped_cls", kind)
    if isinstance(enum, type) and issubclass(enum, Enum):
        return enum[value]
    return read_moment(value) if kind is datetime else value
