"""Weighting models: what every type of activity weighs."""

from datetime import datetime
from typing import ClassVar

import strawberry

import domain.decay
import domain.weighting_models
import resolvers.weighting_models
from domain.weighting_drafts import MOST_BANDS
from execution.connections import Connection
from execution.context import Context
from execution.embedded_lists import listed
from execution.fields import embedded, one, stored
from execution.lists import Listed, Listing
from execution.selections import Selection
from execution.sources import Sourced
from schema.activity_types import ActivityType
from schema.info import Info
from schema.node import Node, Stamped
from schema.ordering import ComponentOrder, ComponentOrderField, orders
from schema.searching import search_of
from store import filters
from store.reading import Order, Query

WeightingModelStatus = domain.weighting_models.ModelStatus
strawberry.enum(
    WeightingModelStatus,
    name="WeightingModelStatus",
    description="A draft is edited, exactly one model is active, archived ones explain old scores.",
)

DecayKind = domain.decay.DecayKind
strawberry.enum(
    DecayKind,
    name="WeightingDecay",
    description="How acts count less with time. NONE: they do not. LINEAR: evenly, down to nothing "
    "at the end of the window. HALF_LIFE: half after so many days, a quarter after twice as many.",
)


@strawberry.input(description="Which weighting models are listed: all that is given holds.")
class WeightingModelFilter:
    search: str | None = search_of("name", is_listed_by_name=False)
    status: list[WeightingModelStatus] | None = strawberry.field(
        default=None, description="In one of these states."
    )
    model_id: strawberry.ID | None = strawberry.field(
        default=None, description="A version of this model."
    )


async def _where(context: Context, asked: WeightingModelFilter) -> Query:
    states = None if asked.status is None else [each.value for each in asked.status]
    return filters.every(
        filters.searched(asked.search),
        filters.any_of("status", states),
        filters.is_one("model_id", asked.model_id),
    )


@strawberry.type(description="A weight with a name, for types that are to weigh alike.")
class WeightBand(Sourced):
    name: str = stored(description="Its name; the model has it once.")
    weight: int = stored(description="What one act of a type in the band weighs, 0 to 100.")


@strawberry.type(description="What one type of activity weighs in a model.")
class TypeWeight(Sourced):
    activity_type: ActivityType = one("activity_type_id", description="The type.")
    weight: int = stored(description="What one act weighs, 0 to 100; 0: it is not counted.")
    band: str | None = stored(
        description="The band the weight is of; null when it was given by itself."
    )
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
    model_id: strawberry.ID = stored(
        description="What the versions of one model share: the id of the first of them."
    )
    model_version: int = stored(description="Which version of the model this is, from 1.")
    status: WeightingModelStatus = stored(
        shown=WeightingModelStatus, description="Whether it counts."
    )
    window_days: int = stored(description="How many calendar days count, today included.")
    decay: DecayKind = stored(
        "decay.kind",
        shown=DecayKind,
        absent=DecayKind.NONE,
        description="How much less acts count in the score the longer ago they are.",
    )
    half_life_days: int | None = stored(
        "decay.half_life_days",
        description="After how many days an act counts half; null unless the decay is HALF_LIFE.",
    )
    activated_at: datetime | None = stored(
        description="When it was made the active one; null when it never was."
    )
    activated_by: str | None = stored(
        description="Who made it the active one; null when nobody did."
    )
    bands: list[WeightBand] = embedded(
        "bands", at_most=MOST_BANDS, description="The named weights, in their order."
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
