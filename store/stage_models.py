"""Stage models in MongoDB: stages and transitions embedded, each stage with an id of its own."""

from collections.abc import Iterable

from domain.identifiers import StageId, StageModelId
from domain.stage_models import Destination, Stage, StageModel, StageModelStatus, Transition
from store.driver import Document
from store.records import Records

_FOR_MOVING = {"status": 1, "stages": 1, "transitions": 1}


class StageModelStore(Records):
    """The stage models of one tenant."""

    async def model(self, id: str | None) -> StageModel | None:
        """The model of this id, or None when the tenant has none."""
        return (await self.models([id])).get(id or "")

    async def models(self, ids: Iterable[str | None]) -> dict[str, StageModel]:
        """The models of these ids; an unknown id, and None, are left out."""
        found = await self.by_ids({id for id in ids if id is not None}, _FOR_MOVING)
        return {id: to_model(document) for id, document in found.items()}


def to_model(document: Document) -> StageModel:
    """The model a document holds."""
    return StageModel(
        StageModelId(document["_id"]),
        StageModelStatus(document["status"]),
        tuple(to_stage(stage) for stage in document["stages"]),
        tuple(to_transition(each) for each in document["transitions"]),
    )


def to_stage(document: Document) -> Stage:
    """The stage an embedded document holds."""
    destination = document["destination"]
    return Stage(
        StageId(document["stage_id"]),
        document["name"],
        document["description"],
        document["is_entry"],
        Destination(destination) if destination is not None else None,
    )


def to_transition(document: Document) -> Transition:
    """The transition an embedded document holds."""
    return Transition(StageId(document["source"]), StageId(document["target"]))


def stage_document(stage: Stage) -> Document:
    """A stage as it is embedded."""
    return {
        "stage_id": stage.id,
        "name": stage.name,
        "description": stage.description,
        "is_entry": stage.is_entry,
        "destination": stage.destination.value if stage.destination else None,
    }


def transition_document(transition: Transition) -> Document:
    """A transition as it is embedded."""
    return {"source": transition.source, "target": transition.target}
