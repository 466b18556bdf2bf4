"""Names in configuration files: as the tenant spells them; accounts are found by their keys."""

from collections.abc import Sequence

from domain.configuration import Configuration, renamed
from domain.configuration_shapes import Fault
from domain.folding import fold
from domain.identities import Identity, OutsideKey, key_identity
from domain.roles import DEFAULT_ROLES
from execution.context import Context
from resolvers import configured_fields, configured_models
from resolvers.configuration import reference_to
from resolvers.configuration_checking import own_fields


def spelled_as_stored(wanted: Configuration, current: Configuration) -> Configuration:
    """The file with every name as the tenant spells it, so that only what differs is told."""
    names = {s: {fold(e["name"]): e["name"] for e in entries} for s, entries in current.items()}
    names["roles"] |= {fold(name): name for name in DEFAULT_ROLES}

    def spelled(section: str, name: str) -> str:
        return str(names.get(section, {}).get(fold(name), name))

    found = {section: [dict(entry) for entry in entries] for section, entries in wanted.items()}
    types = {fold(each["name"]): each["name"] for each in wanted["activity_types"]}
    types |= names["activity_types"]
    models = found[configured_models.SECTION]
    found[configured_models.SECTION] = [configured_models.settled(each, types) for each in models]
    fields = configured_fields.read(wanted, current, own_fields(wanted, current))
    if not isinstance(fields, Fault):
        found[configured_fields.SECTION] = fields
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
        if interest["threshold_stages"]:
            stages = _stage_names(interest["stage_model"], wanted, current)
            named = {stages.get(fold(each), each) for each in interest["threshold_stages"]}
            interest["threshold_stages"] = sorted(named)
        if interest["threshold_roles"]:
            asked = {spelled("roles", each) for each in interest["threshold_roles"]}
            interest["threshold_roles"] = sorted(asked)
    for audience in found["account_audiences"]:
        if audience["condition"]:
            audience["condition"] = renamed(audience["condition"], spelled)
    return found


def _stage_names(
    model: str | None, wanted: Configuration, current: Configuration
) -> dict[str, str]:
    """The stages of a model by their folded names."""
    of = {fold(e["name"]): e for e in (*current["stage_models"], *wanted["stage_models"])}
    stages = of[fold(model)]["stages"] if model and fold(model) in of else []
    return {fold(stage["name"]): stage["name"] for stage in stages}


async def with_accounts(ctx: Context, wanted: Configuration) -> tuple[Configuration, list[Fault]]:
    """The file with its accounts named as an export names them, and those nobody knows."""
    listed = {name for each in wanted["account_audiences"] for name in each["accounts"] or ()}
    known = await accounts_named(ctx, sorted(listed))
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


async def accounts_named(ctx: Context, names: Sequence[str]) -> dict[str, str]:
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
