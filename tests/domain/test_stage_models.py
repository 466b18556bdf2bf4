"""What keeps a stage model from going live, and how far its stages are from success."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.identifiers import StageId, StageModelId
from domain.stage_models import (
    Destination,
    Stage,
    StageModel,
    StageModelFault,
    StageModelStatus,
    Transition,
    publishing_faults,
    steps_to_success,
)

Arrows = Sequence[tuple[str, str]]


def a_stage(name: str, *, is_entry: bool = False, destination: Destination | None = None) -> Stage:
    return Stage(StageId(name.lower()), name, None, is_entry, destination)


NEW = a_stage("New", is_entry=True)
OPEN = a_stage("Open")
WON = a_stage("Won", destination=Destination.SUCCESS)
LOST = a_stage("Lost", destination=Destination.FAILURE)
IDLE = a_stage("Idle")


def arrows(*pairs: tuple[str, str]) -> list[Transition]:
    return [Transition(StageId(source), StageId(target)) for source, target in pairs]


def a_model(stages: Sequence[Stage], pairs: Arrows) -> StageModel:
    return StageModel(
        StageModelId("sm_1"), StageModelStatus.LIVE, tuple(stages), tuple(arrows(*pairs))
    )


NO_ENTRY = StageModelFault("stages", "at least one stage must be an entry stage")
NO_SUCCESS = StageModelFault("stages", "one stage must be the success stage")


def stuck(place: int) -> StageModelFault:
    reason = "is no destination, and no transition leads out of it"
    return StageModelFault(f"stages[{place}]", reason)


def unreachable(place: int) -> StageModelFault:
    return StageModelFault(f"stages[{place}]", "cannot be reached from an entry stage")


def endless(place: int) -> StageModelFault:
    return StageModelFault(f"stages[{place}]", "leads to no destination")


@pytest.mark.parametrize(
    ("stages", "pairs", "faults"),
    [
        pytest.param([NEW, WON], [("new", "won")], [], id="an entry and a success are enough"),
        pytest.param(
            [NEW, OPEN, WON, LOST],
            [("new", "open"), ("open", "new"), ("open", "won"), ("new", "lost"), ("lost", "new")],
            [],
            id="ways back and a revival are allowed",
        ),
        pytest.param([], [], [NO_ENTRY, NO_SUCCESS], id="an empty draft lacks both ends"),
        pytest.param(
            [OPEN, WON], [("open", "won")], [NO_ENTRY], id="no entry: nothing is said of reaching"
        ),
        pytest.param(
            [NEW, LOST], [("new", "lost")], [NO_SUCCESS], id="failure alone is no success"
        ),
        pytest.param(
            [NEW, WON, a_stage("Sold", destination=Destination.SUCCESS)],
            [("new", "won"), ("new", "sold")],
            [
                StageModelFault(
                    "stages[2].destination", "there is one success stage only, and Won is it"
                )
            ],
            id="a second success stage",
        ),
        pytest.param(
            [NEW, OPEN, WON],
            [("new", "open"), ("new", "won")],
            [stuck(1)],
            id="a stage nobody gets out of is told once",
        ),
        pytest.param(
            [NEW, OPEN, WON, LOST],
            [("new", "won"), ("open", "won")],
            [unreachable(1), unreachable(3)],
            id="stages nobody gets into, a destination too",
        ),
        pytest.param(
            [NEW, OPEN, IDLE, WON],
            [("new", "open"), ("open", "idle"), ("idle", "open"), ("new", "won")],
            [endless(1), endless(2)],
            id="a circle without a way out",
        ),
        pytest.param(
            [NEW, WON],
            [("new", "won"), ("won", "new")],
            [
                StageModelFault(
                    "transitions[1].source", "is the success stage, which no transition leaves"
                )
            ],
            id="nobody leaves success",
        ),
        pytest.param(
            [OPEN, IDLE],
            [("idle", "open")],
            [NO_ENTRY, NO_SUCCESS, stuck(0)],
            id="several faults are told at once",
        ),
        pytest.param(
            [NEW, OPEN, IDLE, WON, LOST],
            [("new", "idle"), ("open", "idle"), ("won", "new")],
            [
                endless(0),
                unreachable(1),
                endless(1),
                stuck(2),
                unreachable(3),
                unreachable(4),
                StageModelFault(
                    "transitions[2].source", "is the success stage, which no transition leaves"
                ),
            ],
            id="all that is wrong, in the order of the stages",
        ),
    ],
)
def test_what_keeps_a_draft_from_going_live(
    stages: list[Stage], pairs: Arrows, faults: list[StageModelFault]
) -> None:
    assert publishing_faults(stages, arrows(*pairs)) == tuple(faults)


def test_how_many_moves_are_left_to_success() -> None:
    model = a_model(
        [NEW, OPEN, WON, LOST],
        [("new", "open"), ("new", "lost"), ("open", "won"), ("open", "lost")],
    )

    assert steps_to_success(model) == {"won": 0, "open": 1, "new": 2}


def test_a_stage_is_meant_by_its_id_or_by_its_name_in_any_case() -> None:
    model = a_model([NEW, WON], [("new", "won")])

    assert model.named("won") == WON
    assert model.named("  NEW ") == NEW
    assert model.named("Lost") is None


SIZES = st.integers(min_value=1, max_value=7)


@st.composite
def models(draw: st.DrawFn) -> tuple[list[Stage], list[Transition]]:
    count = draw(SIZES)
    ends = [None, None, None, Destination.SUCCESS, Destination.FAILURE]
    stages = [
        a_stage(
            str(number),
            is_entry=draw(st.booleans()),
            destination=draw(st.sampled_from(ends)),
        )
        for number in range(count)
    ]
    places = st.integers(0, count - 1)
    pairs = draw(st.sets(st.tuples(places, places).filter(lambda p: p[0] != p[1])))
    return stages, arrows(*((str(source), str(target)) for source, target in sorted(pairs)))


def walks(start: StageId, transitions: Sequence[Transition]) -> set[StageId]:
    """Every stage that can be reached, found the slow way."""
    found = {start}
    while more := {t.target for t in transitions if t.source in found} - found:
        found |= more
    return found


@given(models())
def test_a_model_without_faults_holds_every_rule(
    drawn: tuple[list[Stage], list[Transition]],
) -> None:
    stages, transitions = drawn
    entries = [stage.id for stage in stages if stage.is_entry]
    ends = {stage.id for stage in stages if stage.destination}
    successes = [stage.id for stage in stages if stage.destination is Destination.SUCCESS]
    reached = {stage for entry in entries for stage in walks(entry, transitions)}

    is_sound = (
        bool(entries)
        and len(successes) == 1
        and reached == {stage.id for stage in stages}
        and all(walks(stage.id, transitions) & ends for stage in stages)
        and all(t.source not in successes for t in transitions)
    )

    assert (publishing_faults(stages, transitions) == ()) == is_sound
