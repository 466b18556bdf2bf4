from typing import Any

import pytest

from domain.overviews import UNSCORED, Overview, Row, of_band, of_interest, of_stage, overview


def test_rows_are_counted_in_four_ways_the_largest_first() -> None:
    rows = [
        Row(3, 0, "si_1", "stg_1", 2),
        Row(3, UNSCORED, "si_2", None, 4),
        Row(0, 2, "si_1", "stg_2", 1),
    ]

    assert overview(rows) == Overview(
        total=7,
        by_completeness=(1, 0, 0, 6),
        by_engagement=(2, 0, 1, 0),
        unscored=4,
        by_solution_interest=(("si_2", 4), ("si_1", 3)),
        by_stage=((None, 4), ("stg_1", 2), ("stg_2", 1)),
    )


@pytest.mark.parametrize(
    ("filter", "band", "asked"),
    [
        pytest.param({}, 0, {"atLeast": 0.0, "lessThan": 25.0}, id="the first band"),
        pytest.param({}, 3, {"atLeast": 75.0}, id="the last band takes its end in"),
        pytest.param(
            {"completeness": {"atLeast": 30.0, "atMost": 90.0}},
            1,
            {"atLeast": 30.0, "atMost": 90.0, "lessThan": 50.0},
            id="bounds that were asked for stay",
        ),
        pytest.param(
            {"completeness": {"lessThan": 40.0}},
            1,
            {"atLeast": 25.0, "lessThan": 40.0},
            id="the narrower bound counts",
        ),
    ],
)
def test_the_filter_of_a_band(filter: dict[str, Any], band: int, asked: dict[str, float]) -> None:
    assert of_band(filter, "completeness", band) == {"completeness": asked}


def test_the_filters_of_interests_and_stages_narrow_what_was_asked() -> None:
    filter = {"search": "acme", "solutionInterests": ["si_1", "si_2"]}

    assert of_interest(filter, "si_1") == {"search": "acme", "solutionInterests": ["si_1"]}
    assert of_stage({"search": "acme"}, "stg_1")["stage"] == {"anyOf": ["stg_1"]}
    assert of_stage({"stage": {"noneOf": ["Won"]}}, None) == {"stage": {"isSet": False}}
