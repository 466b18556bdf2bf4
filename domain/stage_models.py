"""Stage models: the stages of a buying group's life, and which moves between them are allowed."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

from domain.folding import fold
from domain.identifiers import StageId, StageModelId

MOST_STAGES: Final = 50
MOST_TRANSITIONS: Final = MOST_STAGES * (MOST_STAGES - 1)


class StageModelStatus(Enum):
    """A draft is edited; a live model serves solution interests and stays as it is."""

    DRAFT = "draft"
    LIVE = "live"


class Destination(Enum):
    """How a group's way ends in a stage that is a destination."""

    SUCCESS = "success"
    FAILURE = "failure"


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of a model; its id stays when it is renamed."""

    id: StageId
    name: str
    description: str | None = None
    is_entry: bool = False
    destination: Destination | None = None


@dataclass(frozen=True, slots=True)
class Transition:
    """An allowed move from one stage to another."""

    source: StageId
    target: StageId


@dataclass(frozen=True, slots=True)
class StageModel:
    """A model: its stages in the order they are shown, and the allowed moves."""

    id: StageModelId
    status: StageModelStatus
    stages: tuple[Stage, ...]
    transitions: tuple[Transition, ...]

    def stage(self, id: str | None) -> Stage | None:
        """The stage of this id; None when the model has none."""
        return next((stage for stage in self.stages if stage.id == id), None)

    def named(self, text: str) -> Stage | None:
        """The stage that a text means, by its id or by its name; None when there is none."""
        named = (stage for stage in self.stages if fold(stage.name) == fold(text))
        return self.stage(text) or next(named, None)


@dataclass(frozen=True, slots=True)
class StageModelFault:
    """One thing that is wrong with a model: the place, and the reason."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class StageModelIsLive:
    """A live model stays as it is."""

    id: StageModelId


def publishing_faults(
    stages: Sequence[Stage], transitions: Sequence[Transition]
) -> tuple[StageModelFault, ...]:
    """Everything that stands in the way of publishing a draft; nothing when it can go live.

    What only follows from a fault that is told already is left out: without an entry stage
    nothing is said of what can be reached, without a destination nothing of what leads to one.
    """
    return (
        *_ends_faults(stages),
        *_way_faults(stages, transitions),
        *_success_faults(stages, transitions),
    )


def steps_to_success(model: StageModel) -> dict[StageId, int]:
    """How many moves each stage is away from success; a stage that cannot reach it is left out."""
    successes = [s.id for s in model.stages if s.destination is Destination.SUCCESS]
    return _steps(successes, _neighbours((t.target, t.source) for t in model.transitions))


def _ends_faults(stages: Sequence[Stage]) -> Iterator[StageModelFault]:
    if not any(stage.is_entry for stage in stages):
        yield StageModelFault("stages", "at least one stage must be an entry stage")
    successes = [stage for stage in stages if stage.destination is Destination.SUCCESS]
    if not successes:
        yield StageModelFault("stages", "one stage must be the success stage")
    for place, stage in enumerate(stages):
        if stage in successes[1:]:
            reason = f"there is one success stage only, and {successes[0].name} is it"
            yield StageModelFault(f"stages[{place}].destination", reason)


def _way_faults(
    stages: Sequence[Stage], transitions: Sequence[Transition]
) -> Iterator[StageModelFault]:
    onward = _neighbours((t.source, t.target) for t in transitions)
    back = _neighbours((t.target, t.source) for t in transitions)
    entries = [stage.id for stage in stages if stage.is_entry]
    ends = [stage.id for stage in stages if stage.destination is not None]
    reached, reaching = _steps(entries, onward), _steps(ends, back)
    for place, stage in enumerate(stages):
        is_stuck = stage.destination is None and not onward.get(stage.id)
        if is_stuck:
            yield StageModelFault(
                f"stages[{place}]", "is no destination, and no transition leads out of it"
            )
        if entries and stage.id not in reached:
            yield StageModelFault(f"stages[{place}]", "cannot be reached from an entry stage")
        if ends and not is_stuck and stage.id not in reaching:
            yield StageModelFault(f"stages[{place}]", "leads to no destination")


def _success_faults(
    stages: Sequence[Stage], transitions: Sequence[Transition]
) -> Iterator[StageModelFault]:
    successes = {stage.id for stage in stages if stage.destination is Destination.SUCCESS}
    for place, transition in enumerate(transitions):
        if transition.source in successes:
            reason = "is the success stage, which no transition leaves"
            yield StageModelFault(f"transitions[{place}].source", reason)


def _neighbours(pairs: Iterable[tuple[StageId, StageId]]) -> dict[StageId, list[StageId]]:
    found: dict[StageId, list[StageId]] = {}
    for one, other in pairs:
        found.setdefault(one, []).append(other)
    return found


def _steps(
    begin: Iterable[StageId], onward: Mapping[StageId, Sequence[StageId]]
) -> dict[StageId, int]:
    """How many steps it is to each stage that can be reached from the first ones."""
    steps = dict.fromkeys(begin, 0)
    waiting = list(steps)
    for stage in waiting:
        for following in onward.get(stage, ()):
            if following not in steps:
                steps[following] = steps[stage] + 1
                waiting.append(following)
    return steps
