"""Scoring runs: what is in force in one, whom it touches, and the reference it leaves behind."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from domain import decay
from domain.activity_types import ActivityType, Exclusion
from domain.decay import NO_DECAY, Decay
from domain.engagement import Window
from domain.identifiers import ActivityTypeId, ScoringRunId, WeightingModelId
from domain.weighting_models import DAILY_CAP, TypeWeight, WeightingModel


@dataclass(frozen=True, slots=True)
class KnownType:
    """A type as a run knows it: what it is called, and what one act of it weighs up to a cap."""

    activity_type: ActivityTypeId
    spellings: tuple[str, ...]
    weight: int
    daily_cap: int
    excluded_as: Exclusion | None = None


@dataclass(frozen=True, slots=True)
class Rules:
    """What raws depend on besides activities; other rules make everybody's raw another."""

    time_zone: str
    window_days: int
    types: tuple[KnownType, ...]
    decay: Decay = NO_DECAY

    @property
    def spellings(self) -> Mapping[str, ActivityTypeId]:
        """Which type each folded spelling means."""
        return {text: type.activity_type for type in self.types for text in type.spellings}

    @property
    def weights(self) -> Mapping[ActivityTypeId, TypeWeight]:
        """The types that count."""
        return {
            type.activity_type: TypeWeight(type.activity_type, type.weight, type.daily_cap)
            for type in self.types
            if type.weight > 0 and type.excluded_as is None
        }

    @property
    def excluded(self) -> Mapping[ActivityTypeId, Exclusion]:
        """The types that are excluded before anything counts."""
        return {t.activity_type: t.excluded_as for t in self.types if t.excluded_as is not None}

    @property
    def counting(self) -> Mapping[str, TypeWeight]:
        """What each folded spelling of a type that counts counts as."""
        weights = self.weights
        return {text: weights[type] for text, type in self.spellings.items() if type in weights}


@dataclass(frozen=True, slots=True)
class ScoringRun:
    """One run: its moment, its window, its rules, and the model they come from.

    The `number` tells which of two runs began later.
    `spans` are the days that fell out of the window or came into it since the last run; None:
    everybody is touched.
    """

    id: ScoringRunId
    number: int
    at: datetime
    window: Window
    rules: Rules
    model: WeightingModelId
    spans: tuple[Window, ...] | None


@dataclass(frozen=True, slots=True)
class Reference:
    """What scores are measured by until the next run.

    `is_first` while no group was active in the run: then the first groups raise it themselves.
    """

    run: ScoringRunId
    number: int
    computed_at: datetime
    largest_person_raw: float
    largest_group_raw: float
    largest_weight: int
    is_first: bool
    model: WeightingModelId


def rules_of(model: WeightingModel, types: Iterable[ActivityType], time_zone: str) -> Rules:
    """The rules that a model and the tenant's types amount to."""
    weights = {entry.activity_type: entry for entry in model.types}
    known = (
        KnownType(
            type.id,
            type.spellings,
            weights[type.id].weight if type.id in weights else 0,
            weights[type.id].daily_cap if type.id in weights else DAILY_CAP,
            type.excluded_as,
        )
        for type in types
    )
    ordered = tuple(sorted(known, key=lambda type: type.activity_type))
    return Rules(time_zone, model.window_days, ordered, model.decay)


def factors(rules: Rules, window: Window) -> Mapping[date, Decimal]:
    """What an act of each day of the window counts; nothing where each counts whole."""
    if rules.decay == NO_DECAY:
        return {}
    days = (window.last_day - window.first_day).days + 1
    return {
        window.last_day - timedelta(days=ago): decay.factor(rules.decay, ago, rules.window_days)
        for ago in range(days)
    }


def moved(before: Window, now: Window) -> tuple[Window, ...]:
    """The days that are in one of both windows only, as spans in order."""
    if before.last_day < now.first_day or now.last_day < before.first_day:
        return (before, now)
    one_day = timedelta(days=1)
    first, second = sorted((before.first_day, now.first_day))
    third, fourth = sorted((before.last_day, now.last_day))
    spans = []
    if first < second:
        spans.append(Window(first, second - one_day))
    if third < fourth:
        spans.append(Window(third + one_day, fourth))
    return tuple(spans)
