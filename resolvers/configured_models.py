"""Weighting models in configuration files: how they are told, what is wrong, and how they come in.

Of the versions of one name the active one is told, else the last draft; archived ones are history.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from domain.activity_types import identifier
from domain.configuration import Configuration, Entry
from domain.configuration_shapes import Fault
from domain.decay import Decay, DecayKind
from domain.fields import Refused
from domain.folding import fold
from domain.identifiers import ActivityTypeId, TenantId, WeightingModelId
from domain.weighting_drafts import ModelChange, TypeChange, edited
from domain.weighting_models import Band, ModelStatus, WeightingModel
from execution.context import Context
from resolvers import weighting_drafts, weighting_models
from store.driver import Document
from store.weighting_models import to_model

SECTION: Final = "weighting_models"
_DRAFT: Final = ModelStatus.DRAFT.value
_ACTIVE: Final = ModelStatus.ACTIVE.value
_NOBODY: Final = TenantId("")


def entries(documents: Iterable[Document], types: Mapping[str, str]) -> list[Entry]:
    """What a file tells of these versions; `types` are the names of activity types."""
    told: dict[str, Document] = {}
    for each in sorted(documents, key=lambda each: (each["status"] == _ACTIVE, each["_id"])):
        if each["status"] in (_DRAFT, _ACTIVE):
            told[fold(each["name"])] = each
    return [_entry(each, types) for each in told.values()]


def settled(entry: Entry, types: Mapping[str, str]) -> Entry:
    """The entry in the form in which entries are compared, with the names that types have."""
    found = []
    for each in entry["types"]:
        name = types.get(fold(each["type"]), each["type"])
        if each["band"] is not None or each["weight"]:
            found.append({**each, "type": name})
    bands = {fold(band["name"]): band["name"] for band in entry["bands"]}
    for each in found:
        if each["band"] is not None:
            each["band"] = bands.get(fold(each["band"]), each["band"])
    return {**entry, "types": sorted(found, key=lambda each: fold(each["type"]))}


def faults(wanted: Configuration, known: set[str]) -> Iterator[Fault]:
    """What is wrong with the weighting models of a file; `known` are the folded names of types."""
    active = [n for n, entry in enumerate(wanted[SECTION]) if entry["status"] == _ACTIVE]
    for place in active[1:]:
        yield Fault(f"{SECTION}[{place}].status", "is active beside another: only one can be")
    none = WeightingModel(WeightingModelId(""), WeightingModelId(""), 1, "", 1, ())
    ids = {identifier(_NOBODY, name) for name in known}
    for place, entry in enumerate(wanted[SECTION]):
        path = f"{SECTION}[{place}]"
        for number, each in enumerate(entry["types"]):
            if fold(each["type"]) not in known:
                reason = f"there is no activity type {each['type']}, in the tenant or in the file"
                yield Fault(f"{path}.types[{number}].type", reason)
            elif each["weight"] is None and each["band"] is None:
                yield Fault(f"{path}.types[{number}]", "needs a weight or a band")
        sound = [each for each in entry["types"] if fold(each["type"]) in known]
        made = edited(none, _change({**entry, "types": sound}, _ids_by_name(_NOBODY, sound)), ids)
        if isinstance(made, Refused):
            yield Fault(f"{path}.{_in_file(made.field)}", made.reason)


async def configure(
    ctx: Context, entry: Entry, before: Entry | None, types: Mapping[str, str]
) -> object:
    """Make a version that says what an entry says, and activate it if the entry asks for that."""
    stored = await ctx.stores.weighting_models.all()
    named = [each for each in stored if fold(each["name"]) == fold(entry["name"])]
    drafts = [each["_id"] for each in named if each["status"] == _DRAFT]
    draft: object = max(drafts, default=None) if before and before["status"] == _DRAFT else None
    if draft is None:
        active = await weighting_models.active(ctx)
        last = max(named, key=lambda each: (each["status"] == _ACTIVE, each["_id"]), default=None)
        source = last["_id"] if last else active.id if active else ""
        name = None if last else str(entry["name"])
        draft = await weighting_drafts.duplicate_weighting_model(ctx, source, name)
        if not isinstance(draft, str):
            return draft
    model = await ctx.stores.weighting_models.version(str(draft))
    change = _change(entry, types)
    weighed = {each.activity_type for each in change.types}
    others = [each.activity_type for each in model.types] if model else []
    left = [TypeChange(type, weight=0) for type in others if type not in weighed]
    done: object = await weighting_drafts.update_weighting_model(
        ctx, str(draft), replace(change, types=[*change.types, *left])
    )
    if isinstance(done, str) and entry["status"] == _ACTIVE:
        return await weighting_drafts.activate_weighting_model(ctx, done)
    return done


def _entry(document: Document, types: Mapping[str, str]) -> Entry:
    model = to_model(document)
    weights = [
        {
            "type": types[each.activity_type],
            "weight": None if each.band else each.weight,
            "band": each.band,
            "daily_cap": each.daily_cap,
        }
        for each in model.types
        if each.activity_type in types
    ]
    told = {
        "name": model.name,
        "status": document["status"],
        "window_days": model.window_days,
        "decay": model.decay.kind.value,
        "half_life_days": model.decay.half_life_days,
        "bands": [{"name": band.name, "weight": band.weight} for band in model.bands],
        "types": weights,
    }
    return settled(told, {})


def _change(entry: Entry, types: Mapping[str, str]) -> ModelChange:
    return ModelChange(
        bands=[Band(band["name"], band["weight"]) for band in entry["bands"]],
        types=[
            TypeChange(
                ActivityTypeId(types[fold(each["type"])]),
                each["weight"],
                each["band"],
                each["daily_cap"],
            )
            for each in entry["types"]
        ],
        window_days=entry["window_days"],
        decay=Decay(DecayKind(entry["decay"]), entry["half_life_days"]),
    )


def _ids_by_name(tenant: TenantId, types: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    return {fold(each["type"]): identifier(tenant, each["type"]) for each in types}


def _in_file(field: str) -> str:
    """The path of a part as a file spells it."""
    path = field.replace("activityTypeId", "type")
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in path)
