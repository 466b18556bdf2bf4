"""Scalars, and the conversions at the edge: where figures are rounded and moments are spelled."""

import math
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final, NewType

import orjson
import strawberry
from graphql import GraphQLError
from strawberry.scalars import JSON
from strawberry.schema.config import StrawberryConfig
from strawberry.schema.types.scalar import DEFAULT_SCALAR_REGISTRY
from strawberry.types.scalar import ScalarDefinition

from domain.engagement import shown
from domain.plain_values import plain

Position = NewType("Position", int)

LARGEST_POSITION: Final = 2**53 - 1
_NEAR: Final = 1e-6


def percent(exact: float) -> int:
    """A percentage or score as people see it: whole, halves rounded up."""
    raised = exact + 0.5
    whole = math.floor(raised)
    if _NEAR < raised - whole < 1 - _NEAR:
        return whole
    return int(shown(exact))  # near a half, where a float cannot tell on which side it is


def read_moment(value: object) -> datetime:
    """The moment a client wrote, in UTC; it has to say its offset."""
    if isinstance(value, str):
        try:
            moment = datetime.fromisoformat(value)
            if moment.tzinfo is not None:
                return moment.astimezone(UTC)
        except (ValueError, OverflowError):
            pass
    raise GraphQLError("A DateTime is ISO 8601 with an offset, for example 2026-05-04T12:00:00Z.")


def shown_moment(moment: datetime) -> str:
    """A moment as `written_moment` has it, from the quickest writer there is."""
    if moment.tzinfo is not UTC:
        moment = moment.astimezone(UTC)
    text = orjson.dumps(moment, option=orjson.OPT_UTC_Z).decode()
    return f"{text[1:24]}Z" if moment.microsecond else f"{text[1:20]}.000Z"


def _read_position(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LARGEST_POSITION:
        return value
    raise GraphQLError(f"A Position is a whole number from 0 to {LARGEST_POSITION}.")


SCALARS: Final[dict[object, ScalarDefinition]] = {
    datetime: strawberry.scalar(
        name="DateTime",
        description="A moment in UTC as ISO 8601 to the millisecond: `2026-05-04T12:00:00.000Z`. "
        "Any offset is accepted in inputs, none is not.",
        serialize=shown_moment,
        parse_value=read_moment,
        specified_by_url="https://scalars.graphql.org/andimarek/date-time.html",
    ),
    Position: strawberry.scalar(
        name="Position",
        description="An event's place in its tenant's history: whole, from 1, without gaps, "
        f"at most {LARGEST_POSITION}.",
        serialize=int,
        parse_value=_read_position,
    ),
    JSON: replace(DEFAULT_SCALAR_REGISTRY[JSON], serialize=plain),
}

CONFIG: Final = StrawberryConfig(scalar_map=SCALARS)
