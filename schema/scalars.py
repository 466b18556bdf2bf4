"""Scalars, and the conversions at the edge: where figures are rounded and moments are spelled."""

from collections.abc import Mapping
from datetime import UTC, datetime, time
from typing import Any, Final, NewType

import strawberry
from graphql import GraphQLError
from strawberry.schema.config import StrawberryConfig
from strawberry.types.scalar import ScalarDefinition

from domain.engagement import shown

Position = NewType("Position", int)

LARGEST_POSITION: Final = 2**53 - 1


def percent(exact: float) -> int:
    """A percentage or score as people see it: whole, halves rounded up."""
    return int(shown(exact))


def plain(value: Any) -> Any:
    """A stored value in JSON's words: a midnight is a day, any other moment a moment in UTC."""
    if isinstance(value, datetime):
        moment = value.astimezone(UTC)
        return moment.date().isoformat() if moment.time() == time() else written_moment(moment)
    if isinstance(value, Mapping):
        return {name: plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    return value


def written_moment(moment: datetime) -> str:
    """A moment as ISO 8601 in UTC, to the millisecond."""
    text = moment.astimezone(UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


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


def _read_position(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LARGEST_POSITION:
        return value
    raise GraphQLError(f"A Position is a whole number from 0 to {LARGEST_POSITION}.")


SCALARS: Final[dict[object, ScalarDefinition]] = {
    datetime: strawberry.scalar(
        name="DateTime",
        description="A moment in UTC as ISO 8601 to the millisecond: `2026-05-04T12:00:00.000Z`. "
        "Any offset is accepted in inputs, none is not.",
        serialize=written_moment,
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
}

CONFIG: Final = StrawberryConfig(scalar_map=SCALARS)
