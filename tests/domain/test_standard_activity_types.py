import csv
from collections import Counter
from pathlib import Path

import pytest

from domain.folding import fold
from domain.identifiers import ActivityTypeId
from domain.standard_activity_types import STANDARD_TYPES
from domain.weighting_models import TypeWeight

CATALOGUE = Path(__file__).parent.parent / "golden" / "activity_types.csv"
ROWS = list(csv.DictReader(CATALOGUE.read_text(encoding="utf-8").splitlines()))
BY_NAME = {type.name: type for type in STANDARD_TYPES}


def test_the_catalogue_has_37_types() -> None:
    assert len(BY_NAME) == 37
    assert Counter(type.engagement_type.value for type in STANDARD_TYPES) == {
        "CHAT": 13,
        "EMAIL": 5,
        "MOBILE": 5,
        "EVENT": 5,
        "WEB": 4,
        "SMS": 2,
        "CURATED": 1,
        "SOCIAL": 1,
        "CALL": 1,
    }
    assert Counter(type.weight for type in STANDARD_TYPES) == {30: 12, 40: 3, 60: 6, 90: 16}


@pytest.mark.parametrize(
    ("name", "aliases"),
    [
        ("Visit Webpage", ("Visited website", "Page Views")),
        ("Click Email", ("Clicked email", "Email Clicked")),
        ("Open Email", ("Email Opened",)),
        ("Fill Out Form", ("Form Filled Out",)),
        ("Click Link", ("Link Clicks",)),
    ],
)
def test_documented_spellings_are_aliases(name: str, aliases: tuple[str, ...]) -> None:
    assert BY_NAME[name].aliases == aliases


@pytest.mark.parametrize("place", range(37))
def test_a_type_is_the_row_of_the_published_catalogue(place: int) -> None:
    type = STANDARD_TYPES[place]
    weight = TypeWeight(ActivityTypeId("at_x"), type.weight)

    assert ROWS[place] == {
        "name": type.name,
        "engagement_type": type.engagement_type.value,
        "weight": str(weight.weight),
        "daily_cap": str(weight.daily_cap),
    }


def test_no_row_of_the_published_catalogue_is_missing() -> None:
    assert len(ROWS) == len(STANDARD_TYPES)


def test_no_spelling_means_two_types() -> None:
    spellings = [fold(text) for type in STANDARD_TYPES for text in (type.name, *type.aliases)]

    assert len(spellings) == len(set(spellings))
