"""Configuring: a tenant is brought to what a file says, checked whole before anything is written.

Nothing is ever deleted, and what is applied again changes nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from domain.activity_types import EngagementType
from domain.attributes import FieldType, Scope
from domain.audiences import AudienceIsLive
from domain.condition_documents import from_document
from domain.conditions import AttributeTest, operands_of
from domain.configuration import Configuration, Entry, renamed
from domain.configuration_changes import Step, blocked, ordered, steps
from domain.configuration_shapes import Fault
from domain.custom_fields import CustomField
from domain.folding import fold
from domain.identities import Identity, OutsideKey, key_identity
from domain.readiness import Thresholds
from domain.role_templates import Weighting
from domain.roles import DEFAULT_ROLES
from execution.context import Context, Right
from resolvers import (
    activity_types,
    audience_drafts,
    audiences,
    custom_fields,
    members_required,
    personas,
    role_templates,
    roles,
    solution_interests,
    stage_models,
)
from resolvers.audiences import AudienceAccounts
from resolvers.configuration import Ids, configuration, ids_by_name, reference_to
from resolvers.configuration_checking import faults, model_parts
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
    wanted, unknown = await _with_accounts(ctx, _spelled_as_stored(wanted, current))
    found += unknown
    needed = steps(wanted, current)
    hindered = tuple(fault for step in needed for fault in blocked(step))
    in_order = ordered(needed) if not found else []
    found += [each for each in in_order if isinstance(each, Fault)]
    if found or hindered:
        return Refusals(tuple(found), hindered, tuple(needed))
    return Plan(tuple(each for each in in_order if isinstance(each, Step)))


async def apply(ctx: Context, planned: Plan) -> Stopped | None:
    """Do what was planned, by the same commands as everybody; None when all of it is done."""
    ctx.viewer.require(Right.EDIT_COMPONENTS)
    for step in planned.steps:
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
            done = await _role(ctx, step, id)
        case "personas":
            done = await _persona(ctx, step, id)
        case "activity_types":
            done = await _activity_type(ctx, entry, id)
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
    name, description = (step.before or step.entry)["name"], step.entry["description"]
    if id is None:
        return await roles.create_role(ctx, name, description)
    return await roles.update_role(ctx, id, name, description)


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


async def _activity_type(ctx: Context, entry: Entry, id: str | None) -> object:
    if id is not None:
        return await activity_types.add_activity_type_aliases(ctx, id, entry["aliases"])
    new = activity_types.NewActivityType(
        entry["name"],
        EngagementType(entry["engagement_type"]),
        entry["weight"],
        entry["daily_cap"],
        entry["aliases"],
        entry["description"],
    )
    return await activity_types.create_activity_type(ctx, new)


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
    thresholds = Thresholds(entry["completeness_threshold"], entry["engagement_threshold"])
    if id is not None:
        stored = await ctx.stores.solution_interests.one(id, {"thresholds": 1})
        asked = to_thresholds(stored["thresholds"]) if stored else Thresholds()
        thresholds = replace(thresholds, stages=asked.stages, roles=asked.roles)
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
        listed = list((await _accounts(ctx, entry["accounts"])).values())
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


def _spelled_as_stored(wanted: Configuration, current: Configuration) -> Configuration:
    """The file with every name as the tenant spells it, so that only what differs is told."""
    names = {s: {fold(e["name"]): e["name"] for e in entries} for s, entries in current.items()}
    names["roles"] |= {fold(name): name for name in DEFAULT_ROLES}

    def spelled(section: str, name: str) -> str:
        return str(names.get(section, {}).get(fold(name), name))

    found = {section: [dict(entry) for entry in entries] for section, entries in wanted.items()}
    for template in found["role_templates"]:
        template["roles"] = [
            {
                **role,
                "role": spelled("roles", role["role"]),
                "condition": renamed(role["condition"], spelled) if role["condition"] else None,
            }
            for role in template["roles"]
        ]
    for interest in found["solution_interests"]:
        interest["role_template"] = spelled("role_templates", interest["role_template"])
        if interest["stage_model"]:
            interest["stage_model"] = spelled("stage_models", interest["stage_model"])
    for audience in found["account_audiences"]:
        if audience["condition"]:
            audience["condition"] = renamed(audience["condition"], spelled)
    return found


async def _with_accounts(ctx: Context, wanted: Configuration) -> tuple[Configuration, list[Fault]]:
    """The file with its accounts named as an export names them, and those nobody knows."""
    listed = {name for each in wanted["account_audiences"] for name in each["accounts"] or ()}
    known = await _accounts(ctx, sorted(listed))
    stored = await ctx.stores.accounts.by_ids(known.values(), {"keys": 1})
    faults: list[Fault] = []
    for place, each in enumerate(wanted["account_audiences"]):
        names = each["accounts"]
        if names is None:
            continue
        for number, name in enumerate(names):
            if name not in known:
                path = f"account_audiences[{place}].accounts[{number}]"
                faults.append(Fault(path, f"there is no account {name}"))
        ids = {known[name] for name in names if name in known}
        each["accounts"] = sorted(reference_to(id, stored.get(id)) for id in ids)
    return wanted, faults


async def _accounts(ctx: Context, names: Sequence[str]) -> dict[str, str]:
    """The ids of the accounts that these ids and outside keys name."""
    known = await ctx.stores.accounts.by_ids(names, {"_id": 1})
    keys: dict[Identity, str] = {}
    for name in names:
        system, is_key, id = name.partition(":")
        if is_key and name not in known:
            keys[key_identity("account", OutsideKey(system, id))] = name
    claims = await ctx.stores.identities.find(keys, ctx.now())
    owners = {keys[identity]: claim.owner for identity, claim in claims.items()}
    there = await ctx.stores.accounts.by_ids(owners.values(), {"_id": 1})
    found = {name: owner for name, owner in owners.items() if owner in there}
    return found | {id: id for id in known}
