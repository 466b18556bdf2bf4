"""Configuring: a tenant is brought to what a file says, checked whole before anything is written.

Nothing is ever deleted, and what is applied again changes nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from domain.activity_types import EngagementType, Exclusion
from domain.attributes import FieldType, Scope
from domain.audiences import AudienceIsLive
from domain.condition_documents import from_document
from domain.conditions import AttributeTest, operands_of
from domain.configuration import Configuration, Entry, renamed
from domain.configuration_changes import Step, blocked, ordered, steps
from domain.configuration_shapes import Fault
from domain.custom_fields import CustomField
from domain.folding import fold
from domain.identifiers import RoleId
from domain.readiness import Thresholds
from domain.role_templates import Weighting
from domain.roles import DEFAULT_ROLES
from domain.weighting_models import DAILY_CAP
from execution.context import Context, Right
from resolvers import (
    activity_types,
    audience_drafts,
    audiences,
    configured_fields,
    configured_models,
    custom_fields,
    members_required,
    personas,
    role_templates,
    roles,
    solution_interests,
    stage_models,
)
from resolvers.audiences import AudienceAccounts
from resolvers.configuration import Ids, configuration, ids_by_name
from resolvers.configuration_checking import faults, model_parts
from resolvers.configuration_names import accounts_named, spelled_as_stored, with_accounts
from resolvers.personas import GivenAttribute, NewPersona
from resolvers.role_templates import RoleEntry
from resolvers.solution_interests import NewSolutionInterest
from resolvers.stage_models import WrittenModel
from store.readiness import to_thresholds


@dataclass(frozen=True, slots=True)
class Plan:
    """What a file would change, in the order in which it can be done."""

    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Refusals:
    """Why a file cannot be applied: what is wrong in it, and what it asks for that cannot be."""

    faults: tuple[Fault, ...]
    blocked: tuple[Fault, ...]
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Stopped:
    """Somebody else changed something meanwhile, so that a step was refused; those before stand."""

    step: Step
    refusal: object


async def plan(ctx: Context, wanted: Configuration) -> Plan | Refusals:
    """What applying a file would do now; nothing is written."""
    ctx.viewer.require(Right.EDIT_COMPONENTS)
    current = await configuration(ctx)
    found = list(faults(wanted, current))
    wanted, unknown = await with_accounts(ctx, spelled_as_stored(wanted, current))
    found += unknown
    needed = steps(wanted, current)
    hindered = tuple(fault for step in needed for fault in blocked(step, needed))
    in_order = ordered(needed) if not found else []
    found += [each for each in in_order if isinstance(each, Fault)]
    if found or hindered:
        return Refusals(tuple(found), hindered, tuple(needed))
    return Plan(tuple(each for each in in_order if isinstance(each, Step)))


_DEFAULTS: Final = frozenset(map(fold, DEFAULT_ROLES))


async def apply(ctx: Context, planned: Plan) -> Stopped | None:
    """Do what was planned, by the same commands as everybody; None when all of it is done."""
    ctx.viewer.require(Right.EDIT_COMPONENTS)
    fields = [step for step in planned.steps if step.section == configured_fields.SECTION]
    for step in planned.steps:
        if step in fields[1:]:
            continue
        if step in fields:
            done = await configured_fields.configure(ctx, fields)
            refusal = None if isinstance(done, list) else done
        else:
            refusal = await _apply(ctx, step, await ids_by_name(ctx))
        if refusal is not None:
            return Stopped(step, refusal)
    return None


async def _apply(ctx: Context, step: Step, ids: Ids) -> object | None:
    """The refusal of a step, if it is refused."""
    entry = step.entry
    id = ids.get(step.section, {}).get(fold(entry["name"]), "") if step.before else None
    match step.section:
        case "custom_fields":
            field = CustomField(entry["name"], FieldType(entry["type"]), entry["label"])
            done: object = await custom_fields.define_custom_fields(
                ctx, Scope(entry["scope"]), [field]
            )
            return None if isinstance(done, list) else done
        case "roles":
            there = ids["roles"].get(fold(entry["name"]))
            done = await _role(ctx, step, there if fold(entry["name"]) in _DEFAULTS else id)
        case "personas":
            done = await _persona(ctx, step, id)
        case "activity_types":
            done = await _activity_type(ctx, step, id)
        case "weighting_models":
            types = ids["activity_types"]
            done = await configured_models.configure(ctx, entry, step.before, types)
        case "stage_models":
            done = await _stage_model(ctx, entry, id)
        case "role_templates":
            done = await _role_template(ctx, step, id, ids)
        case "solution_interests":
            done = await _solution_interest(ctx, entry, id, ids)
        case _:
            done = await _audience(ctx, entry, id, ids)
    return None if isinstance(done, str) else done


async def _role(ctx: Context, step: Step, id: str | None) -> object:
    """A role of the tenant's own with its aliases; one that every tenant has gets these alone."""
    before = step.before or {"aliases": []}
    name, description = (step.before or step.entry)["name"], step.entry["description"]
    done: object = id
    if id is None:
        done = await roles.create_role(ctx, name, description)
    elif fold(name) not in _DEFAULTS:
        done = await roles.update_role(ctx, id, name, description)
    aliases = [*before["aliases"], *step.entry["aliases"]]
    if not isinstance(done, str) or not aliases:
        return done
    return await roles.set_role_aliases(ctx, done, aliases)


async def _persona(ctx: Context, step: Step, id: str | None) -> object:
    given: list[GivenAttribute] = []
    for place, each in enumerate(step.entry["attributes"]):
        named = {key: each[key] for key in ("attribute", "key") if key in each}
        test = from_document({"test": {**named, "operator": "is_any_of", "value": each["values"]}})
        if isinstance(test, AttributeTest):
            path = f"{step.path}.attributes[{place}]"
            given.append(GivenAttribute(path, test.attribute, operands_of(test)))
    name = (step.before or step.entry)["name"]
    new = NewPersona(name, step.entry["description"], given, f"{step.path}.attributes")
    if id is None:
        return await personas.create_persona(ctx, new)
    return await personas.update_persona(ctx, id, new)


async def _activity_type(ctx: Context, step: Step, id: str | None) -> object:
    entry = step.entry
    if id is None:
        new = activity_types.NewActivityType(
            entry["name"],
            EngagementType(entry["engagement_type"]),
            entry["weight"] or 0,
            DAILY_CAP if entry["daily_cap"] is None else entry["daily_cap"],
            entry["aliases"],
            entry["description"],
        )
        done: object = await activity_types.create_activity_type(ctx, new)
    elif any(each.part == "aliases" for each in step.differences):
        done = await activity_types.add_activity_type_aliases(ctx, id, entry["aliases"])
    else:
        done = id
    if isinstance(done, str) and (step.before or {}).get("excluded_as") != entry["excluded_as"]:
        excluded_as = Exclusion(entry["excluded_as"]) if entry["excluded_as"] else None
        return await activity_types.exclude_activity_type(ctx, done, excluded_as)
    return done


async def _stage_model(ctx: Context, entry: Entry, id: str | None) -> object:
    stages, moves = model_parts(entry)
    written = WrittenModel(entry["name"], entry["description"], stages, moves)
    done: object
    if id is None:
        done = await stage_models.create_stage_model(ctx, written)
    else:
        done = await stage_models.update_stage_model(ctx, id, written)
    if isinstance(done, str) and entry["status"] == "live":
        return await stage_models.publish_stage_model(ctx, done)
    return done


async def _role_template(ctx: Context, step: Step, id: str | None, ids: Ids) -> object:
    entry = step.entry
    if id is not None and step.before and step.before["status"] == "live":
        return await _members_required(ctx, step, step.before, id)
    entries = [
        RoleEntry(
            role["role"],
            Weighting(role["weighting"]),
            role["required"],
            role["members_required"],
            _condition(role["condition"], ids) if role["condition"] else None,
        )
        for role in entry["roles"]
    ]
    name, description = entry["name"], entry["description"]
    done: object
    if id is None:
        done = await role_templates.create_role_template(ctx, name, description, entries)
    else:
        done = await role_templates.update_role_template(ctx, id, description, entries)
    if isinstance(done, str) and entry["status"] == "live":
        return await role_templates.publish_role_template(ctx, done)
    return done


async def _members_required(ctx: Context, step: Step, before: Entry, id: str) -> object:
    for was, shall in zip(before["roles"], step.entry["roles"], strict=True):
        if was["members_required"] != shall["members_required"]:
            done = await members_required.change_members_required(
                ctx, id, shall["role"], shall["members_required"]
            )
            if not isinstance(done, members_required.MembersRequired):
                return done
    return id


async def _solution_interest(ctx: Context, entry: Entry, id: str | None, ids: Ids) -> object:
    model = ids["stage_models"][fold(entry["stage_model"])] if entry["stage_model"] else None
    thresholds = Thresholds(
        entry["completeness_threshold"],
        entry["engagement_threshold"],
        tuple(entry["threshold_stages"] or ()),
        tuple(map(RoleId, entry["threshold_roles"] or ())),
    )
    if id is not None:
        stored = await ctx.stores.solution_interests.one(id, {"thresholds": 1})
        asked = to_thresholds(stored["thresholds"]) if stored else Thresholds()
        if entry["threshold_stages"] is None:
            thresholds = replace(thresholds, stages=asked.stages)
        if entry["threshold_roles"] is None:
            thresholds = replace(thresholds, roles=asked.roles)
        return await solution_interests.update_solution_interest(
            ctx,
            id,
            description=entry["description"],
            products=entry["products"],
            update_existing=entry["update_existing"],
            thresholds=thresholds,
            stage_model=model,
        )
    new = NewSolutionInterest(
        entry["name"],
        ids["role_templates"][fold(entry["role_template"])],
        entry["description"],
        entry["products"],
        entry["update_existing"],
        thresholds,
        model,
    )
    return await solution_interests.create_solution_interest(ctx, new)


async def _audience(ctx: Context, entry: Entry, id: str | None, ids: Ids) -> object:
    rule = _condition(entry["condition"], ids) if entry["condition"] else None
    listed = None
    if entry["accounts"] is not None:
        listed = list((await accounts_named(ctx, entry["accounts"])).values())
    accounts, is_draft = AudienceAccounts(rule, listed), entry["status"] == "draft"
    if id is None:
        return await audiences.create_account_audience(
            ctx, entry["name"], entry["description"], accounts, is_draft=is_draft
        )
    done = await audiences.update_account_audience(ctx, id, entry["description"], accounts)
    if not isinstance(done, str) or is_draft:
        return done
    published = await audience_drafts.publish_account_audience(ctx, id)
    return id if isinstance(published, AudienceIsLive) else published


def _condition(document: Mapping[str, Any], ids: Ids) -> Any:
    """The condition with the tenant's ids for the names in it."""
    return from_document(renamed(document, lambda s, name: ids.get(s, {}).get(fold(name), name)))
