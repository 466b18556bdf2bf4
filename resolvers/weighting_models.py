"""Weighting models: the standard one, and the next version when a type gets its weight."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from domain import activity_types, weighting_models
from domain.activity_types import ActivityType
from domain.events import EventType
from domain.identifiers import WeightingModelId
from domain.standard_activity_types import STANDARD_TYPES
from domain.weighting_models import TypeWeight, WeightingModel
from execution.context import Context, Right
from resolvers import stamps
from store.activity_types import type_document
from store.driver import Document
from store.records import Change
from store.weighting_models import Activation, model_document

SPELLINGS: Final = "activity_type.name"
"""The namespace in which every name and alias of a type is claimed."""


async def seed_standard(ctx: Context) -> None:
    """Give the tenant the standard types and a model of their weights, unless it has one.

    May be repeated, and ends what an earlier call began.
    """
    ctx.viewer.require(Right.ADMIN)
    tenant = ctx.viewer.tenant
    types = [
        ActivityType(
            activity_types.identifier(tenant, standard.name),
            standard.name,
            standard.engagement_type,
            standard.aliases,
            standard.description,
        )
        for standard in STANDARD_TYPES
    ]
    owners = {spelling: type.id for type in types for spelling in type.spellings}
    await ctx.stores.identities.claim_all(SPELLINGS, owners)
    await ctx.stores.activity_types.insert_many(
        [({**type_document(type), **stamps.created(ctx)}, ()) for type in types]
    )
    id = weighting_models.standard_identifier(tenant)
    weights = tuple(
        TypeWeight(type.id, standard.weight)
        for type, standard in zip(types, STANDARD_TYPES, strict=True)
    )
    model = WeightingModel(
        id,
        id,
        1,
        weighting_models.STANDARD_NAME,
        weighting_models.WINDOW_DAYS,
        weights,
        weighting_models.STANDARD_BANDS,
    )
    await ctx.stores.weighting_models.insert({**model_document(model), **stamps.created(ctx)})
    if await active(ctx) is None:
        activation = _activation(ctx, model.id, lambda before: before is None)
        await ctx.stores.weighting_models.activate(model.id, activation)


async def active_weighting_model(ctx: Context) -> WeightingModelId | None:
    """The id of the active version; None before the tenant has a model."""
    ctx.viewer.require(Right.READ)
    return await _active_id(ctx)


async def active(ctx: Context) -> WeightingModel | None:
    """The active version; None before the tenant has a model.

    It serves changes that were permitted, and asks for no right of its own.
    """
    id = await _active_id(ctx)
    return await ctx.stores.weighting_models.version(id) if id else None


async def weigh_new_types(ctx: Context) -> WeightingModel | None:
    """Bring the weights that new types were given into force; the active version then.

    That is the next version of the active model. Whoever was interrupted after storing a type
    has left its weight waiting, and this takes it up. It follows a change that was permitted, and
    asks for no right of its own.
    """
    while (model := await active(ctx)) is not None:
        await ctx.stores.weighting_models.follow(model.id, ctx.now())
        waiting = await ctx.stores.activity_types.awaiting_weight()
        if not waiting:
            return model
        types = weighting_models.with_types(model.types, waiting)
        if types == model.types or await _next_version(ctx, model, types):
            await ctx.stores.activity_types.has_weight([entry.activity_type for entry in waiting])
    return None


async def _active_id(ctx: Context) -> WeightingModelId | None:
    tenant = await ctx.stores.tenants.own()
    id = tenant["active_weighting_model_id"] if tenant else None
    return WeightingModelId(id) if id else None


async def _next_version(ctx: Context, model: WeightingModel, types: Sequence[TypeWeight]) -> bool:
    """Make and activate the version of the model that has these types; False if outrun."""
    following = replace(model, id=WeightingModelId(ctx.new_id("wm")), types=tuple(types))
    activation = _activation(ctx, following.id, lambda before: before == model.id)
    activated = await ctx.stores.weighting_models.activate_next(
        following, stamps.created(ctx), activation
    )
    return isinstance(activated, str)


def activation_of(ctx: Context, id: WeightingModelId) -> Activation:
    """What activating a version does, whichever is active before."""
    return _activation(ctx, id, lambda _: True)


def _activation(
    ctx: Context, id: WeightingModelId, replaces: Callable[[WeightingModelId | None], bool]
) -> Activation:
    def change(tenant: Document) -> Change | None:
        before = tenant["active_weighting_model_id"]
        if not replaces(before):
            return None
        event = stamps.event(
            ctx,
            EventType.WEIGHTING_MODEL_ACTIVATED,
            id,
            before={"weighting_model_id": before},
            after={"weighting_model_id": id},
        )
        return Change(
            {
                "active_weighting_model_id": id,
                "weighting_revision": tenant["weighting_revision"] + 1,
                **stamps.updated(ctx),
            },
            (event,),
        )

    return Activation(change, stamps.updated(ctx))
