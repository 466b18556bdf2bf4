"""Weighting drafts: duplicated from any version, edited, made the active one, or deleted."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeVar

from domain.events import EventType
from domain.fields import Refused
from domain.identifiers import ActivityTypeId, WeightingModelId
from domain.weighting_drafts import ModelChange, edited
from domain.weighting_models import ModelStatus
from execution.context import Context, Right
from resolvers import jobs, naming, stamps, weighting_models
from resolvers.outcomes import Conflict, Invalid, NotFound
from store.deletions import Deleted, Deletion
from store.driver import Document
from store.records import Change, Changed, Missing
from store.records import Conflict as Raced
from store.weighting_models import NotDraft, Outrun, draft_paths, to_model

NOUN: Final = "weighting model"

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class WeightingModelNotDraft:
    """The version is active or archived, and stays as it is."""

    id: WeightingModelId
    status: ModelStatus


async def duplicate_weighting_model(
    ctx: Context, id: str, name: str | None = None
) -> WeightingModelId | Invalid | NotFound | Conflict:
    """Draft a model's next version from any version; under a name, a model of its own."""
    ctx.viewer.require(Right.EDIT_COMPONENTS)
    if name is not None and (fault := naming.check_text("name", name)):
        return fault
    model = await ctx.stores.weighting_models.version(id)
    if model is None:
        return NotFound(NOUN, id)
    new = WeightingModelId(ctx.new_id("wm"))
    draft = replace(model, id=new)
    if name is not None:
        draft = replace(draft, model_id=new, name=name.strip())
    created = stamps.event(
        ctx, EventType.WEIGHTING_MODEL_CREATED, new, after={"duplicate_of": model.id}
    )
    made = await ctx.stores.weighting_models.insert_next(draft, stamps.created(ctx), [created])
    return Conflict(NOUN, id) if isinstance(made, Raced) else made


async def update_weighting_model(
    ctx: Context, id: str, change: ModelChange
) -> WeightingModelId | Invalid | NotFound | Conflict | WeightingModelNotDraft:
    """Edit a draft: its name, bands, window, and what types weigh. What is not given stays."""
    ctx.viewer.require(Right.EDIT_COMPONENTS)
    named = [each.activity_type for each in change.types]
    known = {ActivityTypeId(id) for id in await ctx.stores.activity_types.by_ids(named, {"_id": 1})}

    def decide(document: Document) -> Change | WeightingModelNotDraft | Invalid | WeightingModelId:
        model = to_model(document)
        if refusal := _not_draft(document):
            return refusal
        wanted = edited(model, change, known)
        if isinstance(wanted, Refused):
            return Invalid(wanted.field, wanted.reason)
        if wanted == model:
            return model.id
        paths = draft_paths(wanted)
        changed = {key: value for key, value in paths.items() if document.get(key) != value}
        event = stamps.event(
            ctx,
            EventType.WEIGHTING_MODEL_UPDATED,
            id,
            after={"changed": sorted(changed.keys() - {"folded", "search"})},
        )
        return Change({**changed, **stamps.updated(ctx)}, (event,))

    return _outcome(id, await ctx.stores.weighting_models.change(id, decide))


async def activate_weighting_model(
    ctx: Context, id: str
) -> WeightingModelId | NotFound | Conflict | WeightingModelNotDraft:
    """Make a draft the one version that counts, archive the former, and have scores follow.

    A scoring job is left waiting for a worker; until it is over, scores are those of the former. An
    activation that was broken off has its job when it is asked for again, though refused then.
    """
    ctx.viewer.require(Right.EDIT_COMPONENTS)
    draft = WeightingModelId(id)
    activation = weighting_models.activation_of(ctx, draft)
    match await ctx.stores.weighting_models.activate(draft, activation):
        case NotDraft(status):
            if status is ModelStatus.ACTIVE:
                await jobs.score_anew(ctx)
            return WeightingModelNotDraft(draft, status)
        case Missing():
            return NotFound(NOUN, id)
        case Outrun() | Raced():
            return Conflict(NOUN, id)
        case _:
            await jobs.score_anew(ctx)
            return draft


async def delete_weighting_model(
    ctx: Context, id: str
) -> WeightingModelId | NotFound | Conflict | WeightingModelNotDraft:
    """Delete a draft; what was active once explains scores and stays."""
    ctx.viewer.require(Right.EDIT_COMPONENTS)

    def decide(document: Document, _: Sequence[int]) -> Deletion | WeightingModelNotDraft:
        if refusal := _not_draft(document):
            return refusal
        return Deletion(stamps.event(ctx, EventType.WEIGHTING_MODEL_DELETED, id))

    match await ctx.stores.deletions.delete(ctx.stores.weighting_models, id, decide):
        case Deleted():
            return WeightingModelId(id)
        case Missing():
            return NotFound(NOUN, id)
        case Raced():
            return Conflict(NOUN, id)
        case refusal:
            return refusal


def _not_draft(document: Document) -> WeightingModelNotDraft | None:
    status = ModelStatus(document["status"])
    if status is ModelStatus.DRAFT:
        return None
    return WeightingModelNotDraft(WeightingModelId(document["_id"]), status)


def _outcome(
    id: str, answer: Changed | Missing | Raced | WeightingModelId | R
) -> WeightingModelId | NotFound | Conflict | R:
    match answer:
        case Changed():
            return WeightingModelId(id)
        case Missing():
            return NotFound(NOUN, id)
        case Raced():
            return Conflict(NOUN, id)
        case _:
            return answer
