"""Role templates in MongoDB: every version is a document of its own."""

from domain.condition_documents import from_document, to_document
from domain.identifiers import RoleId, RoleTemplateId
from domain.role_templates import RoleTemplate, TemplateRole, TemplateStatus, Weighting
from store.driver import Document
from store.records import Records


class RoleTemplateStore(Records):
    """The role templates of one tenant."""

    async def template(self, id: str) -> RoleTemplate | None:
        """The template of this id, or None when the tenant has none."""
        document = await self.one(id, {"status": 1, "revision": 1, "roles": 1})
        return to_template(document) if document else None


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
