"""Weighting drafts: what a draft of a weighting model is changed to, and what speaks against it."""

from collections.abc import Container, Sequence
from dataclasses import dataclass, replace
from typing import Final

from domain import decay
from domain.decay import Decay
from domain.fields import NAME_LENGTH, Refused, flaw_of
from domain.folding import fold
from domain.identifiers import ActivityTypeId
from domain.weighting_models import (
    HEAVIEST,
    LONGEST_WINDOW_DAYS,
    Band,
    TypeWeight,
    WeightingModel,
    check_weight,
)

MOST_BANDS: Final = 20
MOST_TYPES: Final = 1_000


@dataclass(frozen=True, slots=True)
class TypeChange:
    """What a type is to weigh: a weight, or what its band weighs. None: as before."""

    activity_type: ActivityTypeId
    weight: int | None = None
    band: str | None = None
    daily_cap: int | None = None


@dataclass(frozen=True, slots=True)
class ModelChange:
    """What a draft is to be; what is None stays, and so do types that are not named."""

    name: str | None = None
    bands: Sequence[Band] | None = None
    types: Sequence[TypeChange] = ()
    window_days: int | None = None
    decay: Decay | None = None


def edited(
    model: WeightingModel, change: ModelChange, known: Container[ActivityTypeId]
) -> WeightingModel | Refused:
    """The model with the change in it; or the first thing that speaks against it, with its path.

    Types in a band follow its weight; those whose band is gone keep the weight they had.
    """
    if fault := _check(change, known):
        return fault
    bands = tuple(model.bands if change.bands is None else map(_trimmed, change.bands))
    named = {fold(band.name): band for band in bands}
    entries = {entry.activity_type: _following(entry, named) for entry in model.types}
    for place, wanted in enumerate(change.types):
        if wanted.band is not None and fold(wanted.band) not in named:
            return Refused(f"types[{place}].band", "is no band of the model")
        before = entries.get(wanted.activity_type, TypeWeight(wanted.activity_type, 0))
        entries[wanted.activity_type] = _weighing(before, wanted, named)
    return replace(
        model,
        name=model.name if change.name is None else change.name.strip(),
        window_days=model.window_days if change.window_days is None else change.window_days,
        types=tuple(entries.values()),
        bands=bands,
        decay=change.decay or model.decay,
    )


def _check(change: ModelChange, known: Container[ActivityTypeId]) -> Refused | None:
    return (
        _check_name(change.name)
        or _check_window(change.window_days)
        or (None if change.decay is None else decay.check(change.decay))
        or _check_bands(change.bands or ())
        or _check_types(change.types, known)
    )


def _check_name(name: str | None) -> Refused | None:
    if name is None:
        return None
    if not fold(name):
        return Refused("name", "must not be blank")
    flaw = flaw_of(name, NAME_LENGTH)
    return Refused("name", flaw.reason) if flaw else None


def _check_window(days: int | None) -> Refused | None:
    if days is None or 1 <= days <= LONGEST_WINDOW_DAYS:
        return None
    return Refused("windowDays", f"must be between 1 and {LONGEST_WINDOW_DAYS}, not {days}")


def _check_bands(bands: Sequence[Band]) -> Refused | None:
    if len(bands) > MOST_BANDS:
        return Refused("bands", f"must be at most {MOST_BANDS}, not {len(bands)}")
    seen: set[str] = set()
    for place, band in enumerate(bands):
        path = f"bands[{place}]"
        if not fold(band.name):
            return Refused(f"{path}.name", "must not be blank")
        if flaw := flaw_of(band.name, NAME_LENGTH):
            return Refused(f"{path}.name", flaw.reason)
        if fold(band.name) in seen:
            return Refused(f"{path}.name", "is the name of another band")
        if not 0 <= band.weight <= HEAVIEST:
            return Refused(f"{path}.weight", f"must be between 0 and {HEAVIEST}")
        seen.add(fold(band.name))
    return None


def _check_types(types: Sequence[TypeChange], known: Container[ActivityTypeId]) -> Refused | None:
    if len(types) > MOST_TYPES:
        return Refused("types", f"must be at most {MOST_TYPES}, not {len(types)}")
    seen: set[ActivityTypeId] = set()
    for place, wanted in enumerate(types):
        path = f"types[{place}]"
        if wanted.activity_type not in known:
            return Refused(f"{path}.activityTypeId", "is no activity type")
        if wanted.activity_type in seen:
            return Refused(f"{path}.activityTypeId", "is named twice")
        if wanted.weight is not None and wanted.band is not None:
            return Refused(f"{path}.band", "cannot be given beside a weight")
        cap = 1 if wanted.daily_cap is None else wanted.daily_cap
        if fault := check_weight(wanted.weight or 0, cap):
            return Refused(f"{path}.{fault.field}", fault.reason)
        seen.add(wanted.activity_type)
    return None


def _trimmed(band: Band) -> Band:
    return replace(band, name=band.name.strip())


def _following(entry: TypeWeight, named: dict[str, Band]) -> TypeWeight:
    if entry.band is None:
        return entry
    band = named.get(fold(entry.band))
    return replace(entry, band=None) if band is None else _in_band(entry, band)


def _weighing(before: TypeWeight, wanted: TypeChange, named: dict[str, Band]) -> TypeWeight:
    entry = before
    if wanted.daily_cap is not None:
        entry = replace(entry, daily_cap=wanted.daily_cap)
    if wanted.band is not None:
        return _in_band(entry, named[fold(wanted.band)])
    return entry if wanted.weight is None else replace(entry, weight=wanted.weight, band=None)


def _in_band(entry: TypeWeight, band: Band) -> TypeWeight:
    return replace(entry, weight=band.weight, band=band.name)
