"""Weighting models: what each type of activity weighs, up to how many a day, in which window.

Exactly one model version of a tenant is active. A type it does not know weighs 0.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final

from domain.decay import NO_DECAY, Decay
from domain.fields import Refused
from domain.identifiers import ActivityTypeId, TenantId, WeightingModelId, derived

WINDOW_DAYS: Final = 30
LONGEST_WINDOW_DAYS: Final = 90
DAILY_CAP: Final = 20
HEAVIEST: Final = 100
HIGHEST_CAP: Final = 1_000
STANDARD_NAME: Final = "Standard"


class ModelStatus(Enum):
    """A draft is edited, the active one counts, an archived one explains earlier scores."""

    DRAFT = "draft"
    ACTIVE = "active"
    ARCHIVED = "archived"


@dataclass(frozen=True, slots=True)
class Band:
    """A weight with a name, for types that are to weigh alike."""

    name: str
    weight: int


STANDARD_BANDS: Final = (
    Band("Trivial", 20),
    Band("Minor", 40),
    Band("Normal", 60),
    Band("Important", 80),
    Band("Vital", 100),
)


@dataclass(frozen=True, slots=True)
class TypeWeight:
    """What one act of a type weighs (0: it is not counted), and how many a day count.

    With a `band` the weight is that band's.
    """

    activity_type: ActivityTypeId
    weight: int
    daily_cap: int = DAILY_CAP
    band: str | None = None


@dataclass(frozen=True, slots=True)
class WeightingModel:
    """A version of a model; the versions of one model share its `model_id`."""

    id: WeightingModelId
    model_id: WeightingModelId
    model_version: int
    name: str
    window_days: int
    types: tuple[TypeWeight, ...]
    bands: tuple[Band, ...] = ()
    decay: Decay = NO_DECAY

    @property
    def counted(self) -> Mapping[ActivityTypeId, TypeWeight]:
        """The types that count, with their weights above 0."""
        return {entry.activity_type: entry for entry in self.types if entry.weight > 0}


def standard_identifier(tenant: TenantId) -> WeightingModelId:
    """The id of the first version of the model a tenant begins with."""
    return WeightingModelId(derived("wm", tenant, "standard"))


def check_weight(weight: int, daily_cap: int) -> Refused | None:
    """Why a type cannot have this weight and cap; None when it can."""
    if not 0 <= weight <= HEAVIEST:
        return Refused("weight", f"must be between 0 and {HEAVIEST}, not {weight}")
    if not 1 <= daily_cap <= HIGHEST_CAP:
        return Refused("dailyCap", f"must be between 1 and {HIGHEST_CAP}, not {daily_cap}")
    return None


def with_types(types: Iterable[TypeWeight], added: Iterable[TypeWeight]) -> tuple[TypeWeight, ...]:
    """The types of the next version: those of this one unaltered, then what it does not know."""
    entries = {entry.activity_type: entry for entry in types}
    for entry in added:
        entries.setdefault(entry.activity_type, entry)
    return tuple(entries.values())
