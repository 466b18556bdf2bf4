"""Configuration: what a tenant has set up, as one document by names and in a stable order."""

from collections.abc import Iterable, Mapping
from typing import Final

from domain import custom_fields as declared_fields
from domain.audiences import status_of
from domain.configuration import Configuration, Entry, Rename, key_of, renamed
from domain.folding import fold
from execution.context import Context, Right
from resolvers import configured_fields, configured_models, custom_fields, weighting_models
from store.driver import Document
from store.readiness import to_thresholds
from store.records import Records

Ids = Mapping[str, Mapping[str, str]]
"""The id of each entry, by section and folded name."""

_NEVER_COUNTED: Final = (0, 20)


async def configuration(ctx: Context) -> Configuration:
    """All that the tenant has set up; of the roles that every tenant has, those with aliases."""
    ctx.viewer.require(Right.READ)
    stored = await _stored(ctx)
    rename = _by_names(stored)
    types = {each["_id"]: each["name"] for each in stored["activity_types"]}
    templates = {each["_id"]: each["name"] for each in stored["role_templates"]}
    models = {each["_id"]: each["name"] for each in stored["stage_models"]}
    found = {
        "custom_fields": await _custom_fields(ctx),
        "derived_fields": await configured_fields.entries(ctx),
        "roles": [
            {**_plain(each), "aliases": sorted(each.get("aliases", ()))}
            for each in stored["roles"]
            if not each["is_default"] or each.get("aliases")
        ],
        "personas": [_persona(each) for each in stored["personas"]],
        "activity_types": await _activity_types(ctx, stored["activity_types"]),
        "weighting_models": configured_models.entries(
            await ctx.stores.weighting_models.all(), types
        ),
        "stage_models": [_stage_model(each) for each in stored["stage_models"]],
        "role_templates": [_role_template(each, rename) for each in stored["role_templates"]],
        "solution_interests": [
            _solution_interest(each, templates, models, rename)
            for each in stored["solution_interests"]
        ],
        "account_audiences": await _audiences(ctx, stored["account_audiences"], rename),
    }
    return {
        section: sorted(entries, key=lambda entry: key_of(section, entry))
        for section, entries in found.items()
    }


async def ids_by_name(ctx: Context) -> Ids:
    """The ids of what the tenant has set up, by section and folded name.

    It serves those who have asked for a right of their own.
    """
    return {
        section: {fold(each["name"]): each["_id"] for each in entries}
        for section, entries in (await _stored(ctx)).items()
    }


async def _stored(ctx: Context) -> dict[str, list[Document]]:
    stores = ctx.stores
    sections: dict[str, Records] = {
        "roles": stores.roles,
        "personas": stores.personas,
        "activity_types": stores.activity_types,
        "stage_models": stores.stage_models,
        "role_templates": stores.role_templates,
        "solution_interests": stores.solution_interests,
        "account_audiences": stores.audiences,
    }
    return {section: await records.all() for section, records in sections.items()}


def _by_names(stored: Mapping[str, Iterable[Document]]) -> Rename:
    names = {s: {each["_id"]: each["name"] for each in entries} for s, entries in stored.items()}
    names["stages"] = {
        stage["stage_id"]: stage["name"] for m in stored["stage_models"] for stage in m["stages"]
    }
    return lambda section, id: names[section].get(id, id)


def _plain(document: Document) -> Entry:
    return {"name": document["name"], "description": document.get("description")}


async def _custom_fields(ctx: Context) -> list[Entry]:
    declared = await custom_fields.declared(ctx)
    return [
        {"name": key, "scope": scope.value, "type": field.type.value, "label": field.label}
        for scope in declared_fields.SCOPES
        for key, field in declared[scope].items()
    ]


def _persona(document: Document) -> Entry:
    attributes = [
        {**{k: each[k] for k in ("attribute", "key") if k in each}, "values": each["value"]}
        for each in document["attributes"]
    ]
    return {**_plain(document), "attributes": attributes}


async def _activity_types(ctx: Context, documents: Iterable[Document]) -> list[Entry]:
    model = await weighting_models.active(ctx)
    weights = {e.activity_type: (e.weight, e.daily_cap) for e in model.types} if model else {}
    found: list[Entry] = []
    for each in documents:
        weight, cap = weights.get(each["_id"], _NEVER_COUNTED)
        told = {"engagement_type": each["engagement_type"], "aliases": sorted(each["aliases"])}
        told["excluded_as"] = each.get("excluded_as")
        found.append({**_plain(each), **told, "weight": weight, "daily_cap": cap})
    return found


def _stage_model(document: Document) -> Entry:
    names = {stage["stage_id"]: stage["name"] for stage in document["stages"]}
    stages = [
        {**_plain(stage), "entry": stage["is_entry"], "destination": stage["destination"]}
        for stage in document["stages"]
    ]
    moves = [
        {"from": names[each["source"]], "to": names[each["target"]]}
        for each in document["transitions"]
    ]
    parts = {"status": document["status"], "stages": stages, "transitions": moves}
    return {**_plain(document), **parts}


def _role_template(document: Document, rename: Rename) -> Entry:
    roles = [
        {
            "role": rename("roles", each["role_id"]),
            "weighting": each["weighting"],
            "required": each["required"],
            "members_required": each["members_required"],
            "condition": renamed(each["condition"], rename) if each.get("condition") else None,
        }
        for each in document["roles"]
    ]
    return {**_plain(document), "status": document["status"], "roles": roles}


def _solution_interest(
    document: Document, templates: Mapping[str, str], models: Mapping[str, str], rename: Rename
) -> Entry:
    thresholds = document["thresholds"]
    asked = to_thresholds(thresholds)
    model = document.get("stage_model_id")
    return {
        **_plain(document),
        "products": list(document["products"]),
        "role_template": templates[document["role_template_id"]],
        "stage_model": models[model] if model else None,
        "update_existing": document["update_existing"],
        "completeness_threshold": thresholds["completeness"],
        "engagement_threshold": thresholds["engagement"],
        "threshold_stages": sorted(asked.stages),
        "threshold_roles": sorted(rename("roles", role) for role in asked.roles),
    }


async def _audiences(ctx: Context, documents: Iterable[Document], rename: Rename) -> list[Entry]:
    listed = {id for each in documents for id in each["account_ids"] or ()}
    accounts = await ctx.stores.accounts.by_ids(listed, {"keys": 1})
    found: list[Entry] = []
    for each in documents:
        rule, ids = each["condition"], each["account_ids"]
        named = None if ids is None else sorted(reference_to(id, accounts.get(id)) for id in ids)
        told = {"condition": renamed(rule, rename) if rule else None, "accounts": named}
        found.append({**_plain(each), "status": status_of(each.get("status")).value, **told})
    return found


def reference_to(id: str, account: Document | None) -> str:
    """How a file names an account: by its first outside key, else by its id."""
    keys = sorted((account or {}).get("keys", {}).items())
    return ":".join(keys[0]) if keys else id
