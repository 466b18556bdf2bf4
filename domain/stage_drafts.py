"""Drafts of stage models: what somebody wrote becomes stages with ids, or every fault in it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from domain.fields import NAME_LENGTH, flaw_of
from domain.folding import fold
from domain.identifiers import StageId
from domain.stage_models import (
    MOST_STAGES,
    MOST_TRANSITIONS,
    Destination,
    Stage,
    StageModelFault,
    Transition,
)

DESCRIPTION_LENGTH: Final = 2_000


@dataclass(frozen=True, slots=True)
class StageEntry:
    """A stage as a client writes it; a saved one is meant by its id, or by the name it has."""

    name: str
    description: str | None = None
    is_entry: bool = False
    destination: Destination | None = None
    id: str | None = None


@dataclass(frozen=True, slots=True)
class TransitionEntry:
    """An allowed move as a client writes it, each stage by its name or its id."""

    source: str
    target: str


@dataclass(frozen=True, slots=True)
class Draft:
    """The stages and transitions of a draft that can be saved."""

    stages: tuple[Stage, ...]
    transitions: tuple[Transition, ...]


def draft(
    saved: Sequence[Stage],
    stages: Sequence[StageEntry],
    transitions: Sequence[TransitionEntry],
    fresh: Sequence[StageId],
) -> Draft | tuple[StageModelFault, ...]:
    """The draft that is meant, or everything that keeps it from being saved.

    `saved` are the stages the model has, each of which has to be among the new ones; `fresh` are
    ids for new stages, one for each entry.
    """
    ids = _ids(saved, stages, fresh)
    drawn = tuple(
        Stage(id, entry.name, entry.description, entry.is_entry, entry.destination)
        for id, entry in zip(ids, stages, strict=True)
    )
    found = (
        *_size_faults(stages, transitions),
        *_name_faults(stages),
        *_id_faults(saved, stages, ids),
        *_transition_faults(drawn, transitions),
    )
    if found:
        return found
    meant = _Meaning(drawn)
    return Draft(
        drawn,
        tuple(Transition(meant(each.source), meant(each.target)) for each in transitions),
    )


def _ids(
    saved: Sequence[Stage], stages: Sequence[StageEntry], fresh: Sequence[StageId]
) -> list[StageId]:
    """Which stage each entry is: the one of its id, the saved one of its name, or a new one."""
    taken = {entry.id for entry in stages if entry.id is not None}
    by_name = {fold(stage.name): stage.id for stage in saved if stage.id not in taken}
    return [
        StageId(entry.id) if entry.id is not None else by_name.pop(fold(entry.name), new)
        for entry, new in zip(stages, fresh, strict=True)
    ]


def _size_faults(
    stages: Sequence[StageEntry], transitions: Sequence[TransitionEntry]
) -> Iterator[StageModelFault]:
    for field, most, count in (
        ("stages", MOST_STAGES, len(stages)),
        ("transitions", MOST_TRANSITIONS, len(transitions)),
    ):
        if count > most:
            yield StageModelFault(field, f"at most {most} {field}, not {count}")


def _name_faults(stages: Sequence[StageEntry]) -> Iterator[StageModelFault]:
    first: dict[str, int] = {}
    for place, entry in enumerate(stages):
        name, path = fold(entry.name), f"stages[{place}]"
        if not name:
            yield StageModelFault(f"{path}.name", "must not be blank")
        elif first.setdefault(name, place) != place:
            yield StageModelFault(f"{path}.name", f"is the name of stages[{first[name]}] already")
        if flaw := flaw_of(entry.name, NAME_LENGTH):
            yield StageModelFault(f"{path}.name", flaw.reason)
        if flaw := flaw_of(entry.description or "", DESCRIPTION_LENGTH):
            yield StageModelFault(f"{path}.description", flaw.reason)


def _id_faults(
    saved: Sequence[Stage], stages: Sequence[StageEntry], ids: Sequence[StageId]
) -> Iterator[StageModelFault]:
    known = {stage.id for stage in saved}
    seen: set[str] = set()
    for place, entry in enumerate(stages):
        if entry.id is None:
            continue
        if entry.id not in known:
            yield StageModelFault(f"stages[{place}].id", f"the model has no stage {entry.id}")
        elif entry.id in seen:
            yield StageModelFault(f"stages[{place}].id", "stands in the list already")
        seen.add(entry.id)
    for stage in saved:
        if stage.id not in ids:
            reason = f"the saved stage {stage.name} can be renamed, but not removed"
            yield StageModelFault("stages", reason)


def _transition_faults(
    stages: Sequence[Stage], transitions: Sequence[TransitionEntry]
) -> Iterator[StageModelFault]:
    meant, known = _Meaning(stages), {stage.id for stage in stages}
    first: dict[Transition, int] = {}
    for place, entry in enumerate(transitions):
        path = f"transitions[{place}]"
        transition = Transition(meant(entry.source), meant(entry.target))
        for end, named, id in (
            ("source", entry.source, transition.source),
            ("target", entry.target, transition.target),
        ):
            if id not in known:
                yield StageModelFault(f"{path}.{end}", f"there is no stage {named}")
        if transition.source == transition.target:
            yield StageModelFault(path, "leads to the stage it comes from")
        elif first.setdefault(transition, place) != place:
            yield StageModelFault(path, f"is the same as transitions[{first[transition]}]")


class _Meaning:
    """Which stage a text means: the one of that id, else the first of that name."""

    def __init__(self, stages: Sequence[Stage]) -> None:
        self._ids = {stage.id for stage in stages}
        self._names: dict[str, StageId] = {}
        for stage in stages:
            self._names.setdefault(fold(stage.name), stage.id)

    def __call__(self, text: str) -> StageId:
        """The stage's id; a text that means none stands for itself."""
        return StageId(text) if text in self._ids else self._names.get(fold(text), StageId(text))
