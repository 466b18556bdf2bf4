"""Stored documents with sensible defaults, as the stores write them: a test names what matters."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from domain.attributes import folded_of_account, folded_of_person
from domain.buying_groups import Member
from domain.folding import fold, words
from domain.identifiers import PersonId, RoleId
from domain.membership import Claim, Method
from domain.role_templates import TemplateRole, Weighting
from domain.standard_personas import of_titles
from store.driver import Document
from store.groups import derived_paths, member_document
from store.personas import attributes_document
from store.role_templates import role_document
from store.schema_version import SCHEMA_VERSION

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)

Stored = tuple[str, Document]


def _document(id: str, name: str, **fields: Any) -> Document:
    stamps = {"created_at": NOON, "created_by": "sam", "updated_at": NOON, "updated_by": "sam"}
    return {
        "_id": id,
        "version": 1,
        "schema_version": SCHEMA_VERSION,
        "name": name,
        "folded": {"name": fold(name)},
        "search": list(words(name)),
        "outbox": [],
        **stamps,
        **fields,
    }


def an_account(id: str = "acc_1", name: str = "Acme", **fields: Any) -> Stored:
    values: Document = {
        "industry": None,
        "annual_revenue": None,
        "employees": None,
        "address": {"city": None},
        "products": [],
        "parent_id": None,
        "ancestor_ids": [],
        "level": 1,
        "custom": {},
        "keys": {},
    }
    values |= fields
    texts = {"name": fold(name), **folded_of_account({"name": name, **values})}
    return "accounts", _document(id, name, **({"folded": texts} | values))


def a_person(
    id: str = "per_1", name: str = "Ada", accounts: Sequence[str] = ("acc_1",), **fields: Any
) -> Stored:
    values: Document = {
        "first_name": name,
        "last_name": None,
        "email": f"{fold(name)}@example.com",
        "job_title": None,
        "address": {"city": None},
        "custom": {},
        "keys": {},
        "relations": [
            {"account_id": account, "relation": "employee", "roles": []} for account in accounts
        ],
    }
    values |= fields
    texts = {"name": fold(name), **folded_of_person({"name": name, **values})}
    searched = f"{name} {values['email']} {values['job_title'] or ''}"
    derived: Document = {"folded": texts, "search": list(words(searched))}
    return "people", _document(id, name, **(derived | values))


def a_role(id: str = "role_dm", name: str = "Decision Maker", **fields: Any) -> Stored:
    return "roles", _document(id, name, **({"is_default": True} | fields))


def a_persona(id: str, name: str, *titles: str, **fields: Any) -> Stored:
    told = {"attributes": attributes_document([of_titles(*titles)]), "description": None}
    return "personas", _document(id, name, **(told | fields))


def an_entry(role: str, required: int = 1, *, is_required: bool = True) -> TemplateRole:
    return TemplateRole(RoleId(role), Weighting.NORMAL, is_required, required)


def a_template(id: str = "rt_1", *roles: TemplateRole, **fields: Any) -> Stored:
    values: Document = {
        "template_id": id,
        "template_version": 1,
        "revision": 1,
        "status": "live",
        "description": None,
        "published_at": NOON,
        "published_by": "sam",
        "roles": [role_document(entry) for entry in roles or (an_entry("role_dm"),)],
    }
    return "role_templates", _document(id, "Standard", **(values | fields))


def an_interest(id: str = "si_1", name: str = "Security", **fields: Any) -> Stored:
    values: Document = {
        "description": None,
        "products": [],
        "role_template_id": "rt_1",
        "update_existing": False,
        "thresholds": {"completeness": None, "engagement": None},
    }
    return "solution_interests", _document(id, name, **(values | fields))


def a_claim_of(
    method: Method, role: str | None, version: int = 1, reason: str | None = None
) -> Claim:
    return Claim(method, RoleId(role) if role else None, "sam", NOON, version, reason)


def a_stored_group(
    id: str = "bg_1",
    name: str = "Security for Acme",
    members: Mapping[str, str | Sequence[Claim] | None] | None = None,
    roles: Sequence[TemplateRole] = (),
    **fields: Any,
) -> Stored:
    """A group; a member is given by a role, by None when removed by hand, or by claims."""
    parts = [_member(person, said) for person, said in (members or {}).items()]
    values: Document = {
        "account_id": "acc_1",
        "solution_interest_id": "si_1",
        "role_template_id": "rt_1",
        "status": None,
        "stage": None,
        "members": [member_document(part) for part in parts],
        "created_by_job": None,
        **derived_paths(parts, list(roles) or [an_entry("role_dm")], 1),
    }
    return "buying_groups", _document(id, name, **(values | fields))


def _member(person: str, said: str | Sequence[Claim] | None) -> Member:
    if said is None:
        said = [a_claim_of(Method.MANUAL, None)]
    elif isinstance(said, str):
        said = [a_claim_of(Method.SYSTEM, said)]
    return Member(PersonId(person), {claim.method: claim for claim in said})


def an_opportunity(id: str = "opp_1", name: str = "Deal", **fields: Any) -> Stored:
    values: Document = {
        "account_id": "acc_1",
        "product": None,
        "stage": None,
        "amount": None,
        "is_closed": False,
        "is_won": False,
        "close_date": None,
        "keys": {},
    }
    return "opportunities", _document(id, name, **(values | fields))


def an_activity_type(id: str, name: str, aliases: Sequence[str] = (), **fields: Any) -> Stored:
    values: Document = {
        "engagement_type": "WEB",
        "description": None,
        "aliases": list(aliases),
        "folded": {"name": fold(name), "names": [fold(each) for each in (name, *aliases)]},
    }
    return "activity_types", _document(id, name, **(values | fields))


def an_activity(id: str, type_name: str, **fields: Any) -> Stored:
    values: Document = {
        "_id": id,
        "source": "web",
        "source_id": id,
        "type_name": type_name,
        "type_folded": fold(type_name),
        "person_id": "per_ada",
        "at": NOON,
        "attributes": {},
        "stored_at": NOON,
    }
    return "activities", values | fields


def a_scored_tenant(tenant: str, largest_group_raw: float, largest_person_raw: int) -> Stored:
    """A tenant whose last scoring run found these largest raws."""
    reference = {
        "run_id": "run_1",
        "run_number": 1,
        "computed_at": NOON,
        "largest_group_raw": largest_group_raw,
        "largest_person_raw": largest_person_raw,
        "largest_weight": 60,
        "is_first": False,
        "model_id": "wm_1",
    }
    return "tenants", {"_id": tenant, "scoring": {"reference": reference}}
