"""Role templates in MongoDB: every version is a document of its own."""

from collections.abc import Sequence

from domain.condition_documents import from_document, to_document
from domain.identifiers import RoleId, RoleTemplateId
from domain.role_templates import RoleTemplate, TemplateRole, TemplateStatus, Weighting
from store.driver import Document, aggregate
from store.records import Records


class RoleTemplateStore(Records):
    """The role templates of one tenant."""

    async def template(self, id: str) -> RoleTemplate | None:
        """The template of this id, or None when the tenant has none."""
        document = await self.one(id, {"status": 1, "revision": 1, "roles": 1})
        return to_template(document) if document else None

    async def interests_of(self, ids: Sequence[str]) -> dict[str, int]:
        """How many solution interests follow each of these templates; none is left out."""
        return await self._following("solution_interests", ids)

    async def groups_of(self, ids: Sequence[str]) -> dict[str, int]:
        """How many groups follow each of these templates; none is left out."""
        return await self._following("buying_groups", ids)

    async def _following(self, collection: str, ids: Sequence[str]) -> dict[str, int]:
        found = {"tenant": self.tenant, "role_template_id": {"$in": list(ids)}}
        counted = {"_id": "$role_template_id", "count": {"$sum": 1}}
        rows = await aggregate(
            self.collection.database[collection], [{"$match": found}, {"$group": counted}]
        )
        return {row["_id"]: row["count"] for row in rows}


def to_template(document: Document) -> RoleTemplate:
    """The template a document holds."""
    return RoleTemplate(
        RoleTemplateId(document["_id"]),
        TemplateStatus(document["status"]),
        document["revision"],
        tuple(_to_role(role) for role in document["roles"]),
    )


def _to_role(document: Document) -> TemplateRole:
    condition = document["condition"]
    return TemplateRole(
        RoleId(document["role_id"]),
        Weighting(document["weighting"]),
        document["required"],
        document["members_required"],
        from_document(condition) if condition is not None else None,
    )


def role_document(entry: TemplateRole) -> Document:
    """A template's role as it is embedded."""
    return {
        "role_id": entry.role,
        "weighting": entry.weighting.value,
        "required": entry.is_required,
        "members_required": entry.members_required,
        "condition": to_document(entry.condition) if entry.condition is not None else None,
    }
