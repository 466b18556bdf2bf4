"""Orders and ranges: the inputs that the lists of several types share."""

from collections.abc import Collection
from enum import Enum

import strawberry

from execution.lists import Direction
from store.reading import Order


@strawberry.enum(description="What components are ordered by.")
class ComponentOrderField(Enum):
    NAME = "folded.name"
    CREATED = "created_at"
    UPDATED = "updated_at"


@strawberry.input(description="In which order components are listed.")
class ComponentOrder:
    field: ComponentOrderField = strawberry.field(description="What counts.")
    direction: Direction = strawberry.field(
        default=Direction.ASC, description="Which end comes first."
    )


@strawberry.input(description="Figures between bounds; a bound that is left out does not bound.")
class FigureRange:
    at_least: float | None = strawberry.field(default=None, description="This figure or more.")
    greater_than: float | None = strawberry.field(default=None, description="More than this.")
    at_most: float | None = strawberry.field(default=None, description="This figure or less.")
    less_than: float | None = strawberry.field(default=None, description="Less than this.")


@strawberry.input(description="Counts between bounds; a bound that is left out does not bound.")
class CountRange:
    at_least: int | None = strawberry.field(default=None, description="So many or more.")
    at_most: int | None = strawberry.field(default=None, description="So many or fewer.")


def orders(fields: type[Enum], nullable: Collection[Enum] = ()) -> dict[str, Order]:
    """The orders by these fields, whose values are paths; some documents have no nullable one."""
    return {
        each.name: Order(each.value, is_nullable=each in nullable, is_unique=each.value == "_id")
        for each in fields
    }
