"""Engagement: how much the people of a group do, in two figures.

Kept are raws that no other group or person changes: a person's is the weighted sum of capped
counts, a group's the sum of its members' roots by the shares of the filled roles. A score is
100 * sqrt(raw / the tenant's largest raw). Beside it stands the role-weighted count.
"""

import math
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from domain import activity_types
from domain.identifiers import ActivityTypeId, RoleId
from domain.weighting_models import TypeWeight

HIGHEST_SCORE: Final = 100
PLACES: Final = 9
_LAST_PLACE: Final = Decimal(1).scaleb(-PLACES)
_EXACT: Final = Context(prec=50)
_KEPT: Final = 4_096
_WHOLE: Final = Decimal(1)
NOT_DECAYED: Final[Mapping[date, Decimal]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Window:
    """The calendar days that count, the first and the last included."""

    first_day: date
    last_day: date

    @classmethod
    def ending(cls, last_day: date, days: int) -> "Window":
        """The window of so many days that ends with this one."""
        return cls(last_day - timedelta(days=days - 1), last_day)


@dataclass(frozen=True, slots=True)
class TypeFigures:
    """What a person did of one counted type: how often on which days, and what of it counts."""

    activity_type: ActivityTypeId
    counts: Mapping[date, int]
    capped: int
    weight: int
    daily_cap: int
    factors: Mapping[date, Decimal] = field(default_factory=dict)

    @property
    def decayed(self) -> Decimal:
        """The capped counts of the days by what an act of each counts."""
        return sum(
            (
                min(self.daily_cap, count) * self.factors.get(day, _WHOLE)
                for day, count in self.counts.items()
            ),
            Decimal(0),
        )

    @property
    def raw(self) -> float:
        return float(self.weight * self.decayed)

    def points(self, largest_weight: int) -> Fraction:
        """The decayed count by the weight as a share of the largest that occurred."""
        return normalised(self.weight, largest_weight) * Fraction(self.decayed)


@dataclass(frozen=True, slots=True)
class PersonFigures:
    """A person's window: what counts by type, what weighs nothing, and what no type is known for.

    `unweighted` and `excluded` hold acts by type, `unknown` acts by folded spelling.
    """

    types: tuple[TypeFigures, ...]
    unweighted: Mapping[ActivityTypeId, int]
    unknown: Mapping[str, int]
    excluded: Mapping[ActivityTypeId, int] = field(default_factory=dict)

    @property
    def raw(self) -> float:
        return float(sum((each.weight * each.decayed for each in self.types), Decimal(0)))

    @property
    def counted(self) -> int:
        return sum(figures.capped for figures in self.types)

    @property
    def largest_weight(self) -> int:
        return max((figures.weight for figures in self.types), default=0)


@dataclass(frozen=True, slots=True)
class MemberFigures:
    """What a member brings into the group: the raw, and the capped acts of counted types."""

    role: RoleId
    raw: float
    counted: int


@dataclass(frozen=True, slots=True)
class RoleFigures:
    """A role's part in both figures of its group.

    `share` is of all roles and serves the role-weighted count, `filled_share` is of the roles
    that have members and serves the score; it is 0 for a role without any.
    """

    role: RoleId
    weight: int
    members: int
    all_weights: int
    filled_weights: int
    total: int
    roots: Decimal

    @property
    def share(self) -> Fraction:
        """The weight by those of all roles."""
        return Fraction(self.weight, self.all_weights)

    @property
    def filled_share(self) -> Fraction:
        """The weight by those of the roles that have members."""
        return Fraction(self.weight, self.filled_weights) if self.members else Fraction(0)

    @property
    def contribution(self) -> Fraction:
        """What the role adds to the role-weighted count."""
        return self.total * self.share

    @property
    def raw_contribution(self) -> Decimal:
        """What the role adds to the group's raw engagement."""
        return _times(self.roots, self.filled_share)


@dataclass(frozen=True, slots=True)
class GroupFigures:
    """Both figures of a group, role by role in template order."""

    roles: tuple[RoleFigures, ...]

    @property
    def role_weighted_count(self) -> Fraction:
        total = sum(role.total * role.weight for role in self.roles)
        return Fraction(total, self.roles[0].all_weights) if total else Fraction(0)

    @property
    def raw(self) -> float:
        filled = [role for role in self.roles if role.members]
        weights = sum(role.weight for role in filled)
        total = sum((role.roots * role.weight for role in filled), Decimal(0))
        return to_places(_EXACT.divide(total, Decimal(weights))) if filled else 0.0


def capped(counts: Iterable[int], daily_cap: int) -> int:
    """How many acts of one type count: of each day's at most the cap."""
    return sum(min(daily_cap, count) for count in counts)


def of_person(
    days: Mapping[date, Mapping[str, int]],
    known: Mapping[str, ActivityTypeId],
    weights: Mapping[ActivityTypeId, TypeWeight],
    factors: Mapping[date, Decimal] = NOT_DECAYED,
    excluded: Container[ActivityTypeId] = (),
) -> PersonFigures:
    """What a person did, from the counts of each day by folded spelling.

    `known` says which type a spelling means, `weights` holds the types that count, `factors` what
    an act of a day counts where that is not 1; `excluded` types are left out before all else.
    """
    counts: dict[ActivityTypeId, dict[date, int]] = {}
    unknown: dict[str, int] = {}
    for day, spellings in sorted(days.items()):
        for type, count in activity_types.sums(spellings, known).items():
            counts.setdefault(type, {})[day] = count
        for spelling, count in spellings.items():
            if spelling not in known:
                unknown[spelling] = unknown.get(spelling, 0) + count
    figures = (
        TypeFigures(
            type,
            by_day,
            capped(by_day.values(), entry.daily_cap),
            entry.weight,
            entry.daily_cap,
            factors,
        )
        for type, by_day in counts.items()
        if (entry := weights.get(type)) is not None
    )
    others = {t: sum(by_day.values()) for t, by_day in counts.items() if t not in weights}
    return PersonFigures(
        tuple(sorted(figures, key=lambda f: (-f.raw, f.activity_type))),
        {type: count for type, count in others.items() if type not in excluded},
        unknown,
        {type: count for type, count in others.items() if type in excluded},
    )


def of_group(weights: Mapping[RoleId, int], members: Sequence[MemberFigures]) -> GroupFigures:
    """Both figures of a group, from the weights of its template's roles and from its members."""
    of_role: dict[RoleId, list[MemberFigures]] = {role: [] for role in weights}
    for member in members:
        of_role[member.role].append(member)
    all_weights = sum(weights.values())
    filled_weights = sum(weights[role] for role, its in of_role.items() if its)
    return GroupFigures(
        tuple(
            RoleFigures(
                role,
                weights[role],
                len(its),
                all_weights,
                filled_weights,
                sum(member.counted for member in its),
                sum((root(member.raw) for member in its), Decimal(0)),
            )
            for role, its in of_role.items()
        )
    )


@lru_cache(maxsize=_KEPT)
def root(raw: float) -> Decimal:
    """The square root of a person's raw, far beyond the places scores are kept with."""
    return _EXACT.sqrt(Decimal(repr(raw)))


def normalised(weight: float, largest_weight: int) -> Fraction:
    """A weight, or a raw, by the largest weight that occurred; 0 where none did."""
    return Fraction(repr(weight)) / largest_weight if largest_weight else Fraction(0)


def score(raw: float, largest_raw: float) -> float:
    """The score of a raw, 0 to 100, at 9 decimals; 0 where nobody is active."""
    if raw <= 0 or largest_raw <= 0:
        return 0.0
    if raw >= largest_raw:
        return float(HIGHEST_SCORE)
    return round(HIGHEST_SCORE * math.sqrt(raw / largest_raw), PLACES)


def shown(exact: float | Fraction, places: int = 0) -> Decimal:
    """A figure as people see it: rounded half up to so many decimals, whole unless asked."""
    if isinstance(exact, Fraction):
        value = _EXACT.divide(Decimal(exact.numerator), Decimal(exact.denominator))
    else:
        value = Decimal(repr(exact))
    return value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def to_places(value: Decimal | Fraction) -> float:
    """A figure at the nine decimals it is stored, compared and ordered with."""
    if isinstance(value, Fraction):
        value = _EXACT.divide(Decimal(value.numerator), Decimal(value.denominator))
    return float(value.quantize(_LAST_PLACE, ROUND_HALF_EVEN))


def _times(value: Decimal, share: Fraction) -> Decimal:
    return _EXACT.divide(value * share.numerator, Decimal(share.denominator))
