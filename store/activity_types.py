"""Activity types in MongoDB; every spelling of theirs is claimed, so that it means one type."""

from collections.abc import Iterable

from domain.activity_types import ActivityType, EngagementType, Exclusion
from domain.folding import fold, words
from domain.identifiers import ActivityTypeId
from domain.weighting_models import TypeWeight
from store.driver import Document
from store.records import Records


class ActivityTypeStore(Records):
    """The activity types of one tenant."""

    async def types(self) -> list[ActivityType]:
        """Every type, in the order of the ids."""
        cursor = self.collection.find(
            {"tenant": self.tenant},
            {"name": 1, "engagement_type": 1, "aliases": 1, "description": 1, "excluded_as": 1},
            sort=[("_id", 1)],
            batch_size=1_000,
        )
        return [to_type(document) async for document in cursor]

    async def spellings_of(self, ids: Iterable[str]) -> dict[str, list[str]]:
        """The folded spellings of the types of these ids, as far as they are stored."""
        found = await self.by_ids(ids, {"folded.names": 1})
        return {id: document["folded"]["names"] for id, document in found.items()}

    async def awaiting_weight(self) -> list[TypeWeight]:
        """The weights that new types were given and no weighting model knows yet."""
        cursor = self.collection.find(
            {"tenant": self.tenant, "awaiting_weight": {"$exists": True}},
            {"awaiting_weight": 1},
            sort=[("_id", 1)],
        )
        return [
            TypeWeight(
                ActivityTypeId(each["_id"]),
                each["awaiting_weight"]["weight"],
                each["awaiting_weight"]["daily_cap"],
            )
            async for each in cursor
        ]

    async def has_weight(self, ids: list[ActivityTypeId]) -> None:
        """Note that the active weighting model knows these types."""
        await self.collection.update_many(
            {"_id": {"$in": ids}, "tenant": self.tenant}, {"$unset": {"awaiting_weight": ""}}
        )


def to_type(document: Document) -> ActivityType:
    """The type a document holds."""
    return ActivityType(
        ActivityTypeId(document["_id"]),
        document["name"],
        EngagementType(document["engagement_type"]),
        tuple(document["aliases"]),
        document.get("description"),
        Exclusion(document["excluded_as"]) if document.get("excluded_as") else None,
    )


def type_document(type: ActivityType) -> Document:
    """The document of a type."""
    return {
        "_id": type.id,
        "name": type.name,
        "engagement_type": type.engagement_type.value,
        "description": type.description,
        "excluded_as": type.excluded_as.value if type.excluded_as else None,
        **alias_paths(type),
        "search": list(words(type.name)),
    }


def alias_paths(type: ActivityType) -> Document:
    """What is stored of a type's spellings."""
    return {
        "aliases": list(type.aliases),
        "folded": {"name": fold(type.name), "names": list(type.spellings)},
    }
