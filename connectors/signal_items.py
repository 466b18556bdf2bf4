"""From the values of a row to the report of an interest signal, and everything wrong with it."""

from collections.abc import Iterator
from datetime import datetime
from enum import Enum
from typing import Final, TypeVar

from connectors.fields import reference_of
from connectors.items import REQUIRED, Fault, Values, mapped_name, naming, person_named
from domain import interest_signals
from domain.interest_signals import SignalReport, SignalSource, SignalStrength
from execution.context import Context

Choice = TypeVar("Choice", bound=Enum)

_NEEDED: Final = ("source", "source_id", "solution_interest", "strength", "at")
_SIGN: Final = {
    "source": SignalSource.OTHER.value,
    "source_id": "-",
    "solution_interest": "-",
    "strength": SignalStrength.LOW.value,
}
_SOMEBODY: Final = {"person.id": "-"}


def signal_report(values: Values) -> SignalReport | Fault:
    """A signal; source and strength are words of which case does not matter."""
    if missing := next(_lacking(values), None):
        return missing
    source = _choice(SignalSource, "source", values)
    strength = _choice(SignalStrength, "strength", values)
    for chosen in (source, strength):
        if isinstance(chosen, Fault):
            return chosen
    person, at = person_named(values), values["at"]
    assert person is not None
    assert isinstance(at, datetime)
    assert isinstance(source, SignalSource)
    assert isinstance(strength, SignalStrength)
    interest = str(values["solution_interest"])
    return SignalReport(source, str(values["source_id"]), person, interest, strength, at)


def faults_of_signal(ctx: Context, values: Values) -> Iterator[Fault]:
    """Everything that shows in the row itself, each field looked at by itself."""
    yield from _lacking(values)
    for kind, path in ((SignalSource, "source"), (SignalStrength, "strength")):
        if values.get(path) is not None and isinstance(bad := _choice(kind, path, values), Fault):
            yield bad
    given = {path: each for path, each in values.items() if each is not None}
    given = {path: each for path, each in given.items() if path not in ("source", "strength")}
    is_named = any(reference_of(path) == "person" for path in given)
    report = signal_report({**_SIGN, **({} if is_named else _SOMEBODY), "at": ctx.now(), **given})
    if isinstance(report, SignalReport):
        for refused in interest_signals.faults(report, ctx.now()):
            yield Fault(mapped_name(refused.field, values, ()), refused.reason)


def _lacking(values: Values) -> Iterator[Fault]:
    """What a signal needs and the row does not have."""
    yield from (Fault(path, REQUIRED) for path in _NEEDED if values.get(path) is None)
    if person_named(values) is None:
        yield Fault(naming("person", values), REQUIRED)


def _choice(kind: type[Choice], path: str, values: Values) -> Choice | Fault:
    named = str(values[path])
    word = named.strip().upper()
    found = next((each for each in kind if each.value == word), None)
    known = ", ".join(str(each.value) for each in kind)
    return found or Fault(path, f"{named!r} is none of {known}")
