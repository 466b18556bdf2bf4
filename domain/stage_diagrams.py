"""Diagrams of stage models, as text that Mermaid draws."""

from collections.abc import Iterator, Sequence
from typing import Final

from domain.stage_models import Destination, Stage, Transition

_ENTITIES: Final = {ord(sign): f"#{ord(sign)};" for sign in '#"&<>`;%{}$\\'}


def mermaid(stages: Sequence[Stage], transitions: Sequence[Transition]) -> str:
    """A flowchart of the model, one line for each stage and each transition.

    Entry stages have round ends, success is a hexagon, failure is slanted. Of a name, whatever
    Mermaid could take for its own signs stands as the number of its character.
    """
    return "\n".join(_lines(stages, transitions)) + "\n"


def _lines(stages: Sequence[Stage], transitions: Sequence[Transition]) -> Iterator[str]:
    names = {stage.id: f"s{number}" for number, stage in enumerate(stages, start=1)}
    yield "flowchart LR"
    for stage in stages:
        before, after = _shape(stage)
        yield f'    {names[stage.id]}{before}"{_escaped(stage.name)}"{after}'
    for each in transitions:
        yield f"    {names[each.source]} --> {names[each.target]}"


def _shape(stage: Stage) -> tuple[str, str]:
    match stage.destination:
        case Destination.SUCCESS:
            return "{{", "}}"
        case Destination.FAILURE:
            return "[/", "/]"
        case None:
            return ("([", "])") if stage.is_entry else ("[", "]")


def _escaped(name: str) -> str:
    shown = "".join(character if character.isprintable() else " " for character in name)
    return " ".join(shown.split()).translate(_ENTITIES) or " "
