"""Weighting models in MongoDB: every version is a document; the tenant's points at the active one.

The pointer decides. The status of a version follows it, a moment later.
"""

from collections.abc import Sequence
from datetime import datetime

from domain.folding import fold, words
from domain.identifiers import ActivityTypeId, WeightingModelId
from domain.weighting_models import ModelStatus, TypeWeight, WeightingModel
from store.driver import Document
from store.records import Records


class WeightingModelStore(Records):
    """The weighting models of one tenant."""

    async def version(self, id: str) -> WeightingModel | None:
        """The version of this id, or None when the tenant has none."""
        document = await self.one(id)
        return to_model(document) if document else None

    async def last_version(self, model_id: WeightingModelId) -> int:
        """The highest version number of a model; 0 when it has none."""
        last = await self.collection.find_one(
            {"tenant": self.tenant, "model_id": model_id},
            {"model_version": 1},
            sort=[("model_version", -1)],
        )
        return int(last["model_version"]) if last else 0

    async def follow(self, active: WeightingModelId, at: datetime) -> None:
        """Give every version the status it has when this one is active."""
        archived = {"status": ModelStatus.ARCHIVED.value, "updated_at": at}
        activated = {"status": ModelStatus.ACTIVE.value, "activated_at": at, "updated_at": at}
        await self.collection.update_many(
            {"tenant": self.tenant, "status": activated["status"], "_id": {"$ne": active}},
            {"$set": archived, "$inc": {"version": 1}},
        )
        await self.collection.update_many(
            {"tenant": self.tenant, "status": {"$ne": activated["status"]}, "_id": active},
            {"$set": activated, "$inc": {"version": 1}},
        )

    async def discard(self, id: WeightingModelId) -> None:
        """Delete a version that never became active."""
        await self.collection.delete_one(
            {"_id": id, "tenant": self.tenant, "status": ModelStatus.DRAFT.value}
        )


def to_model(document: Document) -> WeightingModel:
    """The version a document holds."""
    return WeightingModel(
        WeightingModelId(document["_id"]),
        WeightingModelId(document["model_id"]),
        document["model_version"],
        document["name"],
        document["window_days"],
        tuple(
            TypeWeight(
                ActivityTypeId(entry["activity_type_id"]), entry["weight"], entry["daily_cap"]
            )
            for entry in document["types"]
        ),
    )


def model_document(model: WeightingModel) -> Document:
    """The document of a version that is a draft yet."""
    return {
        "_id": model.id,
        "model_id": model.model_id,
        "model_version": model.model_version,
        "name": model.name,
        "status": ModelStatus.DRAFT.value,
        "window_days": model.window_days,
        "types": type_documents(model.types),
        "activated_at": None,
        "folded": {"name": fold(model.name)},
        "search": list(words(model.name)),
    }


def type_documents(types: Sequence[TypeWeight]) -> list[Document]:
    """The weights of a version as they are embedded."""
    return [
        {
            "activity_type_id": entry.activity_type,
            "weight": entry.weight,
            "daily_cap": entry.daily_cap,
        }
        for entry in types
    ]
