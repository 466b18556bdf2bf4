"""Overviews: how many groups fall into each band of a score, and what lists just these."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

BANDS: Final = ((0, 25), (25, 50), (50, 75), (75, 100))
"""From the first figure on and below the second; the last one takes 100 in."""
UNSCORED: Final = -1
MOST_BARS: Final = 100


@dataclass(frozen=True, slots=True)
class Row:
    """So many groups of one band of completeness and one of engagement, interest and stage."""

    completeness: int
    engagement: int
    solution_interest: str
    stage: str | None
    groups: int


@dataclass(frozen=True, slots=True)
class Overview:
    """The same groups counted in four ways."""

    total: int
    by_completeness: tuple[int, ...]
    by_engagement: tuple[int, ...]
    unscored: int
    by_solution_interest: tuple[tuple[str, int], ...]
    by_stage: tuple[tuple[str | None, int], ...]


def overview(rows: Iterable[Row]) -> Overview:
    """The rows added up; of interests and stages the largest come first, ties by their ids."""
    completeness, engagement = Counter[int](), Counter[int]()
    interests, stages = Counter[str](), Counter[str | None]()
    total = 0
    for row in rows:
        total += row.groups
        completeness[row.completeness] += row.groups
        engagement[row.engagement] += row.groups
        interests[row.solution_interest] += row.groups
        stages[row.stage] += row.groups
    bands = range(len(BANDS))
    return Overview(
        total,
        tuple(completeness[band] for band in bands),
        tuple(engagement[band] for band in bands),
        engagement[UNSCORED],
        tuple(sorted(interests.items(), key=lambda each: (-each[1], each[0]))[:MOST_BARS]),
        tuple(sorted(stages.items(), key=lambda each: (-each[1], each[0] or ""))[:MOST_BARS]),
    )


def of_band(filter: Mapping[str, Any], score: str, band: int) -> dict[str, Any]:
    """The filter, as clients write it, that lists what it does of one band of a score."""
    low, high = BANDS[band]
    asked = dict(filter.get(score) or {})
    asked["atLeast"] = max(float(low), asked.get("atLeast", 0.0))
    if band < len(BANDS) - 1:
        asked["lessThan"] = min(float(high), asked.get("lessThan", float(high)))
    return {**filter, score: asked}


def of_interest(filter: Mapping[str, Any], id: str) -> dict[str, Any]:
    """The filter that lists what it does for one solution interest."""
    return {**filter, "solutionInterests": [id]}


def of_stage(filter: Mapping[str, Any], id: str | None) -> dict[str, Any]:
    """The filter that lists what it does in one stage, or in none."""
    return {**filter, "stage": {"isSet": False} if id is None else {"anyOf": [id]}}
