"""Acts that count for nobody: of a machine, or of one's own people, and who says so.

An act is excluded by what people marked it as; where nobody did, by what its source said of it;
where that said nothing, by the rule for all acts of that source. Acts of excluded types are left
out beside that, whatever is said of the single act.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Final

from domain.activity_types import Exclusion
from domain.fields import NAME_LENGTH, Refused, flaw_of
from domain.folding import fold
from domain.identifiers import ActivityTypeId

MOST_SOURCES: Final = 100
WRITERS_TAKE: Final = timedelta(minutes=15)
"""Nobody takes longer from reading the rules to storing activities, clocks that differ included."""


class Mark(Enum):
    """What people say of an act: whose it is, or that it counts whatever else is said."""

    BOT = "bot"
    SELF = "self"
    COUNTED = "counted"


STRENGTHS: Final[Mapping[Exclusion | None, int]] = {None: 0, Exclusion.SELF: 1, Exclusion.BOT: 2}
"""Of two reports that are as old as each other, the one that excludes more strongly stands."""


@dataclass(frozen=True, slots=True)
class Said:
    """Everything that is said of whether an act counts, by people, by its source, of its source."""

    marked: Mark | None = None
    reported: Exclusion | None = None
    ruled: Exclusion | None = None

    @property
    def excluded_as(self) -> Exclusion | None:
        """As what the act is left out; None: it counts."""
        if self.marked is not None:
            return None if self.marked is Mark.COUNTED else Exclusion(self.marked.value)
        return self.reported or self.ruled


@dataclass(frozen=True, slots=True)
class SourceRule:
    """As what all acts of a source are left out, and since when that is so; None: they count."""

    source: str
    excluded_as: Exclusion | None
    since: datetime


def with_rule(
    rules: Sequence[SourceRule],
    source: str,
    excluded_as: Exclusion | None,
    now: datetime,
    last_run: datetime | None,
) -> tuple[SourceRule, ...] | Refused:
    """The rules with one for this source, in the order of the sources; or why it cannot be one.

    A source that counts again keeps a rule until acts stored under the former one have followed it:
    until the last run that came to its end saw to that.
    """
    name = source.strip()
    if not fold(name):
        return Refused("source", "is required and cannot be empty")
    if flaw := flaw_of(name, NAME_LENGTH):
        return Refused("source", flaw.reason)
    before = next((rule for rule in rules if rule.source == name), None)
    if (before.excluded_as if before else None) is excluded_as:
        return tuple(rules)
    open = unsettled(rules, last_run)
    entries = {r.source: r for r in rules if r.excluded_as is not None or r in open}
    entries[name] = SourceRule(name, excluded_as, now)
    if len(entries) > MOST_SOURCES:
        return Refused("source", f"would make more than {MOST_SOURCES} sources with a rule")
    return tuple(entries[key] for key in sorted(entries))


def unsettled(rules: Sequence[SourceRule], last_run: datetime | None) -> tuple[SourceRule, ...]:
    """The rules that acts stored before may not follow yet, if that run, the last that came to its
    end, saw to all rules there were.

    A writer that knew the former rule may have stored something for a while after the change.
    """
    return tuple(r for r in rules if last_run is None or last_run < r.since + WRITERS_TAKE)


def by_type(
    of_types: Mapping[ActivityTypeId, int],
    excluded_types: Mapping[ActivityTypeId, Exclusion],
    of_acts: Mapping[tuple[str, Exclusion], int],
    known: Mapping[str, ActivityTypeId],
) -> dict[tuple[ActivityTypeId, Exclusion], int]:
    """How many acts are left out, by type and reason.

    `of_types` are those of excluded types, `of_acts` single acts by folded spelling and reason;
    those of no known type are not among the answer.
    """
    found = {(type, excluded_types[type]): count for type, count in of_types.items()}
    for (spelling, reason), count in of_acts.items():
        if (type := known.get(spelling)) is not None:
            found[type, reason] = found.get((type, reason), 0) + count
    return found
