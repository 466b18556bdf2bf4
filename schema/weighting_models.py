"""Weighting models: what every type of activity weighs."""

from datetime import datetime
from typing import ClassVar

import strawberry

import domain.weighting_models
import resolvers.weighting_models
from execution.connections import Connection
from execution.context import Context
from execution.embedded_lists import listed
from execution.fields import one, stored
from execution.lists import Listed, Listing
from execution.selections import Selection
from execution.sources import Sourced
from schema.activity_types import ActivityType
from schema.info import Info
from schema.node import Node, Stamped
from schema.ordering import ComponentOrder, ComponentOrderField, orders
from store import filters
from store.reading import Order, Query

WeightingModelStatus = domain.weighting_models.ModelStatus
strawberry.enum(
    WeightingModelStatus,
    name="WeightingModelStatus",
    description="A draft is edited, exactly one model is active, archived ones explain old scores.",
)


@strawberry.input(description="Which weighting models are listed: all that is given holds.")
class WeightingModelFilter:
    status: list[WeightingModelStatus] | None = strawberry.field(
        default=None, description="In one of these states."
    )


async def _where(context: Context, asked: WeightingModelFilter) -> Query:
    states = None if asked.status is None else [each.value for each in asked.status]
    return filters.every(filters.any_of("status", states))


@strawberry.type(description="What one type of activity weighs in a model.")
class TypeWeight(Sourced):
    activity_type: ActivityType = one("activity_type_id", description="The type.")
    weight: int = stored(description="What one act weighs, 0 to 100; 0: it is not counted.")
    daily_cap: int = stored(description="How many acts of a person count a day.")


@strawberry.type(description="A version of the weights that engagement is computed with.")
class WeightingModel(Node, Stamped, Listed):
    collection: ClassVar[str] = "weighting_models"
    listing: ClassVar[Listing] = Listing(
        default=Order("updated_at", is_descending=True),
        orders=orders(ComponentOrderField),
        order_by=ComponentOrder,
        filter=WeightingModelFilter,
        where=_where,
    )

    name: str = stored(description="Its name.")
    model_version: int = stored(description="Which version of the model this is, from 1.")
    status: WeightingModelStatus = stored(
        shown=WeightingModelStatus, description="Whether it counts."
    )
    window_days: int = stored(description="How many calendar days count, today included.")
    activated_at: datetime | None = stored(
        description="When it was made the active one; null when it never was."
    )
    types: Connection[TypeWeight] = listed(
        "types",
        identity="activity_type_id",
        description="What each type weighs; a type that is missing weighs 0.",
    )


async def active_weighting_model(info: Info) -> WeightingModel | None:
    """The model that counts now."""
    active = await resolvers.weighting_models.active_weighting_model(info.context)
    if active is None:
        return None
    fields = Selection.of(info).paths(WeightingModel)
    return await info.context.loaders.one(WeightingModel).load((active, fields))
