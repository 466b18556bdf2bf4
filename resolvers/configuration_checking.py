"""Checking a configuration: everything that would be refused, before anything is written."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from domain import (
    activity_types,
    condition_checking,
    custom_fields,
    personas,
    role_aliases,
    stage_drafts,
    weighting_models,
)
from domain.attributes import FieldType, Scope
from domain.condition_documents import from_document
from domain.conditions import AttributeTest, inside, operands_of
from domain.configuration import Configuration, Entry, renamed
from domain.configuration_changes import conditions_of
from domain.configuration_shapes import Fault
from domain.custom_fields import SCOPES, CustomField
from domain.derived_fields import FAMILY
from domain.fields import Refused
from domain.folding import fold
from domain.identifiers import RoleId, StageId
from domain.personas import MOST_PERSONAS, PersonaAttribute
from domain.role_templates import TemplateRole, Weighting, check_publishing, check_roles
from domain.roles import DEFAULT_ROLES, MOST_ROLES
from domain.stage_drafts import StageEntry, TransitionEntry
from domain.stage_models import Destination, publishing_faults
from resolvers import conditions, configured_fields, configured_models, naming
from resolvers.outcomes import Invalid
from resolvers.solution_interests import MOST_PRODUCTS

_NOUNS: Final = {
    "roles": "role",
    "personas": "persona",
    "activity_types": "activity type",
    "stage_models": "stage model",
    "role_templates": "role template",
    "solution_interests": "solution interest",
}
Known = Mapping[str, set[str]]
"""The folded names there are, and those there will be, by section."""


def faults(wanted: Configuration, current: Configuration) -> Iterator[Fault]:
    """Everything wrong with the entries of a file beside what the tenant has."""
    known = {
        section: {fold(entry["name"]) for entry in (*current[section], *wanted[section])}
        for section in wanted
    }
    known["roles"] |= {fold(name) for name in DEFAULT_ROLES}
    spellings = {
        fold(text) for each in (current, wanted) for text in _spellings(each["activity_types"])
    }
    derived = [*current[configured_fields.SECTION], *wanted[configured_fields.SECTION]]
    declared = own_fields(current, wanted) | {
        FAMILY: {each["name"]: FieldType(each["type"]) for each in derived}
    }
    yield from _of_fields(wanted, current)
    yield from _of_roles(wanted, known, current)
    yield from _of_personas(wanted, current, declared)
    yield from _of_types(wanted, current)
    yield from configured_models.faults(wanted, known["activity_types"])
    fields = configured_fields.read(wanted, current, own_fields(wanted, current))
    if isinstance(fields, Fault):
        yield fields
    for path, section, entry in _entries(wanted):
        for field in ("name", "description"):
            text = entry.get(field)
            check = naming.check_text("name", text) if field == "name" and text else None
            if fault := check or naming.check_description(entry.get("description")):
                yield Fault(f"{path}.{fault.field}", fault.reason)
                break
        match section:
            case "stage_models":
                yield from _of_model(path, entry)
            case "role_templates":
                yield from _of_template(path, entry, known)
            case "solution_interests":
                yield from _of_interest(path, entry, known, wanted, current)
            case "account_audiences":
                if (entry["condition"] is None) == (entry["accounts"] is None):
                    yield Fault(path, "needs either a condition or accounts")
            case _:
                pass
        scopes = conditions.OF_MEMBERS if section == "role_templates" else conditions.OF_ACCOUNTS
        for where, condition in conditions_of(section, entry).items():
            at = f"{path}.{where}"
            read = from_document(condition)
            for found in condition_checking.faults(read, scopes, declared):
                yield Fault(inside(at, found.path), found.reason)
            yield from _unknown_in(condition, at, known, spellings)


def _entries(wanted: Configuration) -> Iterator[tuple[str, str, Entry]]:
    for section, entries in wanted.items():
        for place, entry in enumerate(entries):
            yield f"{section}[{place}]", section, entry


def own_fields(*configurations: Configuration) -> dict[str, dict[str, FieldType]]:
    """The types of the custom fields of these, by family."""
    found: dict[str, dict[str, FieldType]] = {f"{scope.value}.custom": {} for scope in SCOPES}
    for each in configurations:
        for field in each["custom_fields"]:
            found[f"{field['scope']}.custom"][field["name"]] = FieldType(field["type"])
    return found


def _of_fields(wanted: Configuration, current: Configuration) -> Iterator[Fault]:
    for scope in SCOPES:
        declared = {f.key: f for _, f in _fields(current, scope)}
        for path, field in _fields(wanted, scope):
            # Another type is told as what cannot change.
            stays = declared.get(field.key, field).type
            made = custom_fields.define(declared, [CustomField(field.key, stays, field.label)])
            if isinstance(made, Refused):
                yield Fault(f"{path}.{made.field.rpartition('.')[2]}", made.reason)
            else:
                declared = made


def _fields(configuration: Configuration, scope: Scope) -> Iterator[tuple[str, CustomField]]:
    for place, entry in enumerate(configuration["custom_fields"]):
        if entry["scope"] == scope.value:
            field = CustomField(entry["name"], FieldType(entry["type"]), entry["label"])
            yield f"custom_fields[{place}]", field


def _of_roles(wanted: Configuration, known: Known, current: Configuration) -> Iterator[Fault]:
    defaults = {fold(name) for name in DEFAULT_ROLES}
    for place, entry in enumerate(wanted["roles"]):
        path = f"roles[{place}]"
        if fold(entry["name"]) in defaults:
            if not entry["aliases"]:
                yield Fault(f"{path}.name", "is a role that every tenant has")
            if entry["description"] is not None:
                yield Fault(f"{path}.description", "is no part of a role that every tenant has")
        if fault := role_aliases.check_aliases(entry["aliases"]):
            yield Fault(f"{path}.{fault.field}", fault.reason)
    if len(known["roles"]) > MOST_ROLES:
        yield Fault("roles", f"would make {len(known['roles'])} roles, more than {MOST_ROLES}")
    yield from _of_aliases(wanted["roles"], current["roles"])


def _of_aliases(wanted: Sequence[Entry], current: Sequence[Entry]) -> Iterator[Fault]:
    """Aliases that another role has, or is called by."""
    owners = {role_aliases.spelling(name): fold(name) for name in DEFAULT_ROLES}
    for entry in (*current, *wanted):
        owners.setdefault(role_aliases.spelling(entry["name"]), fold(entry["name"]))
    for entry in current:
        for alias in entry["aliases"]:
            owners.setdefault(role_aliases.spelling(alias), fold(entry["name"]))
    for place, entry in enumerate(wanted):
        for number, alias in enumerate(entry["aliases"]):
            own = fold(entry["name"])
            owner = owners.setdefault(role_aliases.spelling(alias), own)
            if owner != own:
                yield Fault(f"roles[{place}].aliases[{number}]", f"means the role {owner}")


def _of_personas(
    wanted: Configuration, current: Configuration, declared: Mapping[str, Mapping[str, FieldType]]
) -> Iterator[Fault]:
    after = {fold(e["name"]): e for e in (*current["personas"], *wanted["personas"])}
    sound = True
    for place, entry in enumerate(wanted["personas"]):
        if fault := personas.check(_attributes(entry), declared):
            sound = False
            at = "" if fault.place is None else f"[{fault.place}]"
            yield Fault(f"personas[{place}].attributes{at}{fault.inner}", fault.reason)
    if len(after) > MOST_PERSONAS:
        yield Fault("personas", f"would make {len(after)} personas, more than {MOST_PERSONAS}")
    elif sound and after:
        first, *others = [_attributes(entry) for entry in after.values()]
        if fault := personas.check_beside(first, others):
            yield Fault("personas", fault.reason)


def _attributes(persona: Entry) -> list[PersonaAttribute]:
    found: list[PersonaAttribute] = []
    for each in persona["attributes"]:
        named = {key: each[key] for key in ("attribute", "key") if key in each}
        test = from_document({"test": {**named, "operator": "is_any_of", "value": each["values"]}})
        if isinstance(test, AttributeTest):
            found.append(PersonaAttribute(test.attribute, operands_of(test)))
    return found


def _spellings(types: list[Entry]) -> Iterator[str]:
    for each in types:
        yield from (each["name"], *each["aliases"])


def _of_types(wanted: Configuration, current: Configuration) -> Iterator[Fault]:
    owners = {fold(s): fold(t["name"]) for t in current["activity_types"] for s in _spellings([t])}
    for place, entry in enumerate(wanted["activity_types"]):
        path = f"activity_types[{place}]"
        for fault in (
            activity_types.check(entry["name"], entry["description"]),
            activity_types.check_aliases((), entry["aliases"]),
            weighting_models.check_weight(
                entry["weight"] or 0,
                weighting_models.DAILY_CAP if entry["daily_cap"] is None else entry["daily_cap"],
            ),
        ):
            if fault is not None:
                yield Fault(f"{path}.{_snake(fault.field)}", fault.reason)
        for spelling in _spellings([entry]):
            owner = owners.setdefault(fold(spelling), fold(entry["name"]))
            if owner != fold(entry["name"]):
                yield Fault(path, f"the spelling {spelling} means another type already")


def _of_model(path: str, entry: Entry) -> Iterator[Fault]:
    stages, moves = model_parts(entry)
    fresh = [StageId(f"stg_{place}") for place in range(len(stages))]
    drawn = stage_drafts.draft((), stages, moves, fresh)
    if not isinstance(drawn, stage_drafts.Draft):
        found = drawn
    elif entry["status"] == "live":
        found = publishing_faults(drawn.stages, drawn.transitions)
    else:
        return
    for fault in found:
        yield Fault(f"{path}.{fault.path}", fault.reason)


def model_parts(entry: Entry) -> tuple[list[StageEntry], list[TransitionEntry]]:
    """The stages and transitions of a model's entry."""
    stages = [
        StageEntry(
            stage["name"],
            stage["description"],
            stage["entry"],
            Destination(stage["destination"]) if stage["destination"] else None,
        )
        for stage in entry["stages"]
    ]
    return stages, [TransitionEntry(each["from"], each["to"]) for each in entry["transitions"]]


def _of_template(path: str, entry: Entry, known: Known) -> Iterator[Fault]:
    roles = [
        TemplateRole(
            RoleId(fold(role["role"])),
            Weighting(role["weighting"]),
            role["required"],
            role["members_required"],
        )
        for role in entry["roles"]
    ]
    check = check_publishing if entry["status"] == "live" else check_roles
    if fault := check(roles):
        yield Fault(f"{path}.{_snake(fault.field)}", fault.reason)
    for place, role in enumerate(roles):
        if role.role not in known["roles"]:
            yield _unknown(f"{path}.roles[{place}].role", "roles", entry["roles"][place]["role"])


def _of_interest(
    path: str, entry: Entry, known: Known, wanted: Configuration, current: Configuration
) -> Iterator[Fault]:
    for part, section in (("role_template", "role_templates"), ("stage_model", "stage_models")):
        name = entry[part]
        if name is None:
            continue
        if fold(name) not in known[section]:
            yield _unknown(f"{path}.{part}", section, name)
        elif not any(
            each["status"] == "live" and fold(each["name"]) == fold(name)
            for each in (*current[section], *wanted[section])
        ):
            yield Fault(f"{path}.{part}", f"{name} is a draft, and would stay one")
    yield from _of_thresholds(path, entry, wanted, current)
    if len(entry["products"]) > MOST_PRODUCTS:
        yield Fault(f"{path}.products", f"at most {MOST_PRODUCTS} products")
    for place, product in enumerate(entry["products"]):
        if fault := naming.check_text(f"products[{place}]", product):
            yield Fault(f"{path}.{fault.field}", fault.reason)
    for part in ("completeness_threshold", "engagement_threshold"):
        value = entry[part]
        if value is not None and not 0 <= value <= 100:
            yield Fault(f"{path}.{part}", f"must be from 0 to 100, not {value}")


def _of_thresholds(
    path: str, entry: Entry, wanted: Configuration, current: Configuration
) -> Iterator[Fault]:
    """Stages and roles that are asked for are those of the stage model and of the template.

    So are those that stay asked for because the file says nothing of them.
    """
    stored = {fold(each["name"]): each for each in current["solution_interests"]}
    before = stored.get(fold(entry["name"]), {})

    def asked(part: str) -> list[str]:
        return list((before.get(part) if entry[part] is None else entry[part]) or ())

    def named(section: str, part: str, within: str, name: str) -> set[str]:
        of = {fold(e["name"]): e for e in (*current[section], *wanted[section])}
        model = of.get(fold(entry[part] or ""), {within: []})
        return {fold(each[name]) for each in model[within]}

    stages = named("stage_models", "stage_model", "stages", "name")
    for place, stage in enumerate(asked("threshold_stages")):
        if fold(stage) not in stages:
            reason = f"its stage model has no stage {stage}"
            yield Fault(f"{path}.threshold_stages[{place}]", reason)
    roles = named("role_templates", "role_template", "roles", "role")
    for place, role in enumerate(asked("threshold_roles")):
        if fold(role) not in roles:
            yield Fault(f"{path}.threshold_roles[{place}]", f"its template has no role {role}")


def _unknown_in(
    condition: Mapping[str, Any], path: str, known: Known, spellings: set[str]
) -> Iterator[Fault]:
    found: list[Fault] = []

    def look(section: str, name: str) -> str:
        if section in known and fold(name) not in known[section]:
            found.append(_unknown(path, section, name))
        return name

    renamed(condition, look)
    yield from found
    for spelling in _types_in(condition):
        if fold(spelling) not in spellings:
            yield _unknown(path, "activity_types", spelling)


def _types_in(condition: Mapping[str, Any]) -> Iterator[str]:
    for name, inner in condition.items():
        match name, inner:
            case ("all" | "any", list()):
                for part in inner:
                    yield from _types_in(part)
            case "not", dict():
                yield from _types_in(inner)
            case "performed_activity", {"type": str() as spelling}:
                yield spelling


def _unknown(path: str, section: str, name: str) -> Fault:
    return Fault(path, f"there is no {_NOUNS[section]} {name}, in the tenant or in the file")


def _snake(field: str) -> str:
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in field)


def told(fault: Invalid, path: str) -> Fault:
    """A refusal of an entry, at the entry's path."""
    return Fault(f"{path}.{_snake(fault.field)}", fault.reason)
