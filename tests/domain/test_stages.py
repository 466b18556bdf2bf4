"""Where a group may go, and how its moves are measured."""

from datetime import datetime, timedelta

import pytest

from domain.identifiers import StageId
from domain.stage_models import Stage
from domain.stages import (
    StageUnknown,
    TransitionNotAllowed,
    Unmoved,
    allowed,
    is_forward,
    is_stagnant,
    move,
    same_named,
    velocity,
)
from tests.builders import NOON
from tests.domain.test_stage_models import LOST, NEW, OPEN, WON, a_model, a_stage

DEMO = a_stage("Demo", is_entry=True)
MODEL = a_model(
    [NEW, DEMO, OPEN, WON, LOST],
    [
        ("new", "open"),
        ("demo", "open"),
        ("open", "won"),
        ("open", "new"),
        ("open", "lost"),
        ("lost", "new"),
    ],
)


@pytest.mark.parametrize(
    ("current", "stages"),
    [
        pytest.param(None, [NEW, DEMO], id="without a stage: the entry stages"),
        pytest.param("open", [NEW, WON, LOST], id="along transitions, in the model's order"),
        pytest.param("lost", [NEW], id="a revival"),
        pytest.param("won", [], id="nowhere from success"),
    ],
)
def test_where_a_group_may_go(current: StageId | None, stages: list[Stage]) -> None:
    assert allowed(MODEL, current) == tuple(stages)


@pytest.mark.parametrize(
    ("current", "wanted", "outcome"),
    [
        pytest.param(None, "NEW", NEW, id="in at an entry stage, meant by name"),
        pytest.param("open", "won", WON, id="along a transition, meant by id"),
        pytest.param("open", "Open", Unmoved(), id="there already"),
        pytest.param(
            None,
            "Open",
            TransitionNotAllowed(None, OPEN, (NEW, DEMO)),
            id="in at an entry stage only",
        ),
        pytest.param(
            "new",
            "Won",
            TransitionNotAllowed(NEW, WON, (OPEN,)),
            id="not where no transition leads",
        ),
        pytest.param(
            "new",
            "Demo",
            TransitionNotAllowed(NEW, DEMO, (OPEN,)),
            id="an entry stage is none for a group that is in",
        ),
        pytest.param("open", "Idle", StageUnknown("Idle", (NEW, WON, LOST)), id="no such stage"),
    ],
)
def test_a_move(current: StageId | None, wanted: str, outcome: object) -> None:
    assert move(MODEL, current, wanted) == outcome


@pytest.mark.parametrize(
    ("source", "target", "forward"),
    [
        pytest.param(None, "new", False, id="entering is no step forward"),
        pytest.param("new", "open", True, id="nearer to success"),
        pytest.param("open", "won", True, id="into success"),
        pytest.param("open", "new", False, id="back"),
        pytest.param("open", "lost", False, id="into failure"),
        pytest.param("lost", "new", True, id="a revival"),
    ],
)
def test_which_moves_lead_forward(source: StageId | None, target: StageId, forward: bool) -> None:
    assert is_forward(MODEL, source, target) is forward


def test_out_of_a_stage_without_a_way_to_success_every_way_to_it_is_forward() -> None:
    model = a_model([NEW, WON, LOST], [("new", "won"), ("new", "lost"), ("lost", "won")])
    without = a_model([NEW, WON, LOST], [("new", "won"), ("new", "lost")])

    assert is_forward(model, LOST.id, WON.id)
    assert not is_forward(without, NEW.id, LOST.id)
    assert is_forward(without, LOST.id, NEW.id)


def test_a_stage_of_another_model_is_found_by_its_name() -> None:
    assert same_named(MODEL, " NEW") == NEW
    assert same_named(MODEL, "new business") is None
    assert same_named(MODEL, None) is None
    assert same_named(None, "New") is None


@pytest.mark.parametrize(
    ("forward", "days", "figure"),
    [
        pytest.param(0, 90, 0.0, id="no move forward"),
        pytest.param(2, 3, 2.0, id="in the first 30 days the moves themselves"),
        pytest.param(2, 30, 2.0, id="after 30 days the same"),
        pytest.param(3, 60, 1.5, id="after 60 days half of them"),
        pytest.param(1, 70, 0.428571429, id="to nine decimals"),
    ],
)
def test_velocity(forward: int, days: int, figure: float) -> None:
    assert velocity(forward, NOON, NOON + timedelta(days=days)) == figure


@pytest.mark.parametrize(
    ("completeness", "since", "stagnant"),
    [
        pytest.param(75.0, NOON - timedelta(days=30), True, id="complete enough, 30 days"),
        pytest.param(74.999999999, NOON - timedelta(days=90), False, id="not complete enough"),
        pytest.param(
            100.0, NOON - timedelta(days=30) + timedelta(milliseconds=1), False, id="not yet"
        ),
        pytest.param(100.0, None, False, id="in no stage"),
    ],
)
def test_stagnation(completeness: float, since: datetime | None, stagnant: bool) -> None:
    assert is_stagnant(completeness, since, NOON) is stagnant
