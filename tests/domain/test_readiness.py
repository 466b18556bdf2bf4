from dataclasses import replace

import pytest

from domain.identifiers import RoleId
from domain.readiness import (
    Missing,
    RoleCount,
    Standing,
    Threshold,
    Thresholds,
    is_ready,
    missing,
)

CHAMPION = RoleId("role_champion")
USER = RoleId("role_user")
FAR = Standing(
    completeness=75.0,
    is_engaged=True,
    stage="Open",
    roles={CHAMPION: RoleCount(assigned=0, needed=1), USER: RoleCount(assigned=3, needed=2)},
)
EVERYTHING = Thresholds(completeness=75, engagement=40, stages=("open", "Won"), roles=(USER,))


@pytest.mark.parametrize(
    ("thresholds", "standing", "expected"),
    [
        pytest.param(EVERYTHING, FAR, (), id="a group that just reaches everything lacks nothing"),
        pytest.param(Thresholds(), FAR, (), id="where nothing is asked nothing is missing"),
        pytest.param(
            EVERYTHING,
            replace(FAR, completeness=74.999999999),
            (Missing(Threshold.COMPLETENESS),),
            id="completeness counts exactly, not as it is rounded",
        ),
        pytest.param(
            EVERYTHING,
            replace(FAR, is_engaged=False),
            (Missing(Threshold.ENGAGEMENT),),
            id="the score does not suffice",
        ),
        pytest.param(
            EVERYTHING,
            replace(FAR, stage=None),
            (Missing(Threshold.STAGE),),
            id="a group in no stage is in none of those asked for",
        ),
        pytest.param(
            Thresholds(roles=(USER, CHAMPION)),
            FAR,
            (Missing(Threshold.ROLE, CHAMPION),),
            id="a role that nobody has is not filled",
        ),
        pytest.param(
            Thresholds(roles=(RoleId("role_other"),)),
            FAR,
            (Missing(Threshold.ROLE, RoleId("role_other")),),
            id="a role the group does not have is not filled",
        ),
        pytest.param(
            EVERYTHING,
            Standing(0.0, False, "Lost", {}),
            (
                Missing(Threshold.COMPLETENESS),
                Missing(Threshold.ENGAGEMENT),
                Missing(Threshold.STAGE),
                Missing(Threshold.ROLE, USER),
            ),
            id="all that is missing is told at once",
        ),
    ],
)
def test_what_a_group_lacks(
    thresholds: Thresholds, standing: Standing, expected: tuple[Missing, ...]
) -> None:
    assert missing(thresholds, standing) == expected


def test_a_group_is_ready_if_anything_is_asked_and_all_of_it_reached() -> None:
    assert is_ready(EVERYTHING, FAR)
    assert not is_ready(EVERYTHING, replace(FAR, is_engaged=False))
    assert not is_ready(Thresholds(), FAR)
