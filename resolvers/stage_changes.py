"""What is stored when a group's stage changes: where it is, how often it has moved, the event."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from domain import stages
from domain.events import Event, EventType
from domain.folding import fold
from domain.identifiers import StageId
from domain.membership import Method
from domain.stage_models import Stage, StageModel
from execution.context import Context
from resolvers import stamps
from store.driver import Document
from store.records import Change

FOR_MOVING: Final = {
    "version": 1,
    "account_id": 1,
    "solution_interest_id": 1,
    "stage_model_id": 1,
    "stage": 1,
    "stage_history": 1,
    "completeness": 1,
    "roles": 1,
    "readiness": 1,
}
NOWHERE: Final[Document] = {"stage_model_id": None, "stage": None, "stage_history": None}
"""The stage of a group that follows no model."""


def stage_id(document: Document) -> StageId | None:
    """The stage a stored group is in."""
    stage = document.get("stage")
    return StageId(stage["stage_id"]) if stage else None


def placed(
    ctx: Context,
    document: Document,
    model: StageModel,
    stage: Stage,
    method: Method | None,
    reason: str | None = None,
    *,
    since: datetime | None = None,
) -> Change:
    """The move of a group into a stage of the model it follows.

    No method has spoken where a group was merged into another: then it is in the stage `since`
    the other one was.
    """
    now = ctx.now()
    history = _history(document)
    forward = stages.is_forward(model, stage_id(document), stage.id)
    history |= {
        "moves": history["moves"] + 1,
        "forward": history["forward"] + forward,
        "since": history["since"] or since or now,
    }
    entered = stayed(stage, since or now, ctx.viewer.actor, method)
    after = {
        "stage_history_id": history["id"],
        **_said(model.id, entered),
        "is_forward": forward,
    }
    event = _event(ctx, EventType.BUYING_GROUP_MOVED, document, method, after, now)
    if reason:
        event = replace(event, personal={"reason": reason})
    paths = {"stage": entered, "folded.stage": fold(stage.name), "stage_history": history}
    return Change({**paths, **stamps.updated(ctx)}, (event,))


def carried(ctx: Context, document: Document, model: StageModel | None) -> Change | None:
    """The change of a group that follows another model from now on; None when it does already.

    It stays in the stage of the same name, since the moment it entered that; where the new model
    has none, it is in no stage. How fast it moves is measured anew either way.
    """
    if document.get("stage_model_id") == (model.id if model else None):
        return None
    now = ctx.now()
    before = document.get("stage")
    stage = stages.same_named(model, before["name"] if before else None)
    history = _history(document) | {"forward": 0, "since": now if stage else None}
    kept = stayed(stage, before["since"], before["actor"], None) if before and stage else None
    if kept and before:
        kept["method"] = before["method"]
    after = _said(model.id if model else None, kept)
    if before and not kept:
        after = {"stage_history_id": history["id"], **after}
    type = EventType.BUYING_GROUP_STAGE_MODEL_CHANGED
    paths = {
        "stage_model_id": model.id if model else None,
        "stage": kept,
        "folded.stage": fold(stage.name) if stage else None,
        "stage_history": history,
    }
    event = _event(ctx, type, document, Method.SYSTEM, after, now)
    return Change({**paths, **stamps.updated(ctx)}, (event,))


def taken_over(
    ctx: Context, merged: Document, other: Document, models: Mapping[str, StageModel]
) -> Change:
    """What a group takes over of the stage of one that is merged into it.

    Its own stage stays. In none, it comes into the stage of that name, since the moment the other
    came into it; a group that follows no model takes over the model too.
    """
    if other.get("stage") or not merged.get("stage"):
        return Change({})
    followed = other.get("stage_model_id") or merged.get("stage_model_id")
    model = models.get(followed or "")
    stage = stages.same_named(model, merged["stage"]["name"])
    if model is None or stage is None:
        return Change({})
    change = placed(ctx, other, model, stage, None, since=merged["stage"]["since"])
    return replace(change, set={**change.set, "stage_model_id": model.id})


def stayed(stage: Stage, since: datetime, actor: str, method: Method | None) -> Document:
    """The stage of a group as it is embedded: since when, by whom."""
    return {
        "stage_id": stage.id,
        "name": stage.name,
        "is_entry": stage.is_entry,
        "destination": stage.destination.value if stage.destination else None,
        "since": since,
        "actor": actor,
        "method": method.value if method else None,
    }


def _history(document: Document) -> Document:
    """How a group has moved so far. The id tells its stays from those of one deleted before it."""
    known = document.get("stage_history")
    if known:
        return dict(known)
    id = f"{document['_id']}:{document['version']}"
    return {"id": id, "moves": 0, "forward": 0, "since": None}


def _said(model: str | None, stage: Document | None) -> Document:
    kept = ("stage_id", "name", "is_entry", "destination", "since")
    shown = {key: stage[key] if stage else None for key in kept}
    return {"stage_model_id": model, **shown}


def _event(
    ctx: Context,
    type: EventType,
    document: Document,
    method: Method | None,
    after: Document,
    now: datetime,
) -> Event:
    event = stamps.event(
        ctx,
        type,
        document["_id"],
        method=method.value if method else None,
        buying_group_id=document["_id"],
        account_id=document["account_id"],
        solution_interest_id=document["solution_interest_id"],
        before=_said(document.get("stage_model_id"), document.get("stage")),
        after=after,
    )
    return replace(event, at=now)
