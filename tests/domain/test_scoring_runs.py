from datetime import date

import pytest

from domain import scoring_runs
from domain.activity_types import ActivityType, EngagementType
from domain.engagement import Window
from domain.identifiers import ActivityTypeId, WeightingModelId
from domain.scoring_runs import KnownType
from domain.weighting_models import TypeWeight, WeightingModel

VISIT = ActivityType(ActivityTypeId("at_visit"), "Visit", EngagementType.WEB, ("Page View",))
HUM = ActivityType(ActivityTypeId("at_hum"), "Hum", EngagementType.CALL)
MODEL = WeightingModel(
    WeightingModelId("wm_1"), WeightingModelId("wm_1"), 1, "S", 30, (TypeWeight(VISIT.id, 40, 7),)
)


def test_rules_say_what_every_type_weighs() -> None:
    rules = scoring_runs.rules_of(MODEL, [VISIT, HUM], "UTC")

    assert rules.types == (
        KnownType(HUM.id, ("hum",), 0, 20),
        KnownType(VISIT.id, ("visit", "page view"), 40, 7),
    )
    assert rules.spellings == {"hum": "at_hum", "visit": "at_visit", "page view": "at_visit"}
    assert rules.weights == {"at_visit": TypeWeight(VISIT.id, 40, 7)}
    assert rules.counting == dict.fromkeys(("visit", "page view"), TypeWeight(VISIT.id, 40, 7))


def test_the_order_of_types_makes_no_other_rules() -> None:
    assert scoring_runs.rules_of(MODEL, [VISIT, HUM], "UTC") == scoring_runs.rules_of(
        MODEL, [HUM, VISIT], "UTC"
    )


def a_window(first: int, last: int) -> Window:
    return Window(date(2026, 5, first), date(2026, 5, last))


@pytest.mark.parametrize(
    ("before", "now", "spans"),
    [
        pytest.param(a_window(1, 10), a_window(1, 10), (), id="the same day"),
        pytest.param(
            a_window(1, 10), a_window(2, 11), (a_window(1, 1), a_window(11, 11)), id="a day later"
        ),
        pytest.param(
            a_window(1, 10), a_window(4, 13), (a_window(1, 3), a_window(11, 13)), id="three days"
        ),
        pytest.param(a_window(1, 10), a_window(1, 12), (a_window(11, 12),), id="a longer window"),
        pytest.param(
            a_window(1, 5), a_window(11, 15), (a_window(1, 5), a_window(11, 15)), id="all of both"
        ),
        pytest.param(
            a_window(2, 11), a_window(1, 10), (a_window(1, 1), a_window(11, 11)), id="backwards"
        ),
    ],
)
def test_days_that_are_in_one_window_only(
    before: Window, now: Window, spans: tuple[Window, ...]
) -> None:
    assert scoring_runs.moved(before, now) == spans
