"""Engagement explained: every figure a group's score is made of, down to the acts of a day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final, TypeVar

from domain import engagement
from domain.activity_exclusions import by_type
from domain.activity_types import Exclusion
from domain.engagement import (
    GroupFigures,
    MemberFigures,
    PersonFigures,
    RoleFigures,
    TypeFigures,
    to_places,
)
from domain.identifiers import PersonId, RoleId
from domain.role_templates import WEIGHTS, Weighting
from domain.scoring_runs import Reference, ScoringRun, factors
from execution.context import Context, Right
from execution.refusals import LARGEST_PAGE, bad_page_size
from execution.sources import Document

MEMBERS_SHOWN: Final = 5
TYPES_SHOWN: Final = 10
DAYS_SHOWN: Final = 30

Key = TypeVar("Key", bound=str)

_READ: Final = {
    "members.person_id": 1,
    "members.role_id": 1,
    "members.is_member": 1,
    "roles.role_id": 1,
    "roles.weighting": 1,
}


@dataclass(frozen=True, slots=True)
class _Person:
    """What is stored of a member: raw and counted acts, the counts of each day, and single acts
    that are left out, by spelling and reason."""

    raw: float
    counted: int
    days: Mapping[date, Mapping[str, int]]
    excluded: Mapping[tuple[str, Exclusion], int]


@dataclass(frozen=True, slots=True)
class _Loaded:
    """What explaining needs beside the groups: the run explained, and how much is shown of it."""

    run: ScoringRun
    reference: Reference
    people: Mapping[str, _Person]
    members_per_role: int
    types_per_member: int
    days_per_type: int


async def of_groups(
    ctx: Context,
    engagements: Sequence[Document],
    members_per_role: int = MEMBERS_SHOWN,
    types_per_member: int = TYPES_SHOWN,
    days_per_type: int = DAYS_SHOWN,
) -> list[dict[str, Any] | None]:
    """How each group's engagement comes about; None before the tenant's first scoring.

    Totals are over all members; shown are each role's most engaged ones, up to the number asked
    for, and of each the types that matter most. One query for every collection, however many
    groups there are.
    """
    ctx.viewer.require(Right.READ)
    sizes = {
        "membersPerRole": members_per_role,
        "typesPerMember": types_per_member,
        "daysPerType": days_per_type,
    }
    for name, size in sizes.items():
        if not 1 <= size <= LARGEST_PAGE:
            raise bad_page_size(name, size)
    groups = await ctx.stores.groups.by_ids([each["group_id"] for each in engagements], _READ)
    reference = await ctx.stores.scoring.runs.reference()
    run = await ctx.stores.scoring.runs.run(reference.run) if reference else None
    if reference is None or run is None:
        return [None] * len(engagements)
    people = await _people(ctx, groups, run, members_per_role)
    loaded = _Loaded(run, reference, people, members_per_role, types_per_member, days_per_type)
    return [
        _breakdown(groups[each["group_id"]], loaded) if each["group_id"] in groups else None
        for each in engagements
    ]


async def _people(
    ctx: Context, groups: Mapping[str, Document], run: ScoringRun, members_per_role: int
) -> dict[str, _Person]:
    ids = {member["person_id"] for group in groups.values() for member in _members(group)}
    stored = await ctx.stores.people.by_ids(ids, {"engagement.raw": 1, "engagement.counted": 1})
    people = {id: _person(stored.get(id, {}).get("engagement")) for id in ids}
    shown = {
        person
        for group in groups.values()
        for role in group["roles"]
        for person in _most_engaged(group, role["role_id"], people)[:members_per_role]
    }
    days, excluded = await ctx.stores.activities.days.with_excluded(shown, run.window)
    return {
        id: replace(
            person, days=days.get(PersonId(id), {}), excluded=excluded.get(PersonId(id), {})
        )
        for id, person in people.items()
    }


def _person(stored: Mapping[str, Any] | None) -> _Person:
    raw, counted = (stored["raw"], stored["counted"]) if stored else (0, 0)
    return _Person(raw, counted, {}, {})


def _members(group: Document) -> list[Document]:
    return [member for member in group["members"] if member["is_member"]]


def _most_engaged(group: Document, role: str, people: Mapping[str, _Person]) -> list[str]:
    """The role's members, the highest raw first."""
    in_role = [m["person_id"] for m in _members(group) if m["role_id"] == role]
    return sorted(in_role, key=lambda person: (-people[person].raw, person))


def _breakdown(group: Document, loaded: _Loaded) -> dict[str, Any]:
    figures = _figures(group, loaded.people)
    run, reference = loaded.run, loaded.reference
    return {
        "run_id": run.id,
        "computed_at": run.at,
        "model_id": run.model,
        "window": {
            "first_day": run.window.first_day,
            "last_day": run.window.last_day,
            "days": run.rules.window_days,
            "time_zone": run.rules.time_zone,
        },
        "normalisation": {
            "largest_weight": reference.largest_weight,
            "largest_person_raw": reference.largest_person_raw,
            "largest_group_raw": reference.largest_group_raw,
        },
        "role_weighted_count": to_places(figures.role_weighted_count),
        "raw": figures.raw,
        "roles": [
            _role(
                role,
                stored["weighting"],
                [
                    _member(person, loaded)
                    for person in _most_engaged(group, role.role, loaded.people)[
                        : loaded.members_per_role
                    ]
                ],
            )
            for role, stored in zip(figures.roles, group["roles"], strict=True)
        ],
    }


def _figures(group: Document, people: Mapping[str, _Person]) -> GroupFigures:
    weights = {
        RoleId(role["role_id"]): WEIGHTS[Weighting(role["weighting"])] for role in group["roles"]
    }
    members = [
        MemberFigures(
            RoleId(m["role_id"]), people[m["person_id"]].raw, people[m["person_id"]].counted
        )
        for m in _members(group)
        if m["role_id"] in weights
    ]
    return engagement.of_group(weights, members)


def _role(role: RoleFigures, weighting: str, members: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "role_id": role.role,
        "weighting": weighting,
        "weight": role.weight,
        "share": to_places(role.share * 100),
        "filled_share": to_places(role.filled_share * 100),
        "member_count": role.members,
        "total": role.total,
        "contribution": to_places(role.contribution),
        "roots": to_places(role.roots),
        "raw_contribution": to_places(role.raw_contribution),
        "members": members,
    }


def _member(person: str, loaded: _Loaded) -> dict[str, Any]:
    rules, stored = loaded.run.rules, loaded.people[person]
    shares = factors(rules, loaded.run.window)
    figures: PersonFigures = engagement.of_person(
        stored.days, rules.spellings, rules.weights, shares, rules.excluded
    )
    largest = loaded.reference.largest_weight
    excluded = by_type(figures.excluded, rules.excluded, stored.excluded, rules.spellings)
    return {
        "person_id": person,
        "exact": engagement.score(stored.raw, loaded.reference.largest_person_raw),
        "raw": stored.raw,
        "counted": stored.counted,
        "points": to_places(engagement.normalised(stored.raw, largest)),
        "types": [
            _type(each, largest, loaded.days_per_type)
            for each in figures.types[: loaded.types_per_member]
        ],
        "unweighted": [
            {"activity_type_id": type, "count": count}
            for type, count in _most_frequent(figures.unweighted, loaded.types_per_member)
        ],
        "excluded_count": sum(figures.excluded.values()) + sum(stored.excluded.values()),
        "excluded": [
            {"activity_type_id": type, "excluded_as": reason.value, "count": count}
            for (type, reason), count in sorted(
                excluded.items(), key=lambda each: (-each[1], each[0][0], each[0][1].value)
            )[: loaded.types_per_member]
        ],
        "unknown": [
            {"spelling": spelling, "count": count}
            for spelling, count in _most_frequent(figures.unknown, loaded.types_per_member)
        ],
    }


def _most_frequent(counts: Mapping[Key, int], most: int) -> list[tuple[Key, int]]:
    """The highest counts first, at most so many; those that are equal in the order of keys."""
    return sorted(counts.items(), key=lambda each: (-each[1], each[0]))[:most]


def _type(figures: TypeFigures, largest_weight: int, days_shown: int) -> dict[str, Any]:
    normalised = engagement.normalised(figures.weight, largest_weight)
    return {
        "activity_type_id": figures.activity_type,
        "weight": figures.weight,
        "normalised_weight": to_places(normalised),
        "daily_cap": figures.daily_cap,
        "count": sum(figures.counts.values()),
        "capped": figures.capped,
        "decayed": float(figures.decayed),
        "raw": figures.raw,
        "points": to_places(figures.points(largest_weight)),
        "days": [
            {
                "day": day,
                "count": count,
                "counted": min(count, figures.daily_cap),
                "factor": float(figures.factors.get(day, 1)),
            }
            for day, count in list(figures.counts.items())[-days_shown:]
        ],
    }
