import csv
from collections import Counter
from pathlib import Path

import pytest

from domain.folding import fold
from domain.standard_activity_types import STANDARD_TYPES
from domain.weighting_models import DAILY_CAP

CATALOGUE = Path(__file__).parent.parent / "golden" / "activity_types.csv"
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


def test_names_channels_weights_and_caps_are_those_of_the_published_catalogue() -> None:
    published = [
        (row["name"], row["engagement_type"], int(row["weight"]), int(row["daily_cap"]))
        for row in csv.DictReader(CATALOGUE.read_text(encoding="utf-8").splitlines())
    ]

    assert published == [
        (type.name, type.engagement_type.value, type.weight, DAILY_CAP) for type in STANDARD_TYPES
    ]


def test_no_spelling_means_two_types() -> None:
    spellings = [fold(text) for type in STANDARD_TYPES for text in (type.name, *type.aliases)]

    assert len(spellings) == len(set(spellings))
