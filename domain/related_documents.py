"""Related tests as plain documents: how they are stored, exported and read from JSON.

`{"has_interest_signal": {"solution_interest": "si_1", "at_least": "HIGH", "within_days": 30}}`,
`{"performed_activity": {...}}` or `{"has_matched_buying_group": {...}}`; what is not asked about
is left out.
"""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, Final, TypeVar

from domain.interest_signals import SignalStrength
from domain.related_checking import name_of
from domain.related_tests import (
    UNBOUNDED,
    ActivityTest,
    Asked,
    Bounds,
    GroupTest,
    InterestTest,
    RoleCount,
)

Plain = dict[str, Any]
T = TypeVar("T", Bounds, RoleCount)

_BLANK: Final[tuple[Asked, ...]] = (InterestTest(""), ActivityTest(""), GroupTest())
NAMES: Final = frozenset(map(name_of, _BLANK))
_STRENGTHS: Final = {strength.value: strength for strength in SignalStrength}


class _Unreadable(Exception):
    """A part is not of the form that is stored; never leaves this module."""


def to_plain(asked: Asked) -> Plain:
    """The test as texts, numbers, lists and dicts only."""
    plain: Plain
    match asked:
        case InterestTest(interest, strength, days):
            plain = {"solution_interest": interest, "at_least": strength.value, "within_days": days}
        case ActivityTest(activity_type, times, days):
            plain = {"type": activity_type, "at_least": times, "within_days": days}
        case GroupTest(interest, statuses, engagement, completeness, roles, stages):
            plain = {
                "solution_interest": interest,
                "stages": None if stages is None else list(stages),
                "statuses": None if statuses is None else list(statuses),
                "engagement": _given(engagement) or None,
                "completeness": _given(completeness) or None,
                "people_in_role": [_given(count) for count in roles] or None,
            }
    return {name_of(asked): {key: value for key, value in plain.items() if value is not None}}


def read_plain(name: str, document: object) -> Asked | str:
    """The test that a document stands for, or why it cannot be read. Values are not checked."""
    if not isinstance(document, Mapping):
        return "What is asked is an object."
    given = dict(document)
    try:
        asked = _read(name, given)
    except _Unreadable as unreadable:
        return str(unreadable)
    return f"A test has no {ascii(min(given, key=str))[:80]}." if given else asked


def _read(name: str, given: Plain) -> Asked:
    """The test; what was read is taken out of `given`."""
    match name:
        case "has_interest_signal":
            strength = _STRENGTHS.get(_text(given.pop("at_least", SignalStrength.LOW.value)))
            if strength is None:
                raise _Unreadable(f"A strength is one of: {', '.join(_STRENGTHS)}.")
            interest = _text(given.pop("solution_interest", None))
            return InterestTest(interest, strength, _whole(given.pop("within_days", None)))
        case "performed_activity":
            return ActivityTest(
                _text(given.pop("type", None)),
                _whole(given.pop("at_least", 1)) or 0,
                _whole(given.pop("within_days", None)),
            )
        case "has_matched_buying_group":
            named = given.pop("solution_interest", None)
            return GroupTest(
                None if named is None else _text(named),
                _texts(given.pop("statuses", None)),
                _bounds(given.pop("engagement", None)),
                _bounds(given.pop("completeness", None)),
                tuple(_role_count(each) for each in _list(given.pop("people_in_role", []))),
                _texts(given.pop("stages", None)),
            )
        case _:
            raise _Unreadable("There is no such test.")


def _given(part: Bounds | RoleCount) -> Plain:
    values = {each.name: getattr(part, each.name) for each in fields(part)}
    return {name: value for name, value in values.items() if value is not None}


def _bounds(given: object) -> Bounds:
    if given is None:
        return UNBOUNDED
    if not isinstance(given, Mapping) or set(given) - {each.name for each in fields(Bounds)}:
        raise _Unreadable("Bounds are: at_least, greater_than, at_most, less_than.")
    for each in given.values():
        if not isinstance(each, (int, float)) or isinstance(each, bool):
            raise _Unreadable("A bound is a number.")
    return Bounds(**given)


def _role_count(given: object) -> RoleCount:
    if not isinstance(given, Mapping) or set(given) - {each.name for each in fields(RoleCount)}:
        raise _Unreadable("A role is asked about with: role, at_least, at_most.")
    return RoleCount(
        _text(given.get("role")), _whole(given.get("at_least")), _whole(given.get("at_most"))
    )


def _text(given: object) -> str:
    if not isinstance(given, str):
        raise _Unreadable("A name or an id is a text.")
    return given


def _texts(given: object) -> tuple[str, ...] | None:
    return None if given is None else tuple(_text(each) for each in _list(given))


def _whole(given: object) -> int | None:
    if given is not None and (not isinstance(given, int) or isinstance(given, bool)):
        raise _Unreadable("A count is a whole number.")
    return given


def _list(given: object) -> list[object]:
    if not isinstance(given, list):
        raise _Unreadable("Several values are a list.")
    return given
