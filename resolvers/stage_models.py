"""Stage models: drafted, edited, published, and deleted while nothing uses them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from domain.events import EventType
from domain.folding import fold
from domain.identifiers import StageId, StageModelId
from domain.identities import Identity
from domain.stage_drafts import Draft, StageEntry, TransitionEntry, draft
from domain.stage_models import (
    Stage,
    StageModel,
    StageModelFault,
    StageModelIsLive,
    StageModelStatus,
    publishing_faults,
)
from execution.context import Context, Right
from resolvers import naming, stamps
from resolvers.outcomes import Conflict, Invalid, NameTaken, NotFound
from resolvers.unsaid import Unsaid, settled
from store.deletions import Deleted, Deletion, Use
from store.driver import Document
from store.records import Change, Changed, Missing
from store.records import Conflict as Raced
from store.stage_models import stage_document, to_model, transition_document

KIND: Final = naming.Kind("sm", "stage_model", EventType.STAGE_MODEL_CREATED)
USERS_NAMED: Final = 10

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class FaultyStageModel:
    """A model cannot be saved, or not go live: everything that is wrong with it."""

    faults: tuple[StageModelFault, ...]


@dataclass(frozen=True, slots=True)
class StageModelInUse:
    """Solution interests name the model, the first of them by id, or groups follow it."""

    id: StageModelId
    solution_interests: int
    first_ids: tuple[str, ...]
    buying_groups: int


@dataclass(frozen=True, slots=True)
class WrittenModel:
    """What a client says a draft is."""

    name: str
    description: str | None
    stages: Sequence[StageEntry]
    transitions: Sequence[TransitionEntry]


@dataclass(frozen=True, slots=True)
class ModelChange:
    """What is to change of a draft; of its stages, or of its transitions, all are given."""

    name: str | Unsaid = Unsaid.STAYS
    description: str | Unsaid | None = Unsaid.STAYS
    stages: Sequence[StageEntry] | Unsaid = Unsaid.STAYS
    transitions: Sequence[TransitionEntry] | Unsaid = Unsaid.STAYS


Drafted = StageModelId | Invalid | NameTaken | FaultyStageModel
_Edited = Changed | Missing | Raced | StageModelIsLive | FaultyStageModel | StageModelId


async def create_stage_model(ctx: Context, written: WrittenModel) -> Drafted:
    """Draft a model; what it lacks for going live does not keep it from being saved."""
    ctx.viewer.require(Right.EDIT_COMPONENTS)
    drawn = _drawn(ctx, (), written)
    if fault := naming.check_said(written.name, written.description):
        return _beside(fault, drawn)
    if isinstance(drawn, FaultyStageModel):
        return drawn
    fields = {
        "description": written.description,
        "status": StageModelStatus.DRAFT.value,
        **_paths(drawn),
        "published_at": None,
        "published_by": None,
    }
    made = await naming.create(ctx, ctx.stores.stage_models, KIND, written.name, lambda _: fields)
    return made if isinstance(made, NameTaken) else StageModelId(made)


async def update_stage_model(
    ctx: Context, id: str, change: ModelChange | WrittenModel
) -> Drafted | NotFound | Conflict | StageModelIsLive:
    """Change what a draft says; of its saved stages every one has to be there still."""
    ctx.viewer.require(Right.EDIT_COMPONENTS)
    fault = naming.check_said(change.name, change.description)
    stored = await ctx.stores.stage_models.one(id)
    if stored is None:
        return fault or NotFound("stage model", id)
    if fault:
        model = to_model(stored)
        drawn = _drawn(ctx, model.stages, _written(stored, model, change))
        return _beside(fault, drawn, change)
    claimed: set[Identity] = set()
    if not isinstance(change.name, Unsaid):
        claimed.add(_identity(change.name))
        owner = await ctx.stores.identities.claim(*_identity(change.name), id)
        if owner != id:
            return NameTaken(change.name, owner)
    before: list[str] = []

    def decide(
        document: Document,
    ) -> Change | StageModelIsLive | FaultyStageModel | StageModelId:
        before[:] = [document["name"]]
        model = to_model(document)
        if model.status is StageModelStatus.LIVE:
            return StageModelIsLive(model.id)
        written = _written(document, model, change)
        drawn = _drawn(ctx, model.stages, written)
        if isinstance(drawn, FaultyStageModel):
            return _of_given(drawn, change)
        after = {"name": written.name, "description": written.description, **_paths(drawn)}
        changed = {key: value for key, value in after.items() if document[key] != value}
        if not changed:
            return model.id
        event = stamps.event(ctx, EventType.STAGE_MODEL_UPDATED, id)
        paths = {**changed, **naming.name_paths(written.name), **stamps.updated(ctx)}
        return Change(paths, (event,))

    answer: _Edited = await ctx.stores.stage_models.change(id, decide)
    is_kept = isinstance(answer, Changed)
    had = {_identity(each) for each in before}
    if claimed:
        await _let_go(ctx, id, had - claimed if is_kept else claimed - had)
    return _outcome(id, answer)


async def publish_stage_model(
    ctx: Context, id: str
) -> StageModelId | NotFound | Conflict | StageModelIsLive | FaultyStageModel:
    """Make a draft live, if nothing at all is wrong with it: from then on it stays as it is."""
    ctx.viewer.require(Right.EDIT_COMPONENTS)

    def decide(document: Document) -> Change | StageModelIsLive | FaultyStageModel:
        model = to_model(document)
        if model.status is StageModelStatus.LIVE:
            return StageModelIsLive(model.id)
        if faults := publishing_faults(model.stages, model.transitions):
            return FaultyStageModel(faults)
        published = {"published_at": ctx.now(), "published_by": ctx.viewer.actor}
        event = stamps.event(ctx, EventType.STAGE_MODEL_PUBLISHED, id)
        live = {"status": StageModelStatus.LIVE.value, **published, **stamps.updated(ctx)}
        return Change(live, (event,))

    return _outcome(id, await ctx.stores.stage_models.change(id, decide))


async def delete_stage_model(
    ctx: Context, id: str
) -> StageModelId | NotFound | Conflict | StageModelInUse:
    """Delete a model that no solution interest names and no group follows; its name is free."""
    ctx.viewer.require(Right.EDIT_COMPONENTS)
    model = StageModelId(id)

    def decide(document: Document, uses: Sequence[int]) -> Deletion | StageModelInUse:
        interests, groups = uses
        if interests or groups:
            return StageModelInUse(model, interests, (), groups)
        event = stamps.event(ctx, EventType.STAGE_MODEL_DELETED, id)
        return Deletion(event, [_identity(document["name"])])

    found = {"stage_model_id": id}
    uses = [Use("solution_interests", found), Use("buying_groups", found)]
    match await ctx.stores.deletions.delete(ctx.stores.stage_models, id, decide, uses):
        case Deleted():
            return model
        case Missing():
            return NotFound("stage model", id)
        case Raced():
            return Conflict("stage model", id)
        case StageModelInUse(_, interests, _, groups):
            first = await ctx.stores.solution_interests.found(found, {"_id": 1}, limit=USERS_NAMED)
            named = tuple(document["_id"] for document in first)
            return StageModelInUse(model, interests, named, groups)


def faults_of(document: Document) -> tuple[StageModelFault, ...]:
    """What keeps a stored model from going live; nothing of one that is."""
    model = to_model(document)
    return publishing_faults(model.stages, model.transitions)


def _beside(
    fault: Invalid,
    drawn: Draft | FaultyStageModel,
    change: ModelChange | WrittenModel | None = None,
) -> Invalid | FaultyStageModel:
    """A fault of the name or the description, with those of stages and transitions if any."""
    if isinstance(drawn, Draft):
        return fault
    others = drawn if change is None else _of_given(drawn, change)
    return FaultyStageModel((StageModelFault(fault.field, fault.reason), *others.faults))


def _written(
    document: Document, model: StageModel, change: ModelChange | WrittenModel
) -> WrittenModel:
    """All that a draft is to say: what is given, and what it says of the rest."""
    return WrittenModel(
        settled(change.name, document["name"]),
        settled(change.description, document["description"]),
        settled(change.stages, [_entry(stage) for stage in model.stages]),
        settled(
            change.transitions,
            [TransitionEntry(each.source, each.target) for each in model.transitions],
        ),
    )


def _of_given(faulty: FaultyStageModel, change: ModelChange | WrittenModel) -> FaultyStageModel:
    """The faults of what was given: transitions that stay lead nowhere only for want of a stage."""
    if not isinstance(change.transitions, Unsaid):
        return faulty
    return FaultyStageModel(
        tuple(each for each in faulty.faults if not each.path.startswith("transitions"))
    )


def _entry(stage: Stage) -> StageEntry:
    return StageEntry(stage.name, stage.description, stage.is_entry, stage.destination, stage.id)


def _drawn(ctx: Context, saved: Sequence[Stage], written: WrittenModel) -> Draft | FaultyStageModel:
    fresh = [StageId(ctx.new_id("stg")) for _ in written.stages]
    drawn = draft(saved, written.stages, written.transitions, fresh)
    return drawn if isinstance(drawn, Draft) else FaultyStageModel(drawn)


def _paths(drawn: Draft) -> Document:
    return {
        "stages": [stage_document(stage) for stage in drawn.stages],
        "transitions": [transition_document(each) for each in drawn.transitions],
    }


def _identity(name: str) -> Identity:
    return Identity(f"{KIND.namespace}.name", fold(name))


async def _let_go(ctx: Context, id: str, names: set[Identity]) -> None:
    """Free names that the model has no more, or has not got after all."""
    claims = await ctx.stores.identities.find(names, ctx.now())
    own = {name: claim for name, claim in claims.items() if claim.owner == id}
    await ctx.stores.identities.release_many(own)


def _outcome(
    id: str, answer: Changed | Missing | Raced | StageModelId | R
) -> StageModelId | NotFound | Conflict | R:
    match answer:
        case Changed():
            return StageModelId(id)
        case Missing():
            return NotFound("stage model", id)
        case Raced():
            return Conflict("stage model", id)
        case _:
            return answer
