"""Drafts of stage models: which stages are meant, and all that keeps one from being saved."""

from collections.abc import Sequence

import pytest

from domain.identifiers import StageId
from domain.stage_drafts import Draft, StageEntry, TransitionEntry, draft
from domain.stage_models import Destination, Stage, StageModelFault, Transition

FRESH = [StageId(f"stg_{number}") for number in range(60)]
SAVED = (
    Stage(StageId("stg_new"), "New", None, True),
    Stage(StageId("stg_won"), "Won", None, False, Destination.SUCCESS),
)


def entries(*names: str) -> list[StageEntry]:
    return [StageEntry(name) for name in names]


def drawn(
    stages: Sequence[StageEntry],
    pairs: Sequence[tuple[str, str]] = (),
    saved: Sequence[Stage] = (),
) -> Draft | tuple[StageModelFault, ...]:
    transitions = [TransitionEntry(source, target) for source, target in pairs]
    return draft(saved, stages, transitions, FRESH[: len(stages)])


def test_new_stages_get_ids_and_transitions_mean_them_by_name() -> None:
    made = drawn(
        [StageEntry("New", "Just in", is_entry=True), StageEntry("Won")],
        [("new", " WON "), ("stg_1", "stg_0")],
    )

    assert made == Draft(
        (
            Stage(StageId("stg_0"), "New", "Just in", True),
            Stage(StageId("stg_1"), "Won"),
        ),
        (
            Transition(StageId("stg_0"), StageId("stg_1")),
            Transition(StageId("stg_1"), StageId("stg_0")),
        ),
    )


@pytest.mark.parametrize(
    ("stages", "ids"),
    [
        pytest.param(
            entries("Won", "new", "Open"),
            ["stg_won", "stg_new", "stg_2"],
            id="saved stages are known by their names, in any order",
        ),
        pytest.param(
            [StageEntry("Fresh", id="stg_new"), StageEntry("Won")],
            ["stg_new", "stg_won"],
            id="an id renames",
        ),
        pytest.param(
            [StageEntry("Won", id="stg_new"), StageEntry("New", id="stg_won")],
            ["stg_new", "stg_won"],
            id="two stages may change names",
        ),
        pytest.param(
            [StageEntry("Old", id="stg_new"), StageEntry("New"), StageEntry("Won")],
            ["stg_new", "stg_1", "stg_won"],
            id="the name of a renamed stage is free for a new one",
        ),
    ],
)
def test_which_saved_stage_is_meant(stages: list[StageEntry], ids: list[str]) -> None:
    made = drawn(stages, saved=SAVED)

    assert isinstance(made, Draft)
    assert [stage.id for stage in made.stages] == ids


@pytest.mark.parametrize(
    ("stages", "pairs", "faults"),
    [
        pytest.param(
            entries("Open", " OPEN", "Ope\u006e"),
            [],
            [
                ("stages[1].name", "is the name of stages[0] already"),
                ("stages[2].name", "is the name of stages[0] already"),
            ],
            id="names are the same whatever their case",
        ),
        pytest.param(
            entries(" ", "x" * 256, "a\0b"),
            [],
            [
                ("stages[0].name", "must not be blank"),
                ("stages[1].name", "is longer than 255 characters"),
                ("stages[2].name", "contains the character NUL"),
            ],
            id="names that cannot be stored",
        ),
        pytest.param(
            [StageEntry("A", "x" * 2_001), StageEntry("B", "\ud800")],
            [],
            [
                ("stages[0].description", "is longer than 2000 characters"),
                ("stages[1].description", "contains half a surrogate pair"),
            ],
            id="descriptions that cannot be stored",
        ),
        pytest.param(
            entries("A", "B"),
            [("A", "C"), ("D", "E"), ("a", "A"), ("A", "B"), ("a", "b")],
            [
                ("transitions[0].target", "there is no stage C"),
                ("transitions[1].source", "there is no stage D"),
                ("transitions[1].target", "there is no stage E"),
                ("transitions[2]", "leads to the stage it comes from"),
                ("transitions[4]", "is the same as transitions[3]"),
            ],
            id="transitions to nowhere, to themselves, and twice",
        ),
        pytest.param(
            entries(*(str(number) for number in range(51))),
            [],
            [("stages", "at most 50 stages, not 51")],
            id="too many stages",
        ),
        pytest.param(
            entries("A", "a", ""),
            [("A", "A"), ("B", "A")],
            [
                ("stages[1].name", "is the name of stages[0] already"),
                ("stages[2].name", "must not be blank"),
                ("transitions[0]", "leads to the stage it comes from"),
                ("transitions[1].source", "there is no stage B"),
            ],
            id="everything is told at once",
        ),
    ],
)
def test_what_keeps_a_draft_from_being_saved(
    stages: list[StageEntry], pairs: list[tuple[str, str]], faults: list[tuple[str, str]]
) -> None:
    assert drawn(stages, pairs) == tuple(StageModelFault(*fault) for fault in faults)


def test_fifty_stages_are_not_too_many() -> None:
    assert isinstance(drawn(entries(*(str(number) for number in range(50)))), Draft)


def test_a_saved_stage_is_not_removed_and_no_other_is_claimed() -> None:
    made = drawn(
        [StageEntry("A", id="stg_new"), StageEntry("B", id="stg_new"), StageEntry("C", id="stg_x")],
        saved=SAVED,
    )

    assert made == (
        StageModelFault("stages[1].id", "stands in the list already"),
        StageModelFault("stages[2].id", "the model has no stage stg_x"),
        StageModelFault("stages", "the saved stage Won can be renamed, but not removed"),
    )
