"""Weighting models: the standard one, and the next version when a type gets its weight."""

from collections.abc import Sequence
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
from store.records import Change, Changed
from store.weighting_models import model_document

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
        id, id, 1, weighting_models.STANDARD_NAME, weighting_models.WINDOW_DAYS, weights
    )
    await ctx.stores.weighting_models.insert({**model_document(model), **stamps.created(ctx)})
    if await active(ctx) is None:
        await _activate(ctx, model.id, instead_of=None)


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
    store = ctx.stores.weighting_models
    version = await store.last_version(model.model_id) + 1
    following = replace(
        model,
        id=WeightingModelId(ctx.new_id("wm")),
        model_version=version,
        types=tuple(types),
    )
    await store.insert({**model_document(following), **stamps.created(ctx)})
    if await _activate(ctx, following.id, instead_of=model.id):
        return True
    await store.discard(following.id)
    return False


async def _activate(
    ctx: Context, id: WeightingModelId, instead_of: WeightingModelId | None
) -> bool:
    """Make a version the active one if that other still is; whether it was."""

    def decide(tenant: Document) -> Change | None:
        if tenant["active_weighting_model_id"] != instead_of:
            return None
        event = stamps.event(
            ctx,
            EventType.WEIGHTING_MODEL_ACTIVATED,
            id,
            before={"weighting_model_id": instead_of},
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

    changed = isinstance(await ctx.stores.tenants.change(ctx.viewer.tenant, decide), Changed)
    if changed:
        await ctx.stores.weighting_models.follow(id, ctx.now())
    return changed
