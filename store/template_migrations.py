"""Template migrations in MongoDB: parts of the solution interest and of each of its groups."""

from collections.abc import Mapping, Sequence

from domain.identifiers import JobId, PersonId, RoleId, RoleTemplateId
from domain.membership import Claims
from domain.template_migrations import Migration, Replaced
from store.driver import Document
from store.groups import claims_document, to_claims


def migration_document(migration: Migration) -> Document:
    """A migration as it is embedded in its solution interest."""
    return {
        "job_id": migration.job,
        "from_role_template_id": migration.old,
        "to_role_template_id": migration.new,
        "is_undone": migration.is_undone,
        "asked_role_ids": list(migration.asked),
        "roles": [
            {"from_role_id": role, "to_role_id": becomes}
            for role, becomes in migration.plan.items()
        ],
    }


def to_migration(interest: Document) -> Migration | None:
    """The last migration of a solution interest; None of one that never had any."""
    document = interest.get("migration")
    if document is None:
        return None
    plan = {
        RoleId(each["from_role_id"]): RoleId(each["to_role_id"]) if each["to_role_id"] else None
        for each in document["roles"]
    }
    return Migration(
        JobId(document["job_id"]),
        RoleTemplateId(document["from_role_template_id"]),
        RoleTemplateId(document["to_role_template_id"]),
        plan,
        document["is_undone"],
        tuple(RoleId(role) for role in document.get("asked_role_ids", ())),
    )


def replaced_documents(replaced: Replaced) -> list[Document]:
    """Claims as they were before a migration; what was written about a person stays out."""
    return [
        {"person_id": person, "claims": _without_reasons(claims)}
        for person, claims in replaced.items()
    ]


def to_replaced(stored: Sequence[Document] | None) -> Replaced:
    """The claims as they were before a group's last migration."""
    return {PersonId(each["person_id"]): to_claims(each["claims"]) for each in stored or ()}


def _without_reasons(claims: Claims) -> Mapping[str, Document]:
    return {method: {**claim, "reason": None} for method, claim in claims_document(claims).items()}
