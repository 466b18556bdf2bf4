"""Role templates in MongoDB: every version is a document of its own."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from domain.condition_documents import from_document, to_document
from domain.identifiers import RoleId, RoleTemplateId, TenantId
from domain.persona_tests import Definitions, asks_about_personas, ids_in, spelled_out
from domain.references import references_in
from domain.role_templates import RoleTemplate, TemplateRole, TemplateStatus, Weighting
from store.driver import Database, Document, aggregate
from store.personas import NAME as PERSONAS
from store.personas import definitions
from store.records import Records
from store.relay import Relay

_MOST_AT_HAND: Final = 1_000


class RoleTemplateStore(Records):
    """The role templates of one tenant."""

    def __init__(self, database: Database, collection: str, tenant: TenantId, relay: Relay) -> None:
        super().__init__(database, collection, tenant, relay)
        self._at_hand: dict[str, RoleTemplate] = {}

    def at_hand(self, id: str) -> RoleTemplate | None:
        """The live template as this process read it last, with its rules as they were given.

        Of a live template only the revision and what it requires can have become others since:
        it is for those who look for a later revision behind what they have decided by it.
        """
        return self._at_hand.get(id)

    async def template(self, id: str) -> RoleTemplate | None:
        """The template of this id, or None when the tenant has none.

        Its rules are as they are evaluated: what they ask of personas is spelled out.
        """
        written = await self.as_written(id)
        if written is None or not _ask_about_personas(written):
            return written
        personas = self.collection.database[PERSONAS].find(
            {"tenant": self.tenant}, {"attributes": 1}
        )
        return with_personas(written, definitions([each async for each in personas]))

    async def as_written(self, id: str) -> RoleTemplate | None:
        """The template of this id with its rules as they were given, or None."""
        document = await self.one(id, {"status": 1, "revision": 1, "roles": 1})
        template = to_template(document) if document else None
        if template is not None and template.status is TemplateStatus.LIVE:
            if len(self._at_hand) >= _MOST_AT_HAND:
                self._at_hand.clear()
            self._at_hand[id] = template
        return template

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


def with_personas(template: RoleTemplate, personas: Definitions) -> RoleTemplate:
    """The template with what its rules ask of personas spelled out."""
    roles = (
        entry
        if entry.condition is None
        else replace(entry, condition=spelled_out(entry.condition, personas))
        for entry in template.roles
    )
    return replace(template, roles=tuple(roles))


def _ask_about_personas(template: RoleTemplate) -> bool:
    conditions = (entry.condition for entry in template.roles)
    return any(each is not None and asks_about_personas(each) for each in conditions)


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
    """A template's role as it is embedded, with what its rule names, so that it stays."""
    personas = sorted(ids_in(entry.condition)) if entry.condition is not None else []
    references = references_in(entry.condition) if entry.condition is not None else []
    return {
        "role_id": entry.role,
        "weighting": entry.weighting.value,
        "required": entry.is_required,
        "members_required": entry.members_required,
        "condition": to_document(entry.condition) if entry.condition is not None else None,
        **({"persona_ids": personas} if personas else {}),
        **({"reference_ids": references} if references else {}),
    }
