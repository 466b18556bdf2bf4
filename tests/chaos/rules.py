"""The rule of each kind of object: what a command does to it when nobody else is there."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from domain.buying_groups import BuyingGroup
from tests.chaos.commands import Aspect
from tests.chaos.linearizability import Rule, Step
from tests.chaos.world import ENTRIES, MOVES
from tests.concurrency.arena import Arena
from tests.concurrency.calls import Call
from tests.concurrency.reference import decided

Versioned = tuple[Call, int | None]
"""A call, and the version of the group that it has written, if it has."""


def of_members(arena: Arena) -> Rule[BuyingGroup, Versioned, tuple[str, ...], Any]:
    """The claims of a group: the domain's own functions, at the version that the event tells."""

    def rule(group: BuyingGroup, asked: Versioned) -> Step[BuyingGroup, tuple[str, ...], Any]:
        call, version = asked
        before = replace(group, version=version - 1) if version is not None else group
        done = decided(arena, call, before)
        return Step(done.group, done.outcomes, done.written or None)

    return rule


def _set(answer_if_changed: str, answer_if_not: str) -> Rule[Any, Any, str, Any]:
    """Something that is set to a value."""

    def rule(state: Any, value: Any) -> Step[Any, str, Any]:
        if state == value:
            return Step(state, answer_if_not, None)
        return Step(value, answer_if_changed, (state, value))

    return rule


def _stage(state: str | None, wanted: str) -> Step[str | None, Any, Any]:
    if state == wanted:
        return Step(state, "UNCHANGED", None)
    if (wanted not in ENTRIES) if state is None else ((state, wanted) not in MOVES):
        return Step(state, ("StageTransitionNotAllowed", state), None)
    return Step(wanted, "APPLIED", (state, wanted))


def _group(is_there: bool, asked: str) -> Step[bool, str, Any]:
    if asked == "create":
        return Step(True, "BuyingGroupExists" if is_there else "done", None if is_there else asked)
    return Step(False, "done" if is_there else "NotFound", asked if is_there else None)


def _person(is_there: bool, asked: str) -> Step[bool, str, Any]:
    return Step(True, "UNCHANGED" if is_there else "CREATED", None if is_there else asked)


def _activity(is_there: bool, asked: str) -> Step[bool, str, Any]:
    return Step(True, "UNCHANGED" if is_there else "STORED", None if is_there else asked)


RULES: Final[Mapping[Aspect, Rule[Any, Any, Any, Any]]] = {
    Aspect.STATUS: _set("done", "done"),
    Aspect.STAGE: _stage,
    Aspect.PHONE: _set("UPDATED", "UNCHANGED"),
    Aspect.INDUSTRY: _set("UPDATED", "UNCHANGED"),
    Aspect.REQUIRED: _set("done", "done"),
    Aspect.GROUP: _group,
    Aspect.PERSON: _person,
    Aspect.ACTIVITY: _activity,
}
