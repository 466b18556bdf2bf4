"""What an update leaves out stays; null empties it, and is refused where nothing may be empty."""

from typing import Final, TypeVar

import strawberry

from domain.fields import camel
from resolvers.outcomes import Invalid
from resolvers.unsaid import Unsaid

T = TypeVar("T")

NOT_NULL: Final = "must not be null; leave it out and it stays"


def said(given: T) -> T | Unsaid:
    """What a client gave, null too; unsaid where it was left out."""
    return Unsaid.STAYS if given is strawberry.UNSET else given


def said_in_full(given: T | None) -> T | Unsaid:
    """What a client gave where null has been refused; unsaid where it was left out."""
    return Unsaid.STAYS if given is strawberry.UNSET or given is None else given


def or_none(given: T | None) -> T | None:
    """What a client gave; None for null, and where it was left out."""
    return None if given is strawberry.UNSET else given


def unsaid_in(input: object, *fields: str) -> Invalid | None:
    """The first of these fields that a client left out of a command that is about it."""
    for field in fields:
        if getattr(input, field) is strawberry.UNSET:
            return Invalid(camel(field), "must be given; null takes away what there is")
    return None


def null_in(input: object, *fields: str) -> Invalid | None:
    """The first of these fields that a client gave as null, though it may not be empty."""
    for field in fields:
        if getattr(input, field) is None:
            return Invalid(camel(field), NOT_NULL)
    return None
