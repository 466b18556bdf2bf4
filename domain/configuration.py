"""A configuration: what administrators set up in a tenant, by names instead of ids.

Sections stand in the order in which their entries can be made; entries are found by their names.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from domain.activity_types import EngagementType, Exclusion
from domain.attributes import PERSONA, FieldType
from domain.configuration_shapes import (
    NOTHING,
    Fault,
    Part,
    attribute_values,
    condition,
    free_text,
    listed,
    one_of,
    or_nothing,
    record,
    text,
    truth,
    value,
    whole,
)
from domain.custom_fields import SCOPES
from domain.decay import DecayKind
from domain.folding import fold
from domain.role_templates import Weighting
from domain.stage_models import Destination
from domain.weighting_models import DAILY_CAP, WINDOW_DAYS

VERSION: Final = 1
MARK: Final = "quorum_configuration"

Entry: TypeAlias = dict[str, Any]
Configuration: TypeAlias = dict[str, list[Entry]]
"""The entries of each section."""

Rename: TypeAlias = Callable[[str, str], str]
"""Another name for what a condition names: given the section it stands in, and the name."""

_NAME: Final = Part(text)
_DESCRIPTION: Final = Part(or_nothing(free_text), None)
_STATUS: Final = Part(one_of("live", "draft"), "live")
_ROLE: Final = record(
    {
        "role": Part(text),
        "weighting": Part(one_of(*(each.value for each in Weighting)), Weighting.NORMAL.value),
        "required": Part(truth, True),
        "members_required": Part(whole, 1),
        "condition": Part(or_nothing(condition), None),
    }
)
_STAGE: Final = record(
    {
        "name": _NAME,
        "description": _DESCRIPTION,
        "entry": Part(truth, False),
        "destination": Part(or_nothing(one_of(*(each.value for each in Destination))), None),
    }
)
_WEIGHT: Final = record(
    {
        "type": Part(text),
        "weight": Part(or_nothing(whole), None),
        "band": Part(NOTHING, None),
        "daily_cap": Part(whole, DAILY_CAP),
    }
)
SECTIONS: Final[Mapping[str, Mapping[str, Part]]] = {
    "custom_fields": {
        "name": _NAME,
        "scope": Part(one_of(*(scope.value for scope in SCOPES))),
        "type": Part(one_of(*(each.value for each in FieldType))),
        "label": Part(text),
    },
    "derived_fields": {
        "name": _NAME,
        "type": Part(one_of(*(each.value for each in FieldType))),
        "label": Part(text),
        "rules": Part(listed(record({"condition": Part(condition), "value": Part(value)})), []),
        "default": Part(or_nothing(value), None),
    },
    "roles": {"name": _NAME, "description": _DESCRIPTION, "aliases": Part(listed(text), [])},
    "personas": {
        "name": _NAME,
        "description": _DESCRIPTION,
        "attributes": Part(listed(attribute_values)),
    },
    "activity_types": {
        "name": _NAME,
        "engagement_type": Part(one_of(*(each.value for each in EngagementType))),
        "description": _DESCRIPTION,
        "aliases": Part(listed(text), []),
        "weight": Part(or_nothing(whole), None),
        "daily_cap": Part(or_nothing(whole), None),
        "excluded_as": Part(or_nothing(one_of(*(each.value for each in Exclusion))), None),
    },
    "weighting_models": {
        "name": _NAME,
        "status": Part(one_of("active", "draft"), "active"),
        "window_days": Part(whole, WINDOW_DAYS),
        "decay": Part(one_of(*(each.value for each in DecayKind)), DecayKind.NONE.value),
        "half_life_days": Part(or_nothing(whole), None),
        "bands": Part(listed(record({"name": _NAME, "weight": Part(whole)})), []),
        "types": Part(listed(_WEIGHT), []),
    },
    "stage_models": {
        "name": _NAME,
        "description": _DESCRIPTION,
        "status": _STATUS,
        "stages": Part(listed(_STAGE)),
        "transitions": Part(listed(record({"from": Part(text), "to": Part(text)})), []),
    },
    "role_templates": {
        "name": _NAME,
        "description": _DESCRIPTION,
        "status": _STATUS,
        "roles": Part(listed(_ROLE)),
    },
    "solution_interests": {
        "name": _NAME,
        "description": _DESCRIPTION,
        "products": Part(listed(text), []),
        "role_template": Part(text),
        "stage_model": Part(NOTHING, None),
        "update_existing": Part(truth, False),
        "completeness_threshold": Part(or_nothing(whole), None),
        "engagement_threshold": Part(or_nothing(whole), None),
        "threshold_stages": Part(or_nothing(listed(text)), None),
        "threshold_roles": Part(or_nothing(listed(text)), None),
    },
    "account_audiences": {
        "name": _NAME,
        "description": _DESCRIPTION,
        "status": _STATUS,
        "condition": Part(or_nothing(condition), None),
        "accounts": Part(or_nothing(listed(text)), None),
    },
}


def read(document: object) -> Configuration | tuple[Fault, ...]:
    """The configuration that a document holds, each section complete, or everything wrong in it."""
    faults: list[Fault] = []
    parts = {name: Part(listed(record(entry)), []) for name, entry in SECTIONS.items()}
    found = record({MARK: Part(whole), **parts})(document, "", faults)
    version = found.pop(MARK)
    if not faults and version != VERSION:
        faults.append(Fault(MARK, f"must be {VERSION}, the version that this Quorum reads"))
    if not faults:
        faults += _named_twice(found)
    return tuple(faults) or found


def written(configuration: Configuration) -> Entry:
    """The document of a configuration, without what is nothing.

    What types weigh is told by the weighting models alone, where there are any.
    """
    if configuration["weighting_models"]:
        unweighed = {"weight": None, "daily_cap": None}
        types = [{**each, **unweighed} for each in configuration["activity_types"]]
        configuration = {**configuration, "activity_types": types}
    sections = {name: _without_nothing(entries) for name, entries in configuration.items()}
    return {MARK: VERSION, **{name: entries for name, entries in sections.items() if entries}}


def key_of(section: str, entry: Entry) -> str:
    """By what an entry is found again: its name, of a custom field with whose it is."""
    name = str(entry["name"])
    return f"{entry['scope']} {name}" if section == "custom_fields" else fold(name)


def renamed(condition: Mapping[str, Any], rename: Rename) -> Entry:
    """The condition with other names for what it names: personas, solution interests, roles.

    Stages that other groups stand in are renamed too. Activity types have names only.
    """
    match condition:
        case {"all": parts}:
            return {"all": [renamed(part, rename) for part in parts]}
        case {"any": parts}:
            return {"any": [renamed(part, rename) for part in parts]}
        case {"not": part}:
            return {"not": renamed(part, rename)}
        case {"test": {"attribute": PERSONA.key, "value": value, **others}}:
            if isinstance(value, list):
                value = [rename("personas", each) for each in value]
            else:
                value = rename("personas", value)
            return {"test": {"attribute": PERSONA.key, **others, "value": value}}
        case {"test": _}:
            return dict(condition)
        case _:
            ((name, asked),) = condition.items()
            return {name: _asked_renamed(asked, rename)}


def _asked_renamed(asked: Mapping[str, Any], rename: Rename) -> Entry:
    found = dict(asked)
    if "solution_interest" in found:
        found["solution_interest"] = rename("solution_interests", found["solution_interest"])
    if "people_in_role" in found:
        counts = found["people_in_role"]
        found["people_in_role"] = [{**e, "role": rename("roles", e["role"])} for e in counts]
    if "stages" in found:
        found["stages"] = [rename("stages", each) for each in found["stages"]]
    return found


def _named_twice(found: Configuration) -> list[Fault]:
    faults: list[Fault] = []
    for section, entries in found.items():
        first: dict[str, int] = {}
        for place, entry in enumerate(entries):
            known = first.setdefault(key_of(section, entry), place)
            if known != place:
                path = f"{section}[{place}].name"
                faults.append(Fault(path, f"is the name of {section}[{known}] already"))
    return faults


def _without_nothing(value: Any) -> Any:
    match value:
        case dict():
            return {k: _without_nothing(v) for k, v in value.items() if v is not None}
        case list():
            return [_without_nothing(each) for each in value]
        case _:
            return value
